// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Agents, their certificates and join tokens.
package protocol AgentStore: Sendable {
    func createJoinToken(_ token: JoinToken, by change: Change) async throws
    func joinToken(id: String) async throws -> JoinToken?
    /// Uses the token up and creates the agent in its groups, in one transaction.
    ///
    /// - Throws: `forbidden` when the token is unknown, expired or was used.
    func enrol(token id: String, agent: Agent, by change: Change) async throws
    func agent(_ id: AgentID) async throws -> Agent?
    func agents() async throws -> [Agent]
    /// Deletes the agent: its certificate is worth nothing from then on, its history stays.
    func deleteAgent(_ id: AgentID, by change: Change) async throws

    /// Agents that the groups of a job reach.
    func agents(inAnyOf groups: [GroupID]) async throws -> [AgentID]
    func configVersion() async throws -> Int64

    /// A small durable value of the server itself, such as a secret.
    func setting(_ key: String) async throws -> String?
    func setSetting(_ key: String, to value: String) async throws
}
