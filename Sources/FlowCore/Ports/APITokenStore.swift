// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Tokens that programs sign in with.
package protocol APITokenStore: Sendable {
    /// The token's own number is the store's to choose.
    ///
    /// - Throws: `nameTaken` for another token of this user, `conflict` when there are ``APIToken/limit``.
    func createAPIToken(_ token: APIToken, by change: Change) async throws -> APIToken
    /// Of a user, or of all; expired ones too, by owner and name.
    func apiTokens(of user: UserID?) async throws -> [APIToken]
    func apiToken(_ id: Int64) async throws -> APIToken?
    /// A token that has not expired, of a user who is active.
    func apiToken(hash: [UInt8], at now: Timestamp) async throws -> (APIToken, User)?
    func touchAPIToken(_ id: Int64, address: String?, at now: Timestamp) async throws
    /// - Throws: `notFound`.
    func deleteAPIToken(_ id: Int64, by change: Change) async throws
}
