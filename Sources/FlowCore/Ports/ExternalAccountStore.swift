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
    /// It has exactly the roles of its groups.
    package let hasRoles: Bool
    /// Its last sign-in is noted, exactly enough.
    package let isNoted: Bool

    package init(user: User?, hasRoles: Bool = false, isNoted: Bool = false) {
        self.user = user
        self.hasRoles = hasRoles
        self.isNoted = isNoted
    }

    /// Nothing has to be written.
    package var isCurrent: Bool { self.hasRoles && self.isNoted }

    /// How exactly the last sign-in of somebody without sessions is known; milliseconds.
    package static let noteInterval: Int64 = 3_600_000
}
