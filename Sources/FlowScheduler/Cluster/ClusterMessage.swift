// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What one server tells another, as a hint: everything that counts is in the database before it is sent.
///
/// Servers of the next version may say more; what is not understood is passed over.
package enum ClusterMessage: Hashable, Codable, Sendable {
    /// These agents of yours have orders.
    case orders([AgentID])
    case cancel(ExecutionID, agent: AgentID, isForced: Bool)
    /// The agent's certificate is worth nothing any more.
    case disconnect(AgentID, reason: String)
    /// Give away the hosts above your share.
    case evenOut
    /// Jobs, groups or memberships changed.
    case configuration
    case executions([ExecutionID])
    /// There is more output of these, or all of it.
    case output([ExecutionID])
    case agents([AgentID])
    /// Requests for approval came, or are over.
    case approvals
    /// More happened than can be told: look again.
    case gap
}
