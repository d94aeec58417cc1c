// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/users`: accounts and their grants.
struct UserRoutes: Sendable {
    let users: UserService
    let authentication: AuthenticationService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let users = try await self.users.list(as: call.principal)
        return .data([
            .init("total", users.count), .init("items", users.map { JSON.object(UserPresenter.members($0)) }),
        ])
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let username = reader.requiredString("username")
        let role = reader.string("role")
        let groups = Self.groups(&reader)
        try reader.finish()
        var grants: [Grant] = []
        if let role { grants.append(Grant(role: try await self.users.role(named: role), scope: groups)) }
        let made = try await self.users.create(
            username: username,
            grants: grants,
            as: call.principal
        )
        return .data(
            .object(UserPresenter.members(made.user) + [.init("password", made.password)]),
            status: .created,
            headers: [.location: "\(Endpoint.base)/users/\(made.user.id)"]
        )
    }

    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return .data(UserPresenter.members(try await self.users.get(call.number("id"), as: call.principal)))
    }

    func rename(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let username = reader.requiredString("username")
        try reader.finish()
        let user = try await self.users.rename(call.number("id"), to: username, as: call.principal)
        return .data(UserPresenter.members(user))
    }

    func sessions(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return UserPresenter.sessions(
            try await self.authentication.sessions(of: call.number("id"), as: call.authenticated)
        )
    }

    func endSessions(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.authentication.endSessions(of: call.number("id"), id: nil, as: call.authenticated)
        return .done
    }

    func endSession(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.authentication.endSessions(of: call.number("id"), id: call.sessionID(), as: call.authenticated)
        return .done
    }

    func setState(_ state: User.State, _ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let user = try await self.users.setState(state, of: call.number("id"), as: call.principal)
        return state == .deleted ? .done : .data(UserPresenter.members(user))
    }

    func resetPassword(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let password = try await self.users.resetPassword(of: call.number("id"), as: call.principal)
        return .data([.init("password", password)])
    }

    func addGrant(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        var reader = try FieldReader(try await call.body())
        let name = reader.requiredString("role")
        let groups = Self.groups(&reader)
        try reader.finish()
        let role = try await self.users.role(named: name)
        let grant = try await self.users.add(Grant(role: role, scope: groups), to: id, as: call.principal)
        return .data(GrantPresenter.grant(grant), status: .created)
    }

    func removeGrant(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.users.remove(call.number("grant_id"), from: call.number("id"), as: call.principal)
        return .done
    }

    /// Groups in `group_ids`; without them the role holds everywhere.
    private static func groups(_ reader: inout FieldReader) -> Scope {
        guard let groups = reader.integers("group_ids") else { return .all }
        return .groups(Set(groups))
    }
}
