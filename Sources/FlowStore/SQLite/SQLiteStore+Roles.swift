// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: RoleStore {
    package func ownRoles() async throws -> [(role: OwnRole, users: Int)] {
        try await self.read { db in
            let table = RoleTable(db)
            return try table.all().map { ($0, try table.users(of: $0.name).count) }
        }
    }

    package func ownRole(named name: String) async throws -> OwnRole? {
        try await self.read { db in try RoleTable(db).find(name) }
    }

    package func createRole(_ role: OwnRole, by change: Change) async throws {
        try await self.write("create_role") { db in
            let table = RoleTable(db)
            let all = try table.all()
            guard !all.contains(where: { $0.name.lowercased() == role.name.lowercased() }) else {
                throw StoreFault.roleNameTaken(role.name)
            }
            guard all.count < OwnRole.limit else { throw StoreFault.tooManyRoles }
            try table.insert(role)
            try AuditTable(db).record(change, .roleCreate, Self.object(role), after: RoleAudit(role))
        }
    }

    package func updateRole(_ role: OwnRole, by change: Change) async throws -> OwnRole {
        try await self.write("update_role") { db in
            let table = RoleTable(db)
            guard let before = try table.find(role.name) else { throw StoreFault.noRole(role.name) }
            if change.approval != nil {
                let object = Approval.Object(kind: "role", id: role.name, name: role.name)
                try Self.permit(true, object, version: nil, to: "change", by: change, db)
            }
            var after = before
            after.description = role.description
            after.permissions = role.permissions
            guard after != before else { return before }
            after.updatedAt = change.at
            try table.update(after)
            try AuditTable(db).record(
                change,
                .roleUpdate,
                Self.object(role),
                before: RoleAudit(before),
                after: RoleAudit(after)
            )
            return after
        }
    }

    package func deleteRole(named name: String, by change: Change) async throws {
        try await self.write("delete_role") { db in
            let table = RoleTable(db)
            guard let role = try table.find(name) else { throw StoreFault.noRole(name) }
            let users = try table.users(of: name)
            guard users.isEmpty else { throw StoreFault.roleInUse(name, users: users) }
            try table.delete(name)
            try AuditTable(db).record(change, .roleDelete, Self.object(role), before: RoleAudit(role))
        }
    }

    private static func object(_ role: OwnRole) -> AuditObject { AuditObject("role", role.name, name: role.name) }
}

/// A role as the audit compares it.
private struct RoleAudit: Encodable {
    let description: String
    let permissions: [String]

    init(_ role: OwnRole) {
        self.description = role.description
        self.permissions = role.permissions.map(\.rawValue).sorted()
    }
}
