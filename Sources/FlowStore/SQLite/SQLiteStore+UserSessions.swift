// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func createSession(_ session: UserSession, by change: Change) async throws {
        try await self.write("create_session") { db in
            guard let user = try UserTable(db).find(session.userID), user.state == .active else {
                throw StoreFault.noUser(session.userID)
            }
            try SessionTable(db).insert(session)
            try UserTable(db).setLastSignIn(change.at, of: user.id)
            try AuditTable(db).record(change, .signIn, AuditObject(user))
        }
    }

    package func replaceSession(tokenHash: [UInt8], with newHash: [UInt8], at now: Timestamp) async throws -> Bool {
        try await self.write("replace_session") { db in
            try SessionTable(db).replace(tokenHash, with: newHash, at: now)
        }
    }

    package func session(tokenHash: [UInt8], at now: Timestamp) async throws -> (UserSession, User)? {
        try await self.readFew { db in try SessionTable(db).find(tokenHash, at: now) }
    }

    package func touchSession(tokenHash: [UInt8], at now: Timestamp) async throws {
        try await self.write("touch_session") { db in try SessionTable(db).touch(tokenHash, at: now) }
    }

    package func sessions(of user: UserID, at now: Timestamp) async throws -> [UserSession] {
        try await self.read { db in
            let user = try UserTable(db).require(user)
            return try SessionTable(db).of(user: user.id, at: now)
        }
    }

    package func endSessions(
        of user: UserID,
        id: String?,
        keeping tokenHash: [UInt8]?,
        by change: Change
    ) async throws {
        try await self.write("end_sessions") { db in
            let found = try UserTable(db).require(user)
            let table = SessionTable(db)
            let ended = try table.of(user: user, at: change.at).filter { session in
                id.map { session.id == $0 } ?? (session.tokenHash != tokenHash)
            }
            if let id, ended.isEmpty { throw StoreFault.noSession(id) }
            guard !ended.isEmpty else { return }
            for session in ended { try table.delete(session.tokenHash) }
            try AuditTable(db).record(
                change,
                .signOut,
                AuditObject(found),
                before: SessionsAudit(sessions: ended.map(\.id))
            )
        }
    }

    package func deleteSession(tokenHash: [UInt8], by change: Change) async throws {
        try await self.write("delete_session") { db in
            guard let (_, user) = try SessionTable(db).find(tokenHash, at: change.at) else { return }
            try SessionTable(db).delete(tokenHash)
            try AuditTable(db).record(change, .signOut, AuditObject(user))
        }
    }

    package func deleteExpiredSessions(at now: Timestamp) async throws {
        try await self.write("delete_expired_sessions") { db in try SessionTable(db).deleteAll(expiredAt: now) }
    }
}
