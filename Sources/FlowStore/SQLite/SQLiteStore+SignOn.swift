// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: ExternalAccountStore {
    package func externalAccount(
        of identity: ExternalIdentity,
        wishes: [RoleWish],
        at now: Timestamp
    ) async throws -> ExternalAccount {
        try await self.read { db in
            let table = IdentityTable(db)
            guard let user = try table.user(of: identity) else { return ExternalAccount(user: nil) }
            let hasRoles = try IdentityTable.mapped(user, by: identity.provider) == table.resolve(wishes)
            let isNoted =
                now.milliseconds(since: user.lastSignIn ?? .distantPast) < ExternalAccount.noteInterval
            return ExternalAccount(user: user, hasRoles: hasRoles, isNoted: isNoted)
        }
    }

    package func signOn(_ identity: ExternalIdentity, wishes: [RoleWish], by change: Change) async throws -> User? {
        try await self.write("sign_on") { db in
            let table = IdentityTable(db)
            let wanted = try table.resolve(wishes)
            guard let user = try table.user(of: identity) ?? Self.make(identity, wanted, in: db, by: change) else {
                return nil
            }
            // Whoever is locked out here stays so, whatever is said there.
            guard user.state == .active else { return user }
            try UserTable(db).setLastSignIn(change.at, of: user.id)
            let before = IdentityTable.mapped(user, by: identity.provider)
            guard before != wanted else { return try UserTable(db).require(user.id) }
            try table.replace(user, with: wanted, by: identity.provider)
            let after = try UserTable(db).require(user.id)
            try AuditTable(db).record(
                change,
                .grantMap,
                AuditObject(user),
                before: UserAudit(user),
                after: UserAudit(after)
            )
            return after
        }
    }

    /// Makes an account that no password opens; a stranger without any role leaves nothing behind.
    private static func make(
        _ identity: ExternalIdentity,
        _ wanted: Set<IdentityTable.Wanted>,
        in db: Database,
        by change: Change
    ) throws -> User? {
        guard !wanted.isEmpty else { return nil }
        let users = UserTable(db)
        let name = try (1...100).lazy.map { identity.username(try: $0) }.first { try users.find(named: $0) == nil }
        guard let name else { throw StoreFault.usernameTaken(identity.username(try: 1)) }
        var user = try users.insert(username: name, passwordHash: "", grants: [], at: change.at)
        try IdentityTable(db).insert(identity, user: user.id, at: change.at)
        user.provider = identity.provider
        try AuditTable(db).record(change, .userCreate, AuditObject(user), after: UserAudit(user))
        return user
    }
}
