// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// From which report on a new session goes on, decided from what both ends remember (R5, R11).
///
/// Either end may have gone back in time: the server by a restored backup, the agent by a restored snapshot of its host. The
/// higher number that can still be served wins, so that no session waits for reports that nobody has any more.
package struct ReportPosition: Hashable, Sendable {
    package enum Ledger: Hashable, Sendable {
        /// The ledger the server knows, at least as far as the server knows it.
        case known
        /// A ledger the server has never heard of: a new one, or one that is younger than a restored backup.
        case new
        /// The known ledger, but older than what the server has of it.
        case rolledBack
    }

    package let ledger: Ledger
    /// Reports up to this one count as applied; the agent sends everything above.
    package let acknowledged: Int64
    /// Reports between the server's number and ``acknowledged`` are gone on both ends.
    ///
    /// What they said is still in the agent's ledger: the server asks about every execution it holds open, as it always does,
    /// and about those that were skipped before their time.
    package var hasGap: Bool { self.lostAfter != nil }
    /// The last report before that gap.
    package let lostAfter: Int64?

    /// - Parameters:
    ///   - incarnation: the ledger the server heard of last.
    ///   - stored: the number of the last report it applied of that ledger.
    ///   - hello: what the agent says.
    package init(incarnation: String, stored: Int64, hello: Hello) {
        let isNew = incarnation != hello.incarnation
        let own = isNew ? 0 : min(stored, hello.lastSequence)
        // An agent of the first version keeps what is not acknowledged and says nothing about it.
        let base = min(hello.outboxBase ?? 0, hello.lastSequence)
        self.ledger = isNew ? .new : hello.lastSequence < stored ? .rolledBack : .known
        self.acknowledged = max(own, base)
        self.lostAfter = base > own ? own : nil
    }
}
