// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What happens when a fire comes while the job still runs on the same agent (`semantics.md` 6).
package enum OverlapPolicy: String, Codable, Sendable, CaseIterable {
    /// The new fire is recorded as SKIPPED(OVERLAP).
    case skip
    /// Up to ``Policies/concurrency`` run side by side; more are SKIPPED(OVERLAP).
    case allow
}

/// What happens to fires that could not be started in time.
package enum MisfirePolicy: String, Codable, Sendable, CaseIterable {
    /// Only the newest missed fire is run; the others become one coalesced record.
    case fireOnce = "fire_once"
    /// Every missed fire inside the catch-up window is run, oldest first, up to a limit.
    case fireAll = "fire_all"
    /// None is run.
    case skip
}

/// Automatic retries inside one execution (S1-FR-1.1, `semantics.md` 6).
package struct RetryPolicy: Hashable, Sendable, Codable {
    /// Retries after the first attempt; 0 = none, at most 10.
    package var count: Int
    /// Seconds between an attempt's end and the next attempt.
    package var intervalSeconds: Int
    /// Whether an attempt that the agent's or host's death interrupted is retried (at-least-once) or failed.
    package var onInterrupt: Bool

    package init(count: Int = 0, intervalSeconds: Int = 60, onInterrupt: Bool = true) {
        self.count = count
        self.intervalSeconds = intervalSeconds
        self.onInterrupt = onInterrupt
    }
}

/// All that decides when, how often and how long a job may run.
package struct Policies: Hashable, Sendable, Codable {
    package var overlap: OverlapPolicy
    /// The most executions of the job at once on one agent when overlap is allowed.
    package var concurrency: Int
    package var misfire: MisfirePolicy
    /// A fire later than this counts as missed; milliseconds (`semantics.md` 3: 5 s).
    package var misfireThresholdMilliseconds: Int64
    /// Missed fires older than this are never run; milliseconds (default 1 h).
    package var catchUpWindowMilliseconds: Int64
    package var retry: RetryPolicy
    /// The longest one attempt may run; seconds, in ``timeoutRange``.
    package var timeoutSeconds: Int

    /// What a timeout may be, in seconds.
    ///
    /// S1-FR-1.1 stops at an hour; back-ups take longer, and what was moved here from cron had no limit at all.
    package static let timeoutRange = 10...7 * 86_400

    package init(
        overlap: OverlapPolicy = .skip,
        concurrency: Int = 1,
        misfire: MisfirePolicy = .fireOnce,
        misfireThresholdMilliseconds: Int64 = 5000,
        catchUpWindowMilliseconds: Int64 = 3_600_000,
        retry: RetryPolicy = RetryPolicy(),
        timeoutSeconds: Int = 300
    ) {
        self.overlap = overlap
        self.concurrency = concurrency
        self.misfire = misfire
        self.misfireThresholdMilliseconds = misfireThresholdMilliseconds
        self.catchUpWindowMilliseconds = catchUpWindowMilliseconds
        self.retry = retry
        self.timeoutSeconds = timeoutSeconds
    }
}
