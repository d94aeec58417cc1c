// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The ledger cannot be written: why, since when, and when it is tried again.
struct LedgerTrouble: Hashable, Sendable {
    var cause: String
    let since: Timestamp
    /// The boot clock; microseconds.
    var retryAt: Int64
}

/// A time in which nothing could start, for the records of what was missed in it.
struct LedgerOutage: Hashable, Sendable {
    let cause: String
    let from: Timestamp
    let through: Timestamp

    /// Whether fires of a range were missed because of it.
    func explains(_ range: CoalescedRange) -> Bool { range.through >= self.from && range.from <= self.through }
}

extension AgentCore {
    private static let ledgerRetryInterval: Int64 = 1_000_000

    /// A transaction failed: nothing of it is in the ledger.
    ///
    /// What it was to start has not started. Those decisions are taken back, and none is made until the ledger can be
    /// written again: then the misfire policy looks at all that came due meanwhile, and the newest runs, not the oldest
    /// (`semantics.md` 6). What has happened, ends of attempts above all, waits and is written first.
    mutating func ledgerFailed(because cause: String, at reading: ClockReading) {
        self.pipeline.fail()
        let retryAt = reading.boot + Self.ledgerRetryInterval
        guard self.trouble == nil else {
            self.trouble?.cause = cause
            self.trouble?.retryAt = retryAt
            return
        }
        let now = self.clock.now(reading)
        let since = min(now, self.takeBackStarts() ?? now)
        self.trouble = LedgerTrouble(cause: cause, since: since, retryAt: retryAt)
        self.heartbeatAt = min(self.heartbeatAt, reading.boot)
        self.effects.append(.note(.ledgerFailed(cause)))
    }

    /// A transaction was committed.
    mutating func ledgerWorks(at reading: ClockReading) {
        guard let trouble = self.trouble else { return }
        let now = self.clock.now(reading)
        self.trouble = nil
        self.outage = LedgerOutage(cause: trouble.cause, from: trouble.since, through: now)
        self.heartbeatAt = min(self.heartbeatAt, reading.boot)
        self.effects.append(.note(.ledgerWorks(since: trouble.since)))
    }

    /// Whether a transaction may begin now.
    func mayCommit(at reading: ClockReading) -> Bool {
        self.pipeline.canBegin && reading.boot >= self.trouble?.retryAt ?? .min
    }

    /// Something small to write, when there is nothing else to find out by.
    mutating func probeLedger(at reading: ClockReading) {
        guard self.trouble != nil, !self.pipeline.hasGathered else { return }
        let time = self.suspicion == nil ? self.clock.now(reading) : self.earliest
        self.pipeline.add(.setClock(offset: nil, time: time))
    }

    /// - Returns: the nominal time of the earliest fire that was taken back.
    private mutating func takeBackStarts() -> Timestamp? {
        var earliest: Timestamp?
        var restored: [ExecutionID: Order] = [:]
        var touched: Set<JobUID> = []
        // Newest first, so that each cursor ends where it stood before all of them.
        var pipeline = self.pipeline
        let taken = pipeline.takeBack { self.isStart($0, $1) }
        self.pipeline = pipeline
        for (operation, continuation) in taken.reversed() {
            switch (operation, continuation) {
            case (.insert(let entry, _), let continuation):
                if entry.order.kind == .cron { earliest = min(earliest ?? entry.order.nominal, entry.order.nominal) }
                restored[entry.id] = entry.order
                guard case .admitted = continuation else { continue }
                if self.open[entry.id]?.isCancelled == true { self.earlyCancels.insert(entry.id) }
                self.close(entry.id, job: entry.order.job.uid)
            case (.advanceCursor(let uid, let cursor), .cursorMoved(let before)):
                guard self.jobs[uid]?.cursor == cursor else { continue }
                self.jobs[uid]?.cursor = before
                self.jobs[uid]?.counting = nil
                touched.insert(uid)
            default: break
            }
        }
        // Orders that were kept for such a fire stay kept: they were not dropped.
        for id in self.pipeline.removeDrops(of: Set(restored.keys)).sorted() {
            guard let order = restored[id] else { continue }
            self.orders[id] = order
            self.timers.set(.order(id), at: order.nominal)
        }
        for uid in touched.sorted() { self.scheduleNextFire(of: uid) }
        return earliest
    }

    /// Whether an operation is a start, or a decision not to start, that can be made again later.
    ///
    /// The fire after a boot is not, nor is what an update withdraws: nothing comes back to them.
    private func isStart(_ operation: LedgerOperation, _ continuation: CommitPipeline.Continuation) -> Bool {
        switch operation {
        case .insert(let entry, _):
            if entry.order.kind == .cron, self.jobs[entry.order.job.uid]?.schedule?.isReboot == true { return false }
            if case .admitted = continuation { return true }
            switch continuation {
            case .decided, .missed(_, isFinal: false): break
            default: return false
            }
            guard entry.status == .skipped else { return false }
            return [.overlap, .misfire, .misfireCoalesced, .deadline].contains(entry.reason)
        case .advanceCursor(let uid, _):
            guard case .cursorMoved = continuation else { return false }
            return self.jobs[uid]?.schedule?.isReboot == false
        default: return false
        }
    }
}
