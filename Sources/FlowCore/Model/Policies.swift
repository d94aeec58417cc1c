// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What happens to fires that could not be started in time.
package enum MisfirePolicy: String, Codable, Sendable, CaseIterable {
    /// Only the newest missed fire is run; the others become one coalesced record.
    case fireOnce = "fire_once"
    /// Every missed fire inside the catch-up window is run, oldest first, up to a limit.
    case fireAll = "fire_all"
    /// None is run.
    case skip
}

/// All that decides when, how often and how long a job may run.
package struct Policies: Hashable, Sendable {
    package var overlap: OverlapPolicy
    /// The most executions of the job at once on one agent, unless the overlap is ``OverlapPolicy/skip``.
    package var concurrency: Int
    /// How many wait with ``OverlapPolicy/queue``.
    package var queueLimit: Int
    package var misfire: MisfirePolicy
    /// The most missed fires that ``MisfirePolicy/fireAll`` runs after one downtime; nil = as many as there is room for.
    package var misfireLimit: Int?
    /// A fire later than this counts as missed; milliseconds (`semantics.md` 3: 5 s).
    package var misfireThresholdMilliseconds: Int64
    /// Missed fires older than this are never run; milliseconds (default 1 h).
    package var catchUpWindowMilliseconds: Int64
    /// What could not start so long after its time is SKIPPED(DEADLINE); seconds, nil = an hour at most.
    package var startDeadlineSeconds: Int?
    /// Fires start up to this much later than their nominal time, each host at its own moment; milliseconds.
    package var jitterMilliseconds: Int64
    package var retry: RetryPolicy
    /// The longest one attempt may run; seconds, in ``timeoutRange``, or ``unlimited``.
    package var timeoutSeconds: Int
    /// Places that it shares with other jobs on a host; nil = none.
    package var pool: PoolUse?
    /// What a host does without a connection to a server.
    package var offline: OfflinePolicy
    /// How long ``OfflinePolicy/runFor`` goes on; seconds, in ``offlineRange``; nil with any other.
    package var offlineMaxSeconds: Int?

    /// What a timeout may be, in seconds.
    ///
    /// S1-FR-1.1 stops at an hour; back-ups take longer, and what was moved here from cron had no limit at all.
    package static let timeoutRange = 10...7 * 86_400
    /// The timeout of a job whose attempts may run for ever; who may say so, the server knows (decision 315).
    package static let unlimited = 0
    package static let queueLimitRange = 1...100
    package static let misfireLimitRange = 1...1000
    /// Seconds: no shorter than what an order may be under way, no longer than a catch-up window makes sense.
    package static let startDeadlineRange = 1...7 * 86_400
    package static let standardQueueLimit = 10

    package init(
        overlap: OverlapPolicy = .skip,
        concurrency: Int = 1,
        queueLimit: Int = Self.standardQueueLimit,
        misfire: MisfirePolicy = .fireOnce,
        misfireLimit: Int? = nil,
        misfireThresholdMilliseconds: Int64 = 5000,
        catchUpWindowMilliseconds: Int64 = 3_600_000,
        startDeadlineSeconds: Int? = nil,
        jitterMilliseconds: Int64 = 0,
        retry: RetryPolicy = RetryPolicy(),
        timeoutSeconds: Int = 300,
        pool: PoolUse? = nil,
        offline: OfflinePolicy = .run,
        offlineMaxSeconds: Int? = nil
    ) {
        self.overlap = overlap
        self.concurrency = concurrency
        self.queueLimit = queueLimit
        self.misfire = misfire
        self.misfireLimit = misfireLimit
        self.misfireThresholdMilliseconds = misfireThresholdMilliseconds
        self.catchUpWindowMilliseconds = catchUpWindowMilliseconds
        self.startDeadlineSeconds = startDeadlineSeconds
        self.jitterMilliseconds = jitterMilliseconds
        self.retry = retry
        self.timeoutSeconds = timeoutSeconds
        self.pool = pool
        self.offline = offline
        self.offlineMaxSeconds = offlineMaxSeconds
    }
}

extension Policies: Codable {
    private enum CodingKeys: String, CodingKey {
        case overlap
        case concurrency
        case queueLimit
        case misfire
        case misfireLimit
        case misfireThresholdMilliseconds
        case catchUpWindowMilliseconds
        case startDeadlineSeconds
        case jitterMilliseconds
        case retry
        case timeoutSeconds
        case pool
        case offline
        case offlineMaxSeconds
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            overlap: try container.decode(OverlapPolicy.self, forKey: .overlap),
            concurrency: try container.decode(Int.self, forKey: .concurrency),
            queueLimit: try container.decodeIfPresent(Int.self, forKey: .queueLimit) ?? Self.standardQueueLimit,
            misfire: try container.decode(MisfirePolicy.self, forKey: .misfire),
            misfireLimit: try container.decodeIfPresent(Int.self, forKey: .misfireLimit),
            misfireThresholdMilliseconds: try container.decode(Int64.self, forKey: .misfireThresholdMilliseconds),
            catchUpWindowMilliseconds: try container.decode(Int64.self, forKey: .catchUpWindowMilliseconds),
            startDeadlineSeconds: try container.decodeIfPresent(Int.self, forKey: .startDeadlineSeconds),
            jitterMilliseconds: try container.decodeIfPresent(Int64.self, forKey: .jitterMilliseconds) ?? 0,
            retry: try container.decode(RetryPolicy.self, forKey: .retry),
            timeoutSeconds: try container.decode(Int.self, forKey: .timeoutSeconds),
            pool: try container.decodeIfPresent(PoolUse.self, forKey: .pool),
            offline: try container.decodeIfPresent(OfflinePolicy.self, forKey: .offline) ?? .run,
            offlineMaxSeconds: try container.decodeIfPresent(Int.self, forKey: .offlineMaxSeconds)
        )
    }

    /// What is as it was before it could be chosen is left out: digests of untouched jobs stay as they were.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.overlap, forKey: .overlap)
        try container.encode(self.concurrency, forKey: .concurrency)
        if self.queueLimit != Self.standardQueueLimit { try container.encode(self.queueLimit, forKey: .queueLimit) }
        try container.encode(self.misfire, forKey: .misfire)
        try container.encodeIfPresent(self.misfireLimit, forKey: .misfireLimit)
        try container.encode(self.misfireThresholdMilliseconds, forKey: .misfireThresholdMilliseconds)
        try container.encode(self.catchUpWindowMilliseconds, forKey: .catchUpWindowMilliseconds)
        try container.encodeIfPresent(self.startDeadlineSeconds, forKey: .startDeadlineSeconds)
        if self.jitterMilliseconds != 0 { try container.encode(self.jitterMilliseconds, forKey: .jitterMilliseconds) }
        try container.encode(self.retry, forKey: .retry)
        try container.encode(self.timeoutSeconds, forKey: .timeoutSeconds)
        try container.encodeIfPresent(self.pool, forKey: .pool)
        if self.offline != .run { try container.encode(self.offline, forKey: .offline) }
        try container.encodeIfPresent(self.offlineMaxSeconds, forKey: .offlineMaxSeconds)
    }
}
