// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/roles`: the four that are built in, and those that people made.
struct RoleRoutes: Sendable {
    let users: UserService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let own = try await self.users.ownRoles(as: call.principal)
        let items =
            Role.allCases.map { Self.builtIn($0) } + own.map { Self.members($0.role, users: $0.users) }
        return .data([.init("total", items.count), .init("items", items)])
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let name = reader.requiredString("name")
        let (description, permissions) = Self.content(&reader)
        try reader.finish()
        let role = try await self.users.createRole(
            named: name,
            description: description,
            permissions: permissions,
            as: call.principal
        )
        return .data(
            Self.members(role, users: 0),
            status: .created,
            headers: [.location: "\(Endpoint.base)/roles/\(role.name)"]
        )
    }

    func update(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let (description, permissions) = Self.content(&reader)
        try reader.finish()
        let role = try await self.users.updateRole(
            named: call.roleName(),
            description: description,
            permissions: permissions,
            as: call.principal
        )
        let users = try await self.users.ownRoles(as: call.principal).first { $0.role.name == role.name }?.users
        return .data(Self.members(role, users: users ?? 0))
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.users.deleteRole(named: call.roleName(), as: call.principal)
        return .done
    }

    private static func content(_ reader: inout FieldReader) -> (String, Set<Permission>) {
        if !reader.has("permissions") { reader.fault("permissions", "required", "this field is required") }
        return (reader.string("description") ?? "", reader.permissions("permissions") ?? [])
    }

    private static func builtIn(_ role: Role) -> JSON {
        .object([
            .init("name", role.rawValue), .init("built_in", true), .init("description", ""),
            .init("permissions", role.permissions.map(\.rawValue).sorted()), .init("users", JSON.null),
            .init("created_at", JSON.null), .init("updated_at", JSON.null),
        ])
    }

    private static func members(_ role: OwnRole, users: Int) -> JSON {
        .object([
            .init("name", role.name), .init("built_in", false), .init("description", role.description),
            .init("permissions", role.permissions.map(\.rawValue).sorted()), .init("users", users),
            .init("created_at", role.createdAt), .init("updated_at", role.updatedAt),
        ])
    }
}

extension FieldReader {
    /// Permissions by name.
    mutating func permissions(_ name: String) -> Set<Permission>? {
        guard let words = self.strings(name) else { return nil }
        var result: Set<Permission> = []
        for (index, word) in words.enumerated() {
            if let permission = Permission(rawValue: word) {
                result.insert(permission)
            } else {
                let known = Permission.allCases.map(\.rawValue).joined(separator: ", ")
                self.fault("\(name)[\(index)]", "value", "'\(word)' is none of \(known)")
            }
        }
        return result
    }
}
