// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// All rights for a while, which somebody took in an emergency (`docs/people.md`).
///
/// It belongs to one session, ends by itself, and stands in each row of the audit that is written meanwhile.
package struct BrokenGlass: Hashable, Sendable {
    package let until: Timestamp
    package let reason: String

    package init(until: Timestamp, reason: String) {
        self.until = until
        self.reason = reason
    }

    /// Bytes of a reason.
    package static let reasonLimit = 512
    /// Minutes that may be asked for, at least.
    package static let leastMinutes: Int64 = 5

    /// What stands in the audit.
    package var mark: String { "break glass: \(self.reason)" }

    /// What the person may do meanwhile, as a grant beside their own.
    package static let grant = Grant(role: .admin, scope: .all)
}

/// Sessions that have all rights for a while.
package protocol GlassStore: Sendable {
    /// Puts a session that has them in the place of another one, and says so in the audit and the log of events, in one
    /// transaction.
    func breakGlass(_ session: UserSession, replacing old: [UInt8], by change: Change) async throws

    /// Ends them before their time; a session without them stays as it is.
    func mendGlass(of tokenHash: [UInt8], by change: Change) async throws
}
