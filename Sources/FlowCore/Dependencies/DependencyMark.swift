// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What the end of one run of a parent came to for a job that waits for it.
///
/// One for each chain of retries: a parent that was mended by a retry counts once (D2).
package struct DependencyMark: Hashable, Sendable {
    /// Stored and shown, so never renamed.
    package enum State: String, Sendable, CaseIterable {
        /// It counts, and waits for the other parents.
        case waiting
        /// It started a run.
        case consumed
        /// It counted until a newer run of the parent did not end as it should, or somebody reset it.
        case withdrawn
        /// It did not end as it should.
        case unmet
        /// Nothing of it ran, which is no news.
        case skipped
        /// The job was disabled.
        case disabled
        /// It ended too long ago, or is older than what the job started for.
        case stale
        /// A newer run of the parent decides.
        case superseded
        /// It was due before a deadline that has passed without it.
        case late
    }

    package let child: JobID
    package let parent: JobID
    /// The first run of the chain.
    package let root: RunID
    /// 0; higher ones are for retries that were asked to start the job once more.
    package let number: Int
    /// The run that decided.
    package var run: RunID
    package var state: State
    package var madeAt: Timestamp
    /// The run of the job that it started.
    package var started: RunID?

    package init(
        child: JobID,
        parent: JobID,
        root: RunID,
        number: Int = 0,
        run: RunID,
        state: State,
        madeAt: Timestamp,
        started: RunID? = nil
    ) {
        self.child = child
        self.parent = parent
        self.root = root
        self.number = number
        self.run = run
        self.state = state
        self.madeAt = madeAt
        self.started = started
    }

    /// Its part of the identifier of the run that it starts.
    package var key: String { "\(self.root):\(self.number)" }
}

/// How an edge stands since the job's last start.
package struct EdgeState: Hashable, Sendable {
    package enum News: String, Sendable, CaseIterable {
        case waiting
        case met
        case unmet
    }

    package let parent: JobID
    package var news: News
    /// The newest run of the parent that said something.
    package var newest: RunOrder?
    /// When that run was known to have ended.
    package var at: Timestamp?
    /// The newest that the job has started for, or that somebody reset.
    package var consumed: RunOrder?

    package init(
        parent: JobID,
        news: News = .waiting,
        newest: RunOrder? = nil,
        at: Timestamp? = nil,
        consumed: RunOrder? = nil
    ) {
        self.parent = parent
        self.news = news
        self.newest = newest
        self.at = at
        self.consumed = consumed
    }

    /// What it said is used up.
    mutating func consume() {
        self.news = .waiting
        self.consumed = self.newest
    }
}
