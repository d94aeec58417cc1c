// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// People who sign in, and their sessions.
package protocol UserStore: Sendable {
    /// - Throws: `nameTaken`.
    func createUser(
        username: String,
        passwordHash: String,
        grants: [Grant],
        mustChangePassword: Bool,
        by change: Change
    ) async throws -> User
    /// All who are not deleted, by name.
    func users() async throws -> [User]
    /// Enables, disables or deletes; sessions of who is not active any more end with it.
    ///
    /// - Throws: `notFound`, `conflict` when nobody would be left who is administrator everywhere.
    func setState(_ state: User.State, of user: UserID, by change: Change) async throws -> User
    /// Gives a role; the grant's own number is the store's to choose.
    ///
    /// - Throws: `notFound` for the user or a group.
    func addGrant(_ grant: Grant, to user: UserID, by change: Change) async throws -> Grant
    /// Takes a role away.
    ///
    /// - Throws: `notFound`, `conflict` when nobody would be left who is administrator everywhere.
    func removeGrant(_ grant: Int64, from user: UserID, by change: Change) async throws
    /// - Throws: `notFound`, `nameTaken`.
    func rename(_ user: UserID, to username: String, by change: Change) async throws -> User
    /// Upper and lower case are the same name.
    func user(named username: String) async throws -> User?
    func user(_ id: UserID) async throws -> User?
    /// Sets a password and ends the user's sessions, except one.
    func setPassword(
        _ hash: String,
        mustChange: Bool,
        of user: UserID,
        keeping tokenHash: [UInt8]?,
        by change: Change
    ) async throws
    func userCount() async throws -> Int
    /// Signs a user in; of more than ``UserSession/limit`` sessions those go that were not used for longest.
    func createSession(_ session: UserSession, by change: Change) async throws
    /// Gives a session another token; the one before opens nothing from then on.
    ///
    /// - Returns: whether there was such a session; of two who ask at once, one is told so.
    func replaceSession(tokenHash: [UInt8], with newHash: [UInt8], at now: Timestamp) async throws -> Bool
    /// The session and its user, unless it has expired.
    func session(tokenHash: [UInt8], at now: Timestamp) async throws -> (UserSession, User)?
    /// Signs a user out; nothing happens when the session is over.
    func deleteSession(tokenHash: [UInt8], by change: Change) async throws
    /// Notes that a session was used.
    func touchSession(tokenHash: [UInt8], at now: Timestamp) async throws
    /// What has not expired, last used first.
    ///
    /// - Throws: `notFound` for the user.
    func sessions(of user: UserID, at now: Timestamp) async throws -> [UserSession]
    /// Ends sessions of a user.
    ///
    /// - Parameters:
    ///   - id: one of them; nil = all.
    ///   - tokenHash: one that stays when all go.
    /// - Throws: `notFound` for the user, or when there is no session `id`.
    func endSessions(of user: UserID, id: String?, keeping tokenHash: [UInt8]?, by change: Change) async throws
    func deleteExpiredSessions(at now: Timestamp) async throws
}
