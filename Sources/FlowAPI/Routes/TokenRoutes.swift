// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/tokens`: what programs sign in with.
struct TokenRoutes: Sendable {
    let tokens: TokenService
    let users: UserService
    let clock: any WallClock

    /// The own ones, or with `all=true` everybody's.
    func list(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let all: YesNo? = query.choice("all")
        try query.finish()
        let principal = try call.principal
        let tokens = try await all == .true ? self.tokens.all(as: principal) : self.tokens.own(principal)
        let items = tokens.map { JSON.object(self.members($0)) }
        return .data([.init("total", items.count), .init("items", items)])
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let name = reader.requiredString("name")
        let groups = reader.integers("group_ids")
        let role = reader.string("role")
        var permissions = Self.permissions(&reader, role: role)
        let expiresAt = reader.timestamp("expires_at")
        try reader.finish()
        if let role {
            // Of the role, what a token can carry.
            permissions = try await self.users.role(named: role).permissions
                .subtracting(APIToken.forbidden).filter { groups == nil || !$0.isGlobal }
        }
        let made = try await self.tokens.create(
            name: name,
            permissions: permissions,
            scope: groups.map { .groups(Set($0)) } ?? .all,
            expiresAt: expiresAt,
            as: call.principal
        )
        return .data(
            .object(self.members(made.token) + [.init("token", made.text)]),
            status: .created,
            headers: [.location: "\(Endpoint.base)/tokens/\(made.token.id)"]
        )
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.tokens.delete(call.number("id"), as: call.principal)
        return .done
    }

    /// `permissions` by name, unless there is a role.
    private static func permissions(_ reader: inout FieldReader, role: String?) -> Set<Permission> {
        guard role == nil else {
            if reader.strings("permissions") != nil {
                reader.fault("role", "conflict", "give a role or permissions, not both")
            }
            return []
        }
        if !reader.has("permissions") {
            reader.fault("permissions", "required", "give permissions, or a role whose permissions it gets")
        }
        return reader.permissions("permissions") ?? []
    }

    private func members(_ token: APIToken) -> [JSON.Member] {
        [
            .init("id", token.id),
            .init("name", token.name),
            .init("user_id", token.userID),
            .init("username", token.username),
            .init("prefix", token.prefix),
            .init("permissions", token.permissions.map(\.rawValue).sorted()),
            .init("scope", GrantPresenter.scope(token.scope)),
            .init("created_at", token.createdAt),
            .init("expires_at", token.expiresAt),
            .init("expired", token.expiresAt <= self.clock.now),
            .init("last_used_at", token.lastUsedAt),
            .init("last_address", token.lastAddress),
        ]
    }

    private enum YesNo: String, CaseIterable {
        case `true`, `false`
    }
}
