// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Accounts, as administrators handle them.
package struct UserService: Sendable {
    let store: any UserStore
    /// Nil over a store that has none.
    let roles: (any RoleStore)?
    let hasher: any PasswordHasher
    let clock: any WallClock
    /// Nil = one person gives rights.
    let desk: ApprovalDesk?

    package init(
        store: any UserStore,
        hasher: any PasswordHasher,
        clock: any WallClock,
        desk: ApprovalDesk? = nil
    ) {
        self.desk = desk
        self.store = store
        self.roles = store as? any RoleStore
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
        // The password is told once, and a request has nobody to tell it.
        if principal.needsSecond, self.desk?.grantsTakeTwo == true, !grants.isEmpty {
            throw CoreError(
                .forbidden,
                "Giving rights takes two persons here. Make the account without a role, then ask for its role.",
                details: [.init(path: "role", code: "two_person", message: "leave it out, and ask for it afterwards")]
            )
        }
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
        if principal.needsSecond, let desk, desk.grantsTakeTwo {
            guard let found = try await self.store.user(user), found.state != .deleted else {
                throw StoreFault.noUser(user)
            }
            var groups: [GroupID]?
            if case .groups(let some) = grant.scope { groups = some.sorted() }
            throw try await desk.ask(
                .grant,
                Approval.Object(kind: "user", id: String(user), name: found.username),
                groups: [],
                .grant(
                    user: user,
                    role: grant.role.name,
                    permissions: grant.role.permissions.sorted { $0.rawValue < $1.rawValue },
                    groups: groups
                ),
                as: principal
            )
        }
        return try await self.store.addGrant(grant, to: user, by: principal.change(at: self.clock.now))
    }

    package func remove(_ grant: Int64, from user: UserID, as principal: Principal) async throws {
        try principal.require(.usersWrite)
        try await self.store.removeGrant(grant, from: user, by: principal.change(at: self.clock.now))
    }

    // MARK: Roles

    /// What a word means: one of the four roles, or one that people made.
    package func role(named name: String) async throws -> GrantedRole {
        if let role = Role(rawValue: name) { return GrantedRole(role) }
        guard name.utf8.count <= 64, let role = try await self.roles?.ownRole(named: name) else {
            let words: Wording =
                "'\(name.shortened(toBytes: 64))' is no role: neither built in nor one that was made here"
            throw CoreError(.invalid, words, details: [.init(path: "role", code: "value", message: words)])
        }
        return GrantedRole(role)
    }

    /// The roles that people made, each with how many users have it.
    package func ownRoles(as principal: Principal) async throws -> [(role: OwnRole, users: Int)] {
        try principal.require(.usersRead)
        return try await self.roles?.ownRoles() ?? []
    }

    package func createRole(
        named name: String,
        description: String,
        permissions: Set<Permission>,
        as principal: Principal
    ) async throws -> OwnRole {
        try principal.require(.usersWrite)
        let now = self.clock.now
        let role = OwnRole(
            name: name,
            description: description,
            permissions: permissions,
            createdAt: now,
            updatedAt: now
        )
        try self.check(role, principal)
        guard let roles else { throw StoreFault.noRole(name) }
        try await roles.createRole(role, by: principal.change(at: now))
        return role
    }

    /// Changes what everybody who has it may do, at once.
    package func updateRole(
        named name: String,
        description: String,
        permissions: Set<Permission>,
        as principal: Principal
    ) async throws -> OwnRole {
        try principal.require(.usersWrite)
        guard let roles, var role = try await roles.ownRole(named: name) else { throw StoreFault.noRole(name) }
        role.description = description
        role.permissions = permissions
        try self.check(role, principal)
        if principal.needsSecond, let desk, desk.grantsTakeTwo {
            throw try await desk.ask(
                .grant,
                Approval.Object(kind: "role", id: name, name: name),
                groups: [],
                .role(
                    name: name,
                    description: description,
                    permissions: permissions.sorted { $0.rawValue < $1.rawValue }
                ),
                as: principal
            )
        }
        return try await roles.updateRole(role, by: principal.change(at: self.clock.now))
    }

    package func deleteRole(named name: String, as principal: Principal) async throws {
        try principal.require(.usersWrite)
        guard let roles else { throw StoreFault.noRole(name) }
        try await roles.deleteRole(named: name, by: principal.change(at: self.clock.now))
    }

    /// A role may be given anywhere, so who makes it needs everything it has, everywhere.
    private func check(_ role: OwnRole, _ principal: Principal) throws(CoreError) {
        var faults = FaultCollector()
        faults.require(
            TextRules.isLabelName(role.name, limit: 64) && !role.name.contains("/"),
            "name",
            "syntax",
            "a role's name starts with a letter or digit and goes on with letters, digits, '.', '_' or '-', at most 64"
        )
        faults.require(
            Role(rawValue: role.name.lowercased()) == nil,
            "name",
            "value",
            "'\(role.name)' is one of the roles that are built in"
        )
        faults.require(
            TextRules.length(role.description) <= 512 && !role.description.utf8.contains(0),
            "description",
            "length",
            "a description has at most 512 characters"
        )
        faults.require(!role.permissions.isEmpty, "permissions", "required", "a role without permissions opens nothing")
        try faults.check("The role cannot be saved")
        let lacking = role.permissions.filter { principal.scope(of: $0) != .all }.map(\.rawValue).sorted()
        guard lacking.isEmpty else {
            throw CoreError(
                .forbidden,
                "You cannot put into a role what you lack yourself: \(lacking.joined(separator: ", ")).",
                details: lacking.map { .init(path: "permissions", code: "exceeds_own_rights", message: $0) }
            )
        }
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
                    "You cannot give the role '\(grant.role.name)' there: you lack '\(permission.rawValue)' yourself.",
                    details: [.init(path: "role", code: "exceeds_own_rights", message: permission.rawValue)]
                )
            }
        }
    }
}
