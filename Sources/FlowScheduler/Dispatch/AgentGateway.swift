// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowSchedulerCore

/// The way from the scheduler to agents, whatever connects them.
///
/// Calls hand over and return; delivery is the gateway's business (orders are durable before they come here, R3, and
/// are sent again until acknowledged, R4).
package protocol AgentGateway: Sendable {
    /// Sends orders to the agents that are connected; the others get theirs from the store when they connect.
    func deliver(_ orders: [AgentID: [Order]]) async
    /// Asks a connected agent to stop an execution; a disconnected one learns it in its welcome.
    func cancel(_ execution: ExecutionID, on agent: AgentID, force: Bool) async
    /// Jobs, groups or memberships changed: compares what each connected agent has with what it should have, and pushes.
    func configurationChanged() async
    /// How far a version of a job has come to these agents; those that are not connected are left out.
    func rollout(of job: JobUID, version: Int64, on agents: [AgentID]) async -> [AgentID: JobRollout]
    /// Ends the session of an agent whose certificate is no longer worth anything.
    func disconnect(_ agent: AgentID, reason: String) async
    /// Agents with a session that has been welcomed.
    var presences: [AgentID: AgentPresence] { get }
    /// Hosts that use the identity of a connected agent and are kept out (R14).
    var duplicates: [AgentID: [DuplicateAgent]] { get }
}

extension AgentGateway {
    /// A gateway without sessions.
    package func rollout(of job: JobUID, version: Int64, on agents: [AgentID]) async -> [AgentID: JobRollout] { [:] }
}
