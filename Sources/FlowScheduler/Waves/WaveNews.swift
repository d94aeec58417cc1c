// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Which runs in waves are looked at: those of which something was heard, and from time to time all.
///
/// A value without I/O. A look reads each host of a run where all write, so it is taken when something has changed; that
/// nothing was heard proves nothing, so the clock has the last word.
package struct WaveNews: Sendable {
    /// How often all are looked at, whatever was heard; milliseconds.
    package static let period: Int64 = 5000
    /// A run whose first wave has not begun is looked at in each round for so long: it waits for its time, or has just come;
    /// milliseconds.
    package static let beginning: Int64 = 10_000

    private var jobs: Set<JobUID> = []
    /// Something happened that is not known.
    private var hasGap = false
    private var firstSeen: [RunID: Int64] = [:]
    private var lookedAt: Int64?

    package init() {}

    /// Executions of a job changed: its runs may go on, and so may those that wait behind them.
    package mutating func heard(of executions: [Execution]) {
        for execution in executions { self.jobs.insert(execution.jobUID) }
    }

    package mutating func missed() { self.hasGap = true }

    /// Takes those that are due, and with them what was heard.
    ///
    /// - Parameters:
    ///   - instant: of the clock that pauses go by.
    ///   - now: monotonic milliseconds.
    package mutating func due(of open: [OpenRollout], at instant: Timestamp, now: Int64) -> [OpenRollout] {
        defer {
            self.jobs = []
            self.hasGap = false
        }
        let known = self.firstSeen
        self.firstSeen = Dictionary(open.map { ($0.run, known[$0.run] ?? now) }) { first, _ in first }
        let isWhole = self.hasGap || (self.lookedAt.map { now - $0 >= Self.period } ?? true)
        guard !isWhole else {
            self.lookedAt = now
            return open
        }
        return open.filter { run in
            let age = now - (self.firstSeen[run.run] ?? now)
            return self.jobs.contains(run.job) || run.rollout.isDue(at: instant)
                || (run.rollout.opened == 0 && age < Self.beginning)
        }
    }

    /// Nothing came of the last ones: all are due again.
    package mutating func failed() { self.hasGap = true }
}
