// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How many runs of a job failed one after the other (`semantics.md` 6, pause on failure).
///
/// A run counts once, when it has ended on all its hosts: as failed when it ended in FAILURE or TIMEOUT anywhere, else as a
/// success when it succeeded anywhere. SKIPPED and CANCELLED say nothing. Runs count in the order of their times, so what a
/// host that was away reports of runs before the newest that counted changes nothing. A run and its retries by hand are one:
/// the newest of them replaces what was counted for the others.
package struct FailureStreak: Hashable, Sendable {
    package private(set) var count: Int
    /// The count before the chain of ``newest``.
    package private(set) var base: Int
    /// The newest run that counted, and the root of its chain.
    package private(set) var newest: RunOrder?
    package private(set) var root: RunID?

    package init(count: Int = 0, base: Int = 0, newest: RunOrder? = nil, root: RunID? = nil) {
        self.count = count
        self.base = base
        self.newest = newest
        self.root = root
    }

    /// Takes a run that has ended on all its hosts.
    ///
    /// - Returns: whether it is one failure more.
    @discardableResult
    package mutating func take(_ run: SettledRun) -> Bool {
        if let newest, run.order == newest || run.order.isOlder(than: newest) { return false }
        let failed = (run.tally.counts[.failure] ?? 0) + (run.tally.counts[.timeout] ?? 0) > 0
        guard failed || (run.tally.counts[.success] ?? 0) > 0 else { return false }
        let before = run.root == self.root ? self.base : self.count
        let known = self.count
        self.base = before
        self.count = failed ? before + 1 : 0
        self.newest = run.order
        self.root = run.root
        return self.count > known
    }

    /// Somebody enabled the job: it begins anew.
    package mutating func reset() {
        self.count = 0
        self.base = 0
    }
}
