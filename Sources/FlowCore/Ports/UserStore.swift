// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// People who sign in, and their sessions.
package protocol UserStore: Sendable {
    /// - Throws: `nameTaken`.
    func createUser(username: String, passwordHash: String, role: Role, at now: Timestamp) async throws -> User
    func user(named username: String) async throws -> User?
    func user(_ id: UserID) async throws -> User?
    func setPasswordHash(_ hash: String, of user: UserID) async throws
    func userCount() async throws -> Int
    func createSession(_ session: UserSession) async throws
    /// The session and its user, unless it has expired.
    func session(tokenHash: [UInt8], at now: Timestamp) async throws -> (UserSession, User)?
    func deleteSession(tokenHash: [UInt8]) async throws
    func deleteExpiredSessions(at now: Timestamp) async throws
}
