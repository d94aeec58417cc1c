// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A run of which every execution has ended: what jobs that wait for it are told, once.
package struct SettledRun: Hashable, Sendable {
    package let id: RunID
    /// The first of its chain of retries; its own id where it is none.
    package let root: RunID
    package let job: JobID
    package let nominal: Timestamp
    /// Of the root.
    package let rootNominal: Timestamp
    /// When the last of its executions ended.
    package let endedAt: Timestamp
    /// When the server knew.
    package let settledAt: Timestamp
    /// How it ended on its hosts.
    ///
    /// Of a chain of retries the newest execution of each host counts, so this can hold open ones.
    package let tally: RunTally

    package init(
        id: RunID,
        root: RunID? = nil,
        job: JobID,
        nominal: Timestamp,
        rootNominal: Timestamp? = nil,
        endedAt: Timestamp,
        settledAt: Timestamp,
        tally: RunTally
    ) {
        self.id = id
        self.root = root ?? id
        self.job = job
        self.nominal = nominal
        self.rootNominal = rootNominal ?? nominal
        self.endedAt = endedAt
        self.settledAt = settledAt
        self.tally = tally
    }

    package var order: RunOrder { RunOrder(rootNominal: self.rootNominal, nominal: self.nominal, run: self.id) }
}

/// Which of two runs of a job is newer, whichever ended first (D3).
package struct RunOrder: Hashable, Comparable, Sendable {
    package let rootNominal: Timestamp
    package let nominal: Timestamp
    package let run: RunID

    package init(rootNominal: Timestamp, nominal: Timestamp, run: RunID) {
        self.rootNominal = rootNominal
        self.nominal = nominal
        self.run = run
    }

    /// Whether it was due before the other.
    ///
    /// Of two that were due in one millisecond neither was: the one whose end is heard of later counts as the newer one, since
    /// their ids would decide by chance.
    package func isOlder(than other: RunOrder) -> Bool {
        (self.rootNominal, self.nominal) < (other.rootNominal, other.nominal)
    }

    /// One after the other, in an order that is always the same.
    package static func < (left: RunOrder, right: RunOrder) -> Bool {
        (left.rootNominal, left.nominal, left.run) < (right.rootNominal, right.nominal, right.run)
    }
}
