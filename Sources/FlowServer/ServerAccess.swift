// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowScheduler

/// What a companion of a running server may use of it.
package struct ServerAccess: Sendable {
    package let store: any Store
    let authority: CertificateAuthority
    package let services: Services
    package let agentsPort: Int

    init(store: any Store, authority: CertificateAuthority, services: Services, agentsPort: Int) {
        self.store = store
        self.authority = authority
        self.services = services
        self.agentsPort = agentsPort
    }

    /// Makes a single-use join token.
    package func createToken(groups: [GroupID], lifetimeMilliseconds: Int64, at now: Timestamp) async throws -> String {
        try await JoinTokens.create(
            store: self.store,
            authorityFingerprint: self.authority.fingerprint,
            groups: groups,
            lifetimeMilliseconds: lifetimeMilliseconds,
            at: now
        )
    }
}
