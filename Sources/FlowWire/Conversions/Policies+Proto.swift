// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBTaskConfig {
    mutating func setPolicies(_ policies: Policies) {
        self.overlap = policies.overlap == .allow ? .allow : .skip
        self.queueing = PBQueueing(policies.overlap)
        self.concurrency = Int32(clamping: policies.concurrency)
        self.queueLimit = Int32(clamping: policies.queueLimit)
        self.misfire = PBMisfirePolicy(policies.misfire)
        self.misfireLimit = Int32(clamping: policies.misfireLimit ?? 0)
        self.misfireThresholdMs = policies.misfireThresholdMilliseconds
        self.catchUpWindowMs = policies.catchUpWindowMilliseconds
        self.startDeadline = Int32(clamping: policies.startDeadlineSeconds ?? 0)
        self.jitterMs = policies.jitterMilliseconds
        self.timeout = Int32(clamping: policies.timeoutSeconds)
        self.setRetry(policies.retry)
        guard let pool = policies.pool else { return }
        self.pool = .with { ($0.name, $0.places) = (pool.name, Int32(clamping: pool.places)) }
        // A peer that left it out would run more at once than somebody chose.
        self.requires.append(Self.pools)
    }

    private mutating func setRetry(_ retry: RetryPolicy) {
        self.retryCount = Int32(clamping: retry.count)
        self.retryInterval = Int32(clamping: retry.intervalSeconds)
        self.retryOnInterrupt = retry.onInterrupt
        self.retryBackoffPermille = Int32(clamping: retry.backoffPermille)
        self.retryLongestInterval = Int32(clamping: retry.longestSeconds)
        self.interruption =
            switch retry.interruption {
            case .retry: .retry
            case .fail: .fail
            case nil: .counts
            }
        self.retryJitterPercent = Int32(clamping: retry.jitterPercent)
        self.retryOn = retry.causes.sorted().map { PBRetryCause($0) }
        if retry.interruption == .retry, !retry.causes.contains(.interrupted) {
            // For peers that know no `interruption`; others are told that it is none of the causes.
            self.retryOn += [.interrupted, .unspecified]
        }
        // None at all needs a word too: an empty list is what a peer says that knows of no choice.
        if self.retryOn.isEmpty { self.retryOn = [.unspecified] }
    }

    func decodedPolicies(_ field: String) throws(WireError) -> Policies {
        let queueLimit = try Fields.count(self.queueLimit, field + ".queue_limit")
        let misfireLimit = try Fields.count(self.misfireLimit, field + ".misfire_limit")
        let deadline = try Fields.count(self.startDeadline, field + ".start_deadline")
        let offline = try self.decodedOffline(field)
        return Policies(
            overlap: try self.decodedOverlap(field),
            concurrency: try Fields.count(self.concurrency, field + ".concurrency"),
            queueLimit: queueLimit > 0 ? queueLimit : Policies.standardQueueLimit,
            misfire: try self.misfire.decoded(field + ".misfire"),
            misfireLimit: misfireLimit > 0 ? misfireLimit : nil,
            misfireThresholdMilliseconds: try Fields.count(self.misfireThresholdMs, field + ".misfire_threshold_ms"),
            catchUpWindowMilliseconds: try Fields.count(self.catchUpWindowMs, field + ".catch_up_window_ms"),
            startDeadlineSeconds: deadline > 0 ? deadline : nil,
            jitterMilliseconds: try Fields.count(self.jitterMs, field + ".jitter_ms"),
            retry: try self.decodedRetry(field),
            timeoutSeconds: try Fields.count(self.timeout, field + ".timeout"),
            pool: self.hasPool ? try self.pool.decoded(field + ".pool") : nil,
            offline: offline.policy,
            offlineMaxSeconds: offline.seconds
        )
    }

    private func decodedRetry(_ field: String) throws(WireError) -> RetryPolicy {
        let backoff = try Fields.count(self.retryBackoffPermille, field + ".retry_backoff_permille")
        let longest = try Fields.count(self.retryLongestInterval, field + ".retry_longest_interval")
        // A cause that a newer peer has invented is one that this one never sees.
        var causes = Set(self.retryOn.compactMap(\.cause))
        if self.interruption == .retry, self.retryOn.contains(.unspecified) { causes.remove(.interrupted) }
        return RetryPolicy(
            count: try Fields.count(self.retryCount, field + ".retry_count"),
            intervalSeconds: try Fields.count(self.retryInterval, field + ".retry_interval"),
            onInterrupt: self.retryOnInterrupt,
            backoffPermille: backoff > 0 ? backoff : 1000,
            longestSeconds: longest > 0 ? longest : RetryPolicy.longestPause,
            jitterPercent: try Fields.count(self.retryJitterPercent, field + ".retry_jitter_percent"),
            causes: self.retryOn.isEmpty ? nil : causes,
            interruption: self.interruption == .retry ? .retry : self.interruption == .fail ? .fail : nil
        )
    }

    private func decodedOverlap(_ field: String) throws(WireError) -> OverlapPolicy {
        switch self.queueing {
        case .one: return .queueOne
        case .queue: return .queue
        case .cancelPrevious: return .cancelPrevious
        // What a newer peer has invented comes with an `overlap` that never lets two run at once.
        case .none, .UNRECOGNIZED: break
        }
        switch self.overlap {
        case .skip: return .skip
        case .allow: return .allow
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field + ".overlap")
        }
    }
}

extension PBQueueing {
    init(_ overlap: OverlapPolicy) {
        switch overlap {
        case .skip, .allow: self = .none
        case .queueOne: self = .one
        case .queue: self = .queue
        case .cancelPrevious: self = .cancelPrevious
        }
    }
}

extension PBRetryCause {
    init(_ cause: RetryCause) {
        switch cause {
        case .business: self = .business
        case .technical: self = .technical
        case .timeout: self = .timeout
        case .interrupted: self = .interrupted
        }
    }

    fileprivate var cause: RetryCause? {
        switch self {
        case .business: .business
        case .technical: .technical
        case .timeout: .timeout
        case .interrupted: .interrupted
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension PBPool {
    fileprivate func decoded(_ field: String) throws(WireError) -> PoolUse {
        guard PoolUse.isName(self.name), PoolUse.placesRange.contains(Int(self.places)) else {
            throw WireError.invalid(field: field, problem: "is no pool with places")
        }
        return PoolUse(name: self.name, places: Int(self.places))
    }
}
