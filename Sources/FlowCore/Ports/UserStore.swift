// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// People who sign in, and their sessions.
package protocol UserStore: Sendable {
    /// - Throws: `nameTaken`.
    func createUser(username: String, passwordHash: String, grants: [Grant], by change: Change) async throws -> User
    /// Gives a role; the grant's own number is the store's to choose.
    ///
    /// - Throws: `notFound` for the user or a group.
    func addGrant(_ grant: Grant, to user: UserID, by change: Change) async throws -> Grant
    /// Takes a role away.
    ///
    /// - Throws: `notFound`, `conflict` when nobody would be left who is administrator everywhere.
    func removeGrant(_ grant: Int64, from user: UserID, by change: Change) async throws
    func user(named username: String) async throws -> User?
    func user(_ id: UserID) async throws -> User?
    func setPasswordHash(_ hash: String, of user: UserID, by change: Change) async throws
    func userCount() async throws -> Int
    /// Signs a user in.
    func createSession(_ session: UserSession, by change: Change) async throws
    /// The session and its user, unless it has expired.
    func session(tokenHash: [UInt8], at now: Timestamp) async throws -> (UserSession, User)?
    /// Signs a user out; nothing happens when the session is over.
    func deleteSession(tokenHash: [UInt8], by change: Change) async throws
    func deleteExpiredSessions(at now: Timestamp) async throws
}
