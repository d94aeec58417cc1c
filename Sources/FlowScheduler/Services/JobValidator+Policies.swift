// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension JobValidator {
    /// Ranges first, then what contradicts what: a policy that can't do what it says is refused with both names.
    mutating func check(_ policies: Policies) {
        let timeouts = Policies.timeoutRange.lowerBound...max(Policies.timeoutRange.lowerBound, self.longestTimeout)
        // Who may leave the limit out was asked before.
        if policies.timeoutSeconds != Policies.unlimited {
            self.range(policies.timeoutSeconds, timeouts, "timeout", "seconds")
        }
        self.range(policies.concurrency, 1...max(1, self.mostAtOnce), "concurrency", "executions at once")
        self.range(policies.queueLimit, Policies.queueLimitRange, "queue_limit", "waiting executions")
        self.range(policies.misfireThresholdMilliseconds, 1000...3_600_000, "misfire_threshold_seconds")
        self.range(policies.catchUpWindowMilliseconds, 10_000...365 * 86_400_000, "catch_up_seconds")
        self.range(policies.jitterMilliseconds, 0...3_600_000, "jitter_seconds")
        if let seconds = policies.startDeadlineSeconds {
            self.range(seconds, Policies.startDeadlineRange, "start_deadline_seconds", "seconds")
        }
        if let pool = policies.pool {
            self.faults.require(
                PoolUse.isName(pool.name),
                "pool.name",
                "syntax",
                "'\(pool.name.prefix(64))' is no pool's name: 1 to 64 letters, digits, '-' and '_', the first a letter or digit"
            )
            self.range(pool.places, PoolUse.placesRange, "pool.places", "places")
        }
        self.checkRetry(policies.retry)
        self.checkMisfire(policies)
        self.checkOffline(policies)
    }

    private mutating func checkOffline(_ policies: Policies) {
        switch (policies.offline, policies.offlineMaxSeconds) {
        case (.runFor, let seconds?):
            self.range(seconds, Policies.offlineRange, "offline_max_seconds", "seconds")
        case (.runFor, nil):
            self.faults.add(
                "offline_max_seconds",
                "required",
                "offline 'run_for' needs to know for how long: say offline_max_seconds"
            )
        case (let policy, .some):
            self.faults.add(
                "offline_max_seconds",
                "conflict",
                "offline '\(policy.rawValue)' has no limit; choose offline 'run_for', or leave offline_max_seconds out"
            )
        case (_, nil): break
        }
    }

    private mutating func checkRetry(_ retry: RetryPolicy) {
        self.range(retry.count, 0...10, "retry_count", "retries")
        self.range(retry.intervalSeconds, 1...3600, "retry_interval", "seconds")
        self.range(Int64(retry.backoffPermille), 1000...10_000, "retry_backoff")
        self.range(retry.longestSeconds, 1...RetryPolicy.longestPause, "retry_max_interval", "seconds")
        self.range(retry.jitterPercent, 0...100, "retry_jitter", "percent")
        self.faults.require(
            retry.longestSeconds >= retry.intervalSeconds,
            "retry_max_interval",
            "conflict",
            "\(retry.longestSeconds) is shorter than retry_interval, \(retry.intervalSeconds); the longest pause is at least the first"
        )
        self.faults.require(
            retry.count == 0 || !retry.causes.isEmpty,
            "retry_on",
            "conflict",
            "retry_count is \(retry.count), but retry_on names nothing to retry; name a cause or set retry_count to 0"
        )
    }

    private mutating func checkMisfire(_ policies: Policies) {
        guard let limit = policies.misfireLimit else { return }
        self.range(limit, Policies.misfireLimitRange, "misfire_limit", "missed fires")
        guard policies.misfire == .fireAll else {
            self.faults.add(
                "misfire_limit",
                "conflict",
                "misfire '\(policies.misfire.rawValue)' has no limit; choose misfire 'fire_all', or leave misfire_limit out"
            )
            return
        }
        self.faults.require(
            limit <= policies.room,
            "misfire_limit",
            "conflict",
            "a host takes \(policies.room) at one moment with overlap '\(policies.overlap.rawValue)', not \(limit); "
                + "choose overlap 'queue' and a queue_limit of at least \(max(1, limit - max(1, policies.concurrency)))"
        )
    }

    /// A range of thousandths, said as whole numbers.
    private mutating func range(_ value: Int64, _ allowed: ClosedRange<Int64>, _ path: String) {
        self.faults.require(
            allowed.contains(value),
            path,
            "range",
            "\(Double(value) / 1000) is outside \(allowed.lowerBound / 1000) to \(allowed.upperBound / 1000)"
        )
    }
}
