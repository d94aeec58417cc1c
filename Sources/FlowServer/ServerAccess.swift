// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowScheduler

/// What a companion of a running server may use of it.
package struct ServerAccess: Sendable {
    package let store: any Store
    let authorities: AuthorityBook
    package let services: Services
    package let agentsPort: Int

    init(store: any Store, authorities: AuthorityBook, services: Services, agentsPort: Int) {
        self.store = store
        self.authorities = authorities
        self.services = services
        self.agentsPort = agentsPort
    }

    /// Makes a single-use join token.
    package func createToken(groups: [GroupID], lifetimeMilliseconds: Int64, at now: Timestamp) async throws -> String {
        try await JoinTokens.create(
            store: self.store,
            authorityFingerprint: self.authorities.pair.serving.fingerprint,
            groups: groups,
            lifetimeMilliseconds: lifetimeMilliseconds,
            at: now
        )
    }
}
