// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which authorities hosts trust, and are of.
package protocol AuthorityStore: Sendable {
    /// Of a host that is gone nothing is noted.
    func noteTrust(_ trust: AuthorityTrust, of agent: AgentID) async throws
    /// Hosts that never said so are not in it.
    func trustedAuthorities() async throws -> [AgentID: AuthorityTrust]
}
