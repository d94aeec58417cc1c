// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Tokens for programs: made by people for themselves, seen and ended by administrators too.
package struct TokenService: Sendable {
    let store: any UserStore & APITokenStore
    let clock: any WallClock
    let settings: LiveSettings
    /// Days.
    private static let usual: Int64 = 90
    private static let day: Int64 = 86_400_000

    package init(store: any UserStore & APITokenStore, clock: any WallClock, settings: LiveSettings = LiveSettings()) {
        self.settings = settings
        self.store = store
        self.clock = clock
    }

    /// The own tokens.
    package func own(_ principal: Principal) async throws -> [APIToken] {
        try await self.store.apiTokens(of: principal.userID)
    }

    /// Everybody's tokens.
    package func all(as principal: Principal) async throws -> [APIToken] {
        try principal.require(.usersRead)
        return try await self.store.apiTokens(of: nil)
    }

    /// Makes a token for whoever asks.
    ///
    /// - Returns: the token with its text, which is told this once.
    package func create(
        name: String,
        permissions: Set<Permission>,
        scope: Scope,
        expiresAt: Timestamp?,
        as principal: Principal
    ) async throws -> (token: APIToken, text: String) {
        let now = self.clock.now
        let days = min(Self.usual, self.settings.now.integer(.tokensLongestDays))
        let expiresAt = expiresAt ?? now.advanced(byMilliseconds: days * Self.day)
        try self.check(name: name, permissions: permissions, scope: scope, expiresAt: expiresAt, principal)
        var random = SystemRandomNumberGenerator()
        let text = APITokenFormat.generate(using: &random)
        let token = try await self.store.createAPIToken(
            APIToken(
                userID: principal.userID,
                username: principal.username,
                name: name,
                hash: APITokenFormat.hash(text),
                prefix: APITokenFormat.prefix(text),
                permissions: permissions,
                scope: scope,
                createdAt: now,
                expiresAt: expiresAt
            ),
            by: principal.change(at: now)
        )
        return (token, text)
    }

    /// Ends one of the own tokens, or as an administrator anybody's.
    package func delete(_ id: Int64, as principal: Principal) async throws {
        // Somebody else's token answers like one that is not there.
        guard let token = try await self.store.apiToken(id),
            token.userID == principal.userID || principal.scope(of: .usersWrite) == .all
        else { throw StoreFault.noToken(id) }
        try await self.store.deleteAPIToken(id, by: principal.change(at: self.clock.now))
    }

    private func check(
        name: String,
        permissions: Set<Permission>,
        scope: Scope,
        expiresAt: Timestamp,
        _ principal: Principal
    ) throws(CoreError) {
        var faults = FaultCollector()
        faults.require(
            TextRules.isLabelName(name, limit: 64),
            "name",
            "syntax",
            "a token's name starts with a letter or digit and goes on with letters, digits, '.', '_', '/' or '-', at most 64"
        )
        faults.require(!permissions.isEmpty, "permissions", "required", "a token without permissions opens nothing")
        for permission in permissions.sorted(by: { $0.rawValue < $1.rawValue }) {
            if APIToken.forbidden.contains(permission) {
                faults.add("permissions", "forbidden", "no token carries '\(permission.rawValue)'")
            } else if principal.scope(of: permission).isEmpty {
                faults.add("permissions", "exceeds_own_rights", "you lack '\(permission.rawValue)' yourself")
            } else if permission.isGlobal, scope != .all {
                faults.add("permissions", "value", "'\(permission.rawValue)' holds everywhere or not at all")
            }
        }
        if case .groups(let groups) = scope {
            faults.require(
                !groups.isEmpty && !groups.contains(Group.everyone),
                "group_ids",
                "value",
                "name at least one group, and not the built-in one; leave it out for all that you may"
            )
            for group in groups.sorted() where !permissions.contains(where: { principal.scope(of: $0).contains(group) })
            {
                faults.add("group_ids", "exceeds_own_rights", "you have none of these permissions on group \(group)")
            }
        }
        let lifetime = expiresAt.milliseconds(since: self.clock.now)
        let longest = self.settings.now.integer(.tokensLongestDays)
        faults.require(
            lifetime > 0 && lifetime <= longest * Self.day,
            "expires_at",
            "range",
            "a token ends between now and \(longest) days from now"
        )
        try faults.check("The token cannot be made")
    }
}
