// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Finds or makes the accounts of people whom another system names; writes only when something is new.
struct ExternalAccounts: Sendable {
    let store: any ExternalAccountStore

    /// - Parameters:
    ///   - wishes: the roles that the groups stand for.
    ///   - stranger: called before an account is made, and for who gets none; what it throws is thrown.
    /// - Returns: nil for who has no account and no role to get one for.
    func account(
        of identity: ExternalIdentity,
        wishes: [RoleWish],
        by change: Change,
        stranger: @Sendable () throws -> Void
    ) async throws -> User? {
        let known = try await self.store.externalAccount(of: identity, wishes: wishes, at: change.at)
        guard let user = known.user else {
            try stranger()
            return wishes.isEmpty ? nil : try await self.store.signOn(identity, wishes: wishes, by: change)
        }
        guard user.state == .active, !known.isCurrent else { return user }
        do { return try await self.store.signOn(identity, wishes: wishes, by: change) } catch {
            // With the roles as they should be there is only their visit to note: a store that can't write now is no reason to
            // refuse who only reads.
            guard known.hasRoles, !(error is CancellationError) else { throw error }
            return user
        }
    }
}
