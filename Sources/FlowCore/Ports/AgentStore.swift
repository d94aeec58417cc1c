// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Agents, their certificates and join tokens.
package protocol AgentStore: Sendable {
    func createJoinToken(_ token: JoinToken, by change: Change) async throws
    func joinToken(id: String) async throws -> JoinToken?
    /// Uses the token up and creates the agent, in one transaction: in the token's groups, and in those that
    /// ``GroupStore/groupRules()`` give it.
    ///
    /// - Parameter names: groups that the host's own configuration names (``JoinToken/groups(named:of:)``).
    /// - Returns: those of the names that it did not get.
    /// - Throws: `forbidden` when the token is unknown, expired or was used.
    func enrol(token id: String, agent: Agent, naming names: [String], by change: Change) async throws -> [String]
    func agent(_ id: AgentID) async throws -> Agent?
    func agents() async throws -> [Agent]
    /// Some of the agents that are called so, which is not forbidden.
    func agents(named name: String) async throws -> [AgentID]
    /// Remembers the certificate that follows the agent's own; the own one stays good until the new one is used.
    ///
    /// A certificate that was staged before and never used is worth nothing from then on.
    func stageCertificate(_ fingerprint: String, expiresAt: Timestamp, of agent: AgentID) async throws
    /// The agent presented another certificate of our authority: from now on it is the agent's own, and the old one worth
    /// nothing.
    ///
    /// It is the staged one, or one that ends later than what is stored: a database that was restored does not know what
    /// was issued since, but only our authority can have issued it.
    ///
    /// - Returns: false when it is neither, or the agent is not known any more.
    func useCertificate(_ fingerprint: String, expiresAt: Timestamp, of agent: AgentID) async throws -> Bool
    /// Notes when the agent's own certificate ends, for those that were issued before this was kept.
    func recordCertificateEnd(_ end: Timestamp, of agent: AgentID, fingerprint: String) async throws
    /// Replaces what people say of a host.
    func setLabels(_ labels: [String: String], of agent: AgentID, by change: Change) async throws
    /// Deletes the agent: its certificate is worth nothing from then on, its history stays.
    ///
    /// - Returns: the records that ended, since nobody is left to report on them.
    @discardableResult
    func deleteAgent(_ id: AgentID, by change: Change) async throws -> [Execution]

    /// Agents that the groups of a job reach.
    func agents(inAnyOf groups: [GroupID]) async throws -> [AgentID]
    func configVersion() async throws -> Int64

    /// A small durable value of the server itself, such as a secret.
    func setting(_ key: String) async throws -> String?
    func setSetting(_ key: String, to value: String) async throws
}
