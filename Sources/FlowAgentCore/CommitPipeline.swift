// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The agent's stream of ledger transactions: one outstanding, the next gathering.
struct CommitPipeline: Sendable {
    /// What follows when an operation is durable.
    enum Continuation: Hashable, Sendable {
        case none
        /// Start the attempt; if the ledger knew the id already, forget ours, and say what it knew if a server asked.
        case admitted(ExecutionID, acknowledge: Bool, answer: Bool)
        /// A decision without a start is durable; as above if the ledger knew the id.
        case decided(ExecutionID, acknowledge: Bool, answer: Bool)
        /// A record of missed fires is durable; if the ledger knew its last fire already, the others need another record.
        indirect case missed(LedgerEntry, isFinal: Bool)
        /// Waits for a place; as above if the ledger knew the id.
        case queued(ExecutionID, acknowledge: Bool, answer: Bool)
        /// An attempt of an execution that was in the ledger is durable: start it.
        case attempt(ExecutionID)
        /// The end of an attempt is durable.
        case written
        indirect case configApplied(ConfigUpdate, cursor: Timestamp)
        /// The cursor of a job, and where it stood before.
        case cursorMoved(from: Timestamp)
        /// What a recital is about is durable; its steps follow.
        case recitalBegun
        /// Whether schedules fire at all.
        case schedulerSet
        case recited
        /// A step of forgetting was taken; another follows unless the walk is over.
        case pruned
    }

    private var gathering: [(LedgerOperation, Continuation)] = []
    private var outstanding: [(LedgerOperation, Continuation)]?
    /// Something that has gathered has somebody who waits for it.
    private var isUrgent = false
    /// The most operations of one transaction.
    private static let limit = 2000

    var canBegin: Bool { self.outstanding == nil }
    var hasGathered: Bool { !self.gathering.isEmpty }
    var gatheredCount: Int { self.gathering.count }
    /// Nobody minds if what has gathered waits a little for more.
    var canWait: Bool { !self.gathering.isEmpty && !self.isUrgent }

    /// - Parameter canWait: nothing follows from it that anybody waits for.
    mutating func add(_ operation: LedgerOperation, then continuation: Continuation = .none, canWait: Bool = false) {
        self.gathering.append((operation, continuation))
        if !canWait { self.isUrgent = true }
    }

    /// Starts the next transaction if none is outstanding and there is something to write.
    mutating func begin() -> [LedgerOperation]? {
        guard self.canBegin, !self.gathering.isEmpty else { return nil }
        var batch: [(LedgerOperation, Continuation)] = []
        // Almost always all of it, which then changes hands as a whole.
        swap(&batch, &self.gathering)
        if batch.count > Self.limit {
            self.gathering = Array(batch[Self.limit...])
            batch.removeLast(batch.count - Self.limit)
        } else {
            self.isUrgent = false
        }
        self.outstanding = batch
        return batch.map(\.0)
    }

    /// The outstanding transaction was not committed: what was in it is to be written first.
    mutating func fail() {
        self.gathering = (self.outstanding ?? []) + self.gathering
        self.outstanding = nil
        self.isUrgent = true
    }

    /// Takes out what need not be written any more, in order.
    mutating func takeBack(
        where isWanted: (LedgerOperation, Continuation) -> Bool
    ) -> [(LedgerOperation, Continuation)] {
        let taken = self.gathering.filter { isWanted($0.0, $0.1) }
        self.gathering.removeAll { isWanted($0.0, $0.1) }
        return taken
    }

    /// Keeps orders that were to be dropped.
    ///
    /// - Returns: those that were.
    mutating func removeDrops(of ids: Set<ExecutionID>) -> [ExecutionID] {
        let drops = self.gathering.compactMap { entry -> ExecutionID? in
            guard case .dropOrder(let id) = entry.0, ids.contains(id) else { return nil }
            return id
        }
        self.gathering.removeAll { if case .dropOrder(let id) = $0.0 { ids.contains(id) } else { false } }
        return drops
    }

    /// Takes the outstanding transaction's continuations; empty when the answer belongs to none.
    mutating func finish(_ results: [LedgerResult]) -> [(Continuation, LedgerResult)] {
        guard let batch = self.outstanding, batch.count == results.count else { return [] }
        self.outstanding = nil
        return zip(batch, results).map { ($0.1, $1) }
    }
}
