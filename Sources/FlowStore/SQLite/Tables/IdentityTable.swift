// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on who people are in other systems, and on the roles that their groups there stand for.
struct IdentityTable {
    /// A role that can be given.
    struct Wanted: Hashable {
        let role: GrantedRole
        let scope: Scope
    }

    let db: Database
    init(_ db: Database) { self.db = db }

    func user(of identity: ExternalIdentity) throws -> User? {
        let id = try self.db.first(
            "SELECT user_id FROM user_identity WHERE issuer = ? AND subject = ?",
            [.text(identity.issuer), .text(identity.subject)]
        ) { $0.integer(0) }
        return try id.flatMap { try UserTable(self.db).find($0) }
    }

    func insert(_ identity: ExternalIdentity, user: UserID, at now: Timestamp) throws {
        try self.db.run(
            "INSERT INTO user_identity (issuer, subject, user_id, provider, created_at) VALUES (?, ?, ?, ?, ?)",
            [
                .text(identity.issuer), .text(identity.subject), .integer(user), .text(identity.provider), .time(now),
            ]
        )
    }

    /// What of the wishes there is, one for each role; a role or group that is not there is left out.
    func resolve(_ wishes: [RoleWish]) throws -> Set<Wanted> {
        var scopes: [GrantedRole: Scope] = [:]
        for wish in wishes {
            guard let role = try self.role(wish.role) else { continue }
            var scope = Scope.all
            if let name = wish.group {
                guard let group = try GroupTable(self.db).find(named: name), group.id != Group.everyone else {
                    continue
                }
                scope = .groups([group.id])
            }
            scopes[role] = scopes[role]?.union(scope) ?? scope
        }
        return Set(scopes.map { Wanted(role: $0.key, scope: $0.value) })
    }

    private func role(_ name: String) throws -> GrantedRole? {
        if let role = Role(rawValue: name) { return GrantedRole(role) }
        return try RoleTable(self.db).find(name).map { GrantedRole($0) }
    }

    /// What a user has of a provider's groups.
    static func mapped(_ user: User, by provider: String) -> Set<Wanted> {
        Set(user.grants.filter { $0.source == provider }.map { Wanted(role: $0.role, scope: $0.scope) })
    }

    /// Gives a user what its groups stand for, and takes the rest of what they stood for.
    func replace(_ user: User, with wanted: Set<Wanted>, by provider: String) throws {
        let grants = GrantTable(self.db)
        for grant in user.grants where grant.source == provider { try grants.delete(grant.id) }
        for each in wanted.sorted(by: { $0.role.name < $1.role.name }) {
            _ = try grants.insert(each.role, each.scope, for: user.id, source: provider)
        }
    }
}
