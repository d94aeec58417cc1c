// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

extension SQLiteStore {
    package func createUser(
        username: String,
        passwordHash: String,
        grants: [Grant],
        by change: Change
    ) async throws -> User {
        try await self.write("create_user") { db in
            let users = UserTable(db)
            guard try users.find(named: username) == nil else { throw StoreFault.usernameTaken(username) }
            let user = try users.insert(
                username: username,
                passwordHash: passwordHash,
                grants: grants,
                at: change.at
            )
            try AuditTable(db).record(change, .userCreate, AuditObject(user), after: UserAudit(user))
            return user
        }
    }

    package func addGrant(_ grant: Grant, to user: UserID, by change: Change) async throws -> Grant {
        try await self.write("add_grant") { db in
            guard let found = try UserTable(db).find(user) else { throw StoreFault.noUser(user) }
            let made = try GrantTable(db).insert(grant.role, grant.scope, for: user)
            try AuditTable(db).record(change, .grantAdd, AuditObject(found), after: GrantAudit(made))
            return made
        }
    }

    package func removeGrant(_ grant: Int64, from user: UserID, by change: Change) async throws {
        try await self.write("remove_grant") { db in
            let users = UserTable(db)
            guard let found = try users.find(user) else { throw StoreFault.noUser(user) }
            guard let old = found.grants.first(where: { $0.id == grant }) else { throw StoreFault.noGrant(grant) }
            try GrantTable(db).delete(grant)
            try users.requireAdministrator()
            try AuditTable(db).record(change, .grantRemove, AuditObject(found), before: GrantAudit(old))
        }
    }

    package func user(named username: String) async throws -> User? {
        try await self.read { db in try UserTable(db).find(named: username) }
    }

    package func user(_ id: UserID) async throws -> User? { try await self.read { db in try UserTable(db).find(id) } }

    package func setPasswordHash(_ hash: String, of user: UserID, by change: Change) async throws {
        try await self.write("set_password") { db in
            guard let found = try UserTable(db).find(user), try UserTable(db).setPasswordHash(hash, of: user) else {
                throw StoreFault.noUser(user)
            }
            try AuditTable(db).record(change, .userPassword, AuditObject(found))
        }
    }

    package func userCount() async throws -> Int { try await self.read { db in try UserTable(db).count() } }

    package func createSession(_ session: UserSession, by change: Change) async throws {
        try await self.write("create_session") { db in
            guard let user = try UserTable(db).find(session.userID) else { throw StoreFault.noUser(session.userID) }
            try UserTable(db).insert(session)
            try AuditTable(db).record(change, .signIn, AuditObject(user))
        }
    }

    package func session(tokenHash: [UInt8], at now: Timestamp) async throws -> (UserSession, User)? {
        try await self.read { db in try UserTable(db).session(tokenHash, at: now) }
    }

    package func deleteSession(tokenHash: [UInt8], by change: Change) async throws {
        try await self.write("delete_session") { db in
            guard let (_, user) = try UserTable(db).session(tokenHash, at: change.at) else { return }
            try UserTable(db).deleteSession(tokenHash)
            try AuditTable(db).record(change, .signOut, AuditObject(user))
        }
    }

    package func deleteExpiredSessions(at now: Timestamp) async throws {
        try await self.write("delete_expired_sessions") { db in
            try UserTable(db).deleteSessions(expiredAt: now)
        }
    }
}
