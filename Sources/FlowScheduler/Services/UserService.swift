// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Accounts, as administrators handle them.
package struct UserService: Sendable {
    let store: any UserStore
    let hasher: any PasswordHasher
    let clock: any WallClock

    package init(store: any UserStore, hasher: any PasswordHasher, clock: any WallClock) {
        self.store = store
        self.hasher = hasher
        self.clock = clock
    }

    package func list(as principal: Principal) async throws -> [User] {
        try principal.require(.usersRead)
        return try await self.store.users()
    }

    package func get(_ user: UserID, as principal: Principal) async throws -> User {
        try principal.require(.usersRead)
        guard let found = try await self.store.user(user), found.state != .deleted else {
            throw StoreFault.noUser(user)
        }
        return found
    }

    /// Creates a user with a password that is told once and has to be changed at the first sign-in.
    package func create(
        username: String,
        grants: [Grant],
        as principal: Principal
    ) async throws -> (user: User, password: String) {
        try principal.require(.usersWrite)
        try AccountRules.check(username: username)
        for grant in grants { try self.requireOwn(grant, principal) }
        let password = AccountRules.makePassword()
        let user = try await self.store.createUser(
            username: username,
            passwordHash: try await self.hasher.hash(password),
            grants: grants,
            mustChangePassword: true,
            by: principal.change(at: self.clock.now)
        )
        return (user, password)
    }

    package func rename(_ user: UserID, to username: String, as principal: Principal) async throws -> User {
        try principal.require(.usersWrite)
        try AccountRules.check(username: username)
        return try await self.store.rename(user, to: username, by: principal.change(at: self.clock.now))
    }

    /// Enables, disables or deletes; the last administrator stays.
    @discardableResult
    package func setState(_ state: User.State, of user: UserID, as principal: Principal) async throws -> User {
        try principal.require(.usersWrite)
        return try await self.store.setState(state, of: user, by: principal.change(at: self.clock.now))
    }

    /// Gives a user a new password, which is told once, and ends all their sessions.
    package func resetPassword(of user: UserID, as principal: Principal) async throws -> String {
        try principal.require(.usersWrite)
        let password = AccountRules.makePassword()
        try await self.store.setPassword(
            try await self.hasher.hash(password),
            mustChange: true,
            of: user,
            keeping: nil,
            by: principal.change(at: self.clock.now)
        )
        return password
    }

    package func add(_ grant: Grant, to user: UserID, as principal: Principal) async throws -> Grant {
        try principal.require(.usersWrite)
        try self.requireOwn(grant, principal)
        return try await self.store.addGrant(grant, to: user, by: principal.change(at: self.clock.now))
    }

    package func remove(_ grant: Int64, from user: UserID, as principal: Principal) async throws {
        try principal.require(.usersWrite)
        try await self.store.removeGrant(grant, from: user, by: principal.change(at: self.clock.now))
    }

    /// Nobody gives what they do not have.
    private func requireOwn(_ grant: Grant, _ principal: Principal) throws(CoreError) {
        if case .groups(let groups) = grant.scope, groups.isEmpty || groups.contains(Group.everyone) {
            throw CoreError(
                .invalid,
                "A grant holds on 'all' or on at least one group; the built-in group belongs to 'all' only.",
                details: [.init(path: "scope", code: "value", message: "'all' or a list of other groups")]
            )
        }
        for permission in grant.role.permissions where !permission.isGlobal || grant.scope == .all {
            guard principal.scope(of: permission).covers(grant.scope) else {
                throw CoreError(
                    .forbidden,
                    "You cannot give the role '\(grant.role.rawValue)' there: you lack '\(permission.rawValue)' yourself.",
                    details: [.init(path: "role", code: "exceeds_own_rights", message: permission.rawValue)]
                )
            }
        }
    }
}
