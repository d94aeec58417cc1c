// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Accounts of people whom another system signs in.
package protocol ExternalAccountStore: Sendable {
    /// The account of an identity, and whether it has what it should.
    ///
    /// - Parameter wishes: the roles that its groups stand for; those that are not there are left out.
    func externalAccount(
        of identity: ExternalIdentity,
        wishes: [RoleWish],
        at now: Timestamp
    ) async throws -> ExternalAccount

    /// Makes the account where there is none, and gives it exactly the roles of its groups; those that people gave it here stay.
    ///
    /// - Returns: nil where there is none and none of the wishes can be met, so that strangers leave nothing behind.
    func signOn(_ identity: ExternalIdentity, wishes: [RoleWish], by change: Change) async throws -> User?
}

/// What is known of an identity.
package struct ExternalAccount: Hashable, Sendable {
    /// Nil where there is none yet.
    package let user: User?
    /// It has the roles of its groups, and its last sign-in is noted; nothing has to be written.
    package let isCurrent: Bool

    package init(user: User?, isCurrent: Bool) {
        self.user = user
        self.isCurrent = isCurrent
    }

    /// How exactly the last sign-in of somebody without sessions is known; milliseconds.
    package static let noteInterval: Int64 = 3_600_000
}
