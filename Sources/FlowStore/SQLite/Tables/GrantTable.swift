// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on who has which role where.
struct GrantTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func of(user: UserID) throws -> [Grant] {
        let rows = try self.db.all(
            "SELECT id, role, is_everywhere, source FROM user_grant WHERE user_id = ? ORDER BY id",
            [.integer(user)]
        ) { (id: $0.integer(0), role: $0.text(1), isEverywhere: $0.flag(2), source: $0.optionalText(3)) }
        return try rows.map { row in
            Grant(
                id: row.id,
                role: try RoleTable(self.db).granted(row.role),
                scope: row.isEverywhere ? .all : .groups(try self.groups(of: row.id)),
                source: row.source
            )
        }
    }

    private func groups(of grant: Int64) throws -> Set<GroupID> {
        Set(
            try self.db.all("SELECT group_id FROM user_grant_group WHERE grant_id = ?", [.integer(grant)]) {
                $0.integer(0)
            }
        )
    }

    /// - Throws: `notFound` for a group, or a role that is gone.
    func insert(_ role: GrantedRole, _ scope: Scope, for user: UserID, source: String? = nil) throws -> Grant {
        if role.builtIn == nil, try RoleTable(self.db).find(role.name) == nil { throw StoreFault.noRole(role.name) }
        try self.db.run(
            "INSERT INTO user_grant (user_id, role, is_everywhere, source) VALUES (?, ?, ?, ?)",
            [.integer(user), .text(role.name), .flag(scope == .all), .text(source)]
        )
        let id = try self.db.lastInsertedRowID
        if case .groups(let groups) = scope {
            for group in groups.sorted() {
                _ = try GroupTable(self.db).require(group)
                try self.db.run(
                    "INSERT INTO user_grant_group (grant_id, group_id) VALUES (?, ?)",
                    [.integer(id), .integer(group)]
                )
            }
        }
        return Grant(id: id, role: role, scope: scope, source: source)
    }

    func delete(_ grant: Int64) throws {
        try self.db.run("DELETE FROM user_grant WHERE id = ?", [.integer(grant)])
    }
}
