// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func createUser(
        username: String,
        passwordHash: String,
        grants: [Grant],
        mustChangePassword: Bool,
        by change: Change
    ) async throws -> User {
        try await self.write("create_user") { db in
            let users = UserTable(db)
            guard try users.find(named: username) == nil else { throw StoreFault.usernameTaken(username) }
            let user = try users.insert(
                username: username,
                passwordHash: passwordHash,
                grants: grants,
                mustChangePassword: mustChangePassword,
                at: change.at
            )
            try AuditTable(db).record(change, .userCreate, AuditObject(user), after: UserAudit(user))
            return user
        }
    }

    package func addGrant(_ grant: Grant, to user: UserID, by change: Change) async throws -> Grant {
        try await self.write("add_grant") { db in
            let found = try UserTable(db).require(user)
            if change.approval != nil {
                let object = Approval.Object(kind: "user", id: String(user), name: found.username)
                try Self.permit(true, object, version: nil, to: "give a role", by: change, db)
            }
            let made = try GrantTable(db).insert(grant.role, grant.scope, for: user)
            try AuditTable(db).record(change, .grantAdd, AuditObject(found), after: GrantAudit(made))
            return made
        }
    }

    package func removeGrant(_ grant: Int64, from user: UserID, by change: Change) async throws {
        try await self.write("remove_grant") { db in
            let users = UserTable(db)
            let found = try users.require(user)
            guard let old = found.grants.first(where: { $0.id == grant }) else { throw StoreFault.noGrant(grant) }
            if let provider = old.source { throw StoreFault.mappedGrant(provider) }
            try GrantTable(db).delete(grant)
            try users.requireAdministrator()
            try AuditTable(db).record(change, .grantRemove, AuditObject(found), before: GrantAudit(old))
        }
    }

    package func user(named username: String) async throws -> User? {
        try await self.read { db in try UserTable(db).find(named: username) }
    }

    package func user(_ id: UserID) async throws -> User? { try await self.read { db in try UserTable(db).find(id) } }

    package func users() async throws -> [User] { try await self.read { db in try UserTable(db).all() } }

    package func setPassword(
        _ hash: String,
        mustChange: Bool,
        of user: UserID,
        keeping tokenHash: [UInt8]?,
        by change: Change
    ) async throws {
        try await self.write("set_password") { db in
            let users = UserTable(db)
            let before = try users.require(user)
            guard before.provider == nil else { throw StoreFault.otherSignIn(before) }
            try users.setPassword(hash, mustChange: mustChange, of: user)
            try SessionTable(db).deleteAll(of: user, except: tokenHash)
            var after = before
            after.mustChangePassword = mustChange
            try AuditTable(db).record(
                change,
                .userPassword,
                AuditObject(before),
                before: UserAudit(before),
                after: UserAudit(after)
            )
        }
    }

    package func setState(_ state: User.State, of user: UserID, by change: Change) async throws -> User {
        try await self.write("set_user_state") { db in
            let users = UserTable(db)
            let before = try users.require(user)
            guard before.state != state else { return before }
            if state == .deleted { try users.bury(user) } else { try users.setState(state, of: user) }
            if state != .active { try SessionTable(db).deleteAll(of: user, except: nil) }
            try users.requireAdministrator()
            var after = before
            after.state = state
            let action: AuditAction =
                switch state {
                case .active: .userEnable
                case .disabled: .userDisable
                case .deleted: .userDelete
                }
            try AuditTable(db).record(
                change,
                action,
                AuditObject(before),
                before: UserAudit(before),
                after: state == .deleted ? nil : UserAudit(after)
            )
            return after
        }
    }

    package func rename(_ user: UserID, to username: String, by change: Change) async throws -> User {
        try await self.write("rename_user") { db in
            let users = UserTable(db)
            let before = try users.require(user)
            guard before.username != username else { return before }
            // Only the case of letters may change.
            if let other = try users.find(named: username), other.id != user {
                throw StoreFault.usernameTaken(username)
            }
            try users.setName(username, of: user)
            var after = before
            after.username = username
            try AuditTable(db).record(
                change,
                .userRename,
                AuditObject(after),
                before: UserAudit(before),
                after: UserAudit(after)
            )
            return after
        }
    }

    package func userCount() async throws -> Int { try await self.read { db in try UserTable(db).count() } }
}
