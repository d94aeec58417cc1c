// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Tokens by which new hosts join, made for people in the console.
package struct JoinTokenService: Sendable {
    /// Seconds that a token is good for.
    package static let lifetimes: ClosedRange<Int64> = 60...(7 * 86_400)
    package static let usualLifetime: Int64 = 3600

    private let store: any AgentStore
    private let clock: any WallClock
    /// SHA-256 of the certificate of the authority that signs new hosts now.
    private let authority: @Sendable () -> [UInt8]
    /// Where hosts call this server.
    package let agentsPort: Int

    package init(
        store: any AgentStore,
        clock: any WallClock,
        agentsPort: Int,
        authority: @escaping @Sendable () -> [UInt8]
    ) {
        self.store = store
        self.clock = clock
        self.agentsPort = agentsPort
        self.authority = authority
    }

    /// Makes a token for one host.
    ///
    /// Whoever has it brings in a host that gets the jobs of the built-in group: it takes the right everywhere.
    ///
    /// - Parameter seconds: within ``lifetimes``.
    /// - Returns: the token's text, which is told this once, and its end.
    package func create(
        groups: [GroupID],
        seconds: Int64,
        as principal: Principal
    ) async throws -> (id: String, text: String, expiresAt: Timestamp) {
        try principal.requireEverywhere(.agentsWrite)
        var faults = FaultCollector()
        faults.require(
            Self.lifetimes.contains(seconds),
            "ttl_seconds",
            "range",
            "a join token is good for \(Self.lifetimes.lowerBound) to \(Self.lifetimes.upperBound) seconds"
        )
        try faults.check("The join token can't be made")
        var random = SystemRandomNumberGenerator()
        let token = JoinTokenFormat.generate(authorityFingerprint: self.authority(), using: &random)
        let now = self.clock.now
        let end = now.advanced(byMilliseconds: seconds * 1000)
        try await self.store.createJoinToken(
            token.record(groups: groups, createdAt: now, expiresAt: end),
            by: principal.change(at: now)
        )
        return (token.id, token.text, end)
    }
}
