// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

// Records that stand for several missed fires, where the ledger has their last one already.

extension AgentCore {
    /// Gives missed fires another record, under the newest of them that is left.
    ///
    /// A record of a range has the id of its last fire. A clock that was ahead may have decided just that one: what it took
    /// back and what stays is known only when the ledger has said so (R8), and until then a range can meet such a row. The
    /// row keeps its fire (R1), and the fires before it are not lost with the range (R2).
    mutating func moveRange(of entry: LedgerEntry, before known: LedgerEntry, at reading: ClockReading) {
        guard let range = entry.coalesced else { return }
        // A row that is itself a range accounts for what is in it.
        let taken = known.coalesced?.from ?? range.through
        let job = entry.order.job
        guard range.from < taken,
            let schedule = try? CompiledSchedule(job.schedule, job: job.uid, zones: self.zones),
            let last = schedule.last(
                after: range.from.advanced(byMilliseconds: -1),
                through: taken.advanced(byMilliseconds: -1)
            )
        else { return }
        let count = last == range.from ? 1 : max(2, range.count - (known.coalesced?.count ?? 1))
        let left = CoalescedRange(count: count, from: range.from, through: last)
        self.skip(
            left,
            of: job,
            on: schedule,
            detail: Self.words(for: left, like: entry.detail, of: range),
            isFinal: true,
            now: self.clock.now(reading)
        )
    }

    /// The words of a record with the reason that another record has.
    private static func words(for range: CoalescedRange, like detail: String?, of other: CoalescedRange) -> String {
        let plain = self.words(for: range)
        guard let detail, detail.hasPrefix(self.words(for: other) + ": ") else { return plain }
        let reason = detail.dropFirst(self.words(for: other).count + 2)
        return range.count == 1 ? String(reason) : "\(plain): \(reason)"
    }

    /// What the record of missed fires says, without why.
    static func words(for range: CoalescedRange) -> String {
        range.count == 1
            ? "the agent was not running at \(range.from)"
            : "\(range.count) fires from \(range.from) through \(range.through) were missed"
    }
}

extension CompiledSchedule {
    /// The newest fire in `(after, through]`, found by halving; nil when there is none.
    func last(after: Timestamp, through limit: Timestamp) -> Timestamp? {
        guard var last = self.next(after: after), last <= limit else { return nil }
        var end = limit
        // No fire is later than `end`.
        while last < end {
            let middle = last.advanced(byMilliseconds: end.milliseconds(since: last) / 2)
            if let next = self.next(after: middle), next <= limit { last = next } else { end = middle }
        }
        return last
    }
}
