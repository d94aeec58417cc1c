// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why an attempt may be followed by another (S2's exit codes, `semantics.md` 6).
package enum RetryCause: String, Codable, Sendable, CaseIterable, Comparable {
    /// Exit code 1: the job itself says no.
    case business
    /// Any other exit code, a signal, an HTTP status or request that failed.
    case technical
    case timeout
    /// The agent or its host died meanwhile; how far the attempt came is unknown.
    case interrupted

    package static func < (lhs: RetryCause, rhs: RetryCause) -> Bool { lhs.rawValue < rhs.rawValue }

    /// The cause of an end; nil where no further attempt could help.
    package init?(status: ExecutionStatus, reason: ExecutionReason?, exitCode: Int?) {
        switch (status, reason) {
        case (.timeout, _): self = .timeout
        case (.failure, .interrupted): self = .interrupted
        case (.failure, .spawn): return nil
        case (.failure, .exitCode) where exitCode == 1: self = .business
        case (.failure, _): self = .technical
        default: return nil
        }
    }
}

extension Payload {
    /// Whether a further attempt could help after an answer: a job may say which statuses pass by themselves.
    ///
    /// - Parameter httpStatus: of the answer that failed; nil for everything else that an attempt ends with.
    package func mayRetry(httpStatus: Int?) -> Bool {
        guard case .http(let http) = self, let statuses = http.retryStatuses, let httpStatus else { return true }
        return statuses.contains(httpStatus)
    }
}

/// Automatic retries inside one execution (S1-FR-1.1, `semantics.md` 6).
package struct RetryPolicy: Hashable, Sendable {
    /// Retries after the first attempt; 0 = none, at most 10.
    package var count: Int
    /// Seconds between the first attempt's end and the second.
    package var intervalSeconds: Int
    /// Each further pause is this much longer than the one before; thousandths, 1000 = as long.
    package var backoffPermille: Int
    /// No pause is longer; seconds.
    package var longestSeconds: Int
    /// Up to this share of a pause is taken off by chance, so that many hosts do not come back at one moment; percent.
    package var jitterPercent: Int
    /// What is tried again; everything by default (S1: at least once).
    package var causes: Set<RetryCause>
    /// What follows on an interruption, whatever ``count`` says; nil = it is a cause like the others.
    package let interruption: InterruptPolicy?

    /// Interruptions of one execution after which ``InterruptPolicy/retry`` gives up: something of it may bring the host down.
    package static let mostInterruptions = 10

    /// A day.
    package static let longestPause = 86_400

    package init(
        count: Int = 0,
        intervalSeconds: Int = 60,
        onInterrupt: Bool = true,
        backoffPermille: Int = 1000,
        longestSeconds: Int = Self.longestPause,
        jitterPercent: Int = 0,
        causes: Set<RetryCause>? = nil,
        interruption: InterruptPolicy? = nil
    ) {
        self.count = count
        self.intervalSeconds = intervalSeconds
        self.backoffPermille = backoffPermille
        self.longestSeconds = longestSeconds
        self.jitterPercent = jitterPercent
        self.interruption = interruption
        let chosen = causes ?? (onInterrupt ? Self.everything : Self.everything.subtracting([.interrupted]))
        self.causes =
            switch interruption {
            case .fail: chosen.subtracting([.interrupted])
            case .retry, nil: chosen
            }
    }

    private static let everything = Set(RetryCause.allCases)

    /// Whether an attempt that the agent's or host's death interrupted is retried (at-least-once) or failed.
    package var onInterrupt: Bool { self.interruption == .retry || self.causes.contains(.interrupted) }

    /// Whether another attempt follows on the end of this one.
    ///
    /// - Parameter interruptions: of attempts before that did not count, as ``uncounted(_:)`` says.
    package func follows(attempt: Int, interruptions: Int = 0, cause: RetryCause?) -> Bool {
        guard let cause else { return false }
        if self.uncounted(cause) { return interruptions < Self.mostInterruptions }
        guard self.causes.contains(cause) else { return false }
        return attempt - interruptions <= self.count
    }

    /// Whether an attempt that ended so is not one of those that ``count`` speaks of.
    package func uncounted(_ cause: RetryCause?) -> Bool { self.interruption == .retry && cause == .interrupted }

    /// The pause after an attempt; milliseconds.
    ///
    /// The chance in it is drawn from the execution's id: the same pause after a restart, another on every host.
    package func pause(after attempt: Int, of execution: ExecutionID) -> Int64 {
        let longest = Int64(max(1, self.longestSeconds)) * 1000
        var pause = min(Int64(max(0, self.intervalSeconds)) * 1000, longest)
        // The cap is reached long before the count of attempts makes this a loop worth a thought.
        for _ in 1..<max(2, min(attempt, 64)) where attempt > 1 {
            pause = min(pause * Int64(max(1000, self.backoffPermille)) / 1000, longest)
        }
        guard self.jitterPercent > 0 else { return pause }
        var hash = StableHash()
        hash.add(execution.bytes)
        hash.add(Int64(attempt))
        return pause - hash.below(pause * Int64(min(self.jitterPercent, 100)) / 100 + 1)
    }
}

extension RetryPolicy: Codable {
    private enum CodingKeys: String, CodingKey {
        case count
        case intervalSeconds
        case onInterrupt
        case backoffPermille
        case longestSeconds
        case jitterPercent
        case causes
        case interruption
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            count: try container.decode(Int.self, forKey: .count),
            intervalSeconds: try container.decode(Int.self, forKey: .intervalSeconds),
            onInterrupt: try container.decode(Bool.self, forKey: .onInterrupt),
            backoffPermille: try container.decodeIfPresent(Int.self, forKey: .backoffPermille) ?? 1000,
            longestSeconds: try container.decodeIfPresent(Int.self, forKey: .longestSeconds) ?? Self.longestPause,
            jitterPercent: try container.decodeIfPresent(Int.self, forKey: .jitterPercent) ?? 0,
            causes: try container.decodeIfPresent([RetryCause].self, forKey: .causes).map { Set($0) },
            interruption: try container.decodeIfPresent(InterruptPolicy.self, forKey: .interruption)
        )
    }

    /// What is as it was before it could be chosen is left out: digests of untouched jobs stay as they were.
    package func encode(to encoder: any Encoder) throws {
        let standard = RetryPolicy(onInterrupt: self.onInterrupt)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.count, forKey: .count)
        try container.encode(self.intervalSeconds, forKey: .intervalSeconds)
        try container.encode(self.onInterrupt, forKey: .onInterrupt)
        if self.backoffPermille != standard.backoffPermille {
            try container.encode(self.backoffPermille, forKey: .backoffPermille)
        }
        if self.longestSeconds != standard.longestSeconds {
            try container.encode(self.longestSeconds, forKey: .longestSeconds)
        }
        if self.jitterPercent != standard.jitterPercent {
            try container.encode(self.jitterPercent, forKey: .jitterPercent)
        }
        try container.encodeIfPresent(self.interruption, forKey: .interruption)
        if self.causes != standard.causes { try container.encode(self.causes.sorted(), forKey: .causes) }
    }
}
