// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The fields of a task that decide when, how often and how long it may run (`docs/scheduling.md`).
///
/// Whether the numbers are in their ranges, and fit each other, is the validator's business.
enum PolicyBody {
    /// What a task has that does not say otherwise.
    static func standard(_ settings: Settings) -> Policies {
        Policies(
            overlap: OverlapPolicy(rawValue: settings.text(.jobsOverlap)) ?? .skip,
            misfire: MisfirePolicy(rawValue: settings.text(.jobsMisfire)) ?? .fireOnce,
            retry: RetryPolicy(
                count: Int(settings.integer(.jobsRetries)),
                intervalSeconds: Int(settings.integer(.jobsRetryInterval))
            ),
            timeoutSeconds: Int(settings.integer(.jobsTimeout))
        )
    }

    static func read(_ reader: inout FieldReader, _ standard: Policies) -> Policies {
        let concurrency = reader.int("concurrency") ?? standard.concurrency
        // S1 knows only the number: more than one at once means that they may overlap.
        let overlap: OverlapPolicy = reader.choice("overlap") ?? (concurrency > 1 ? .allow : standard.overlap)
        return Policies(
            overlap: overlap,
            concurrency: concurrency,
            queueLimit: reader.int("queue_limit") ?? standard.queueLimit,
            misfire: reader.choice("misfire") ?? standard.misfire,
            misfireLimit: reader.int("misfire_limit"),
            misfireThresholdMilliseconds: reader.milliseconds("misfire_threshold_seconds")
                ?? standard.misfireThresholdMilliseconds,
            catchUpWindowMilliseconds: reader.milliseconds("catch_up_seconds") ?? standard.catchUpWindowMilliseconds,
            startDeadlineSeconds: reader.int("start_deadline_seconds"),
            jitterMilliseconds: reader.milliseconds("jitter_seconds") ?? 0,
            retry: self.retry(&reader, standard.retry),
            timeoutSeconds: reader.int("timeout") ?? standard.timeoutSeconds,
            pool: self.pool(&reader),
            offline: reader.choice("offline") ?? .run,
            offlineMaxSeconds: reader.int("offline_max_seconds")
        )
    }

    private static func pool(_ reader: inout FieldReader) -> PoolUse? {
        guard var pool = reader.object("pool") else { return nil }
        defer { pool.close() }
        if !pool.has("places") { pool.fault("places", "required", "this field is required") }
        return PoolUse(name: pool.requiredString("name"), places: pool.int("places") ?? 1)
    }

    private static func retry(_ reader: inout FieldReader, _ standard: RetryPolicy) -> RetryPolicy {
        let causes = self.causes(&reader)
        let interruption: InterruptPolicy? = reader.choice("on_interrupt")
        if interruption == .fail, causes?.contains(.interrupted) == true {
            reader.fault(
                "on_interrupt",
                "conflict",
                "on_interrupt 'fail' and retry_on 'interrupted' exclude each other; leave one of them out"
            )
        }
        return RetryPolicy(
            count: reader.int("retry_count") ?? standard.count,
            intervalSeconds: reader.int("retry_interval") ?? standard.intervalSeconds,
            // A factor with up to three decimals is read as what it is in thousandths.
            backoffPermille: reader.milliseconds("retry_backoff").map { Int(clamping: $0) } ?? standard.backoffPermille,
            longestSeconds: reader.int("retry_max_interval") ?? standard.longestSeconds,
            jitterPercent: reader.int("retry_jitter") ?? standard.jitterPercent,
            causes: causes,
            interruption: interruption
        )
    }

    private static func causes(_ reader: inout FieldReader) -> Set<RetryCause>? {
        guard let names = reader.strings("retry_on") else { return nil }
        var causes: Set<RetryCause> = []
        for (index, name) in names.enumerated() {
            guard let cause = RetryCause(rawValue: name) else {
                let known = RetryCause.allCases.map(\.rawValue).joined(separator: ", ")
                reader.fault("retry_on[\(index)]", "value", "'\(name)' is no cause of a retry; there are \(known)")
                continue
            }
            causes.insert(cause)
        }
        return causes
    }

    /// When the task stops by itself, and what running executions live through when people change it.
    static func standing(_ reader: inout FieldReader, settings: Settings) -> StandingPolicies {
        StandingPolicies(
            pauseAfterFailures: reader.int("pause_after_failures"),
            onEdit: reader.choice("on_edit_while_running") ?? EditPolicy(rawValue: settings.text(.jobsOnEdit))
                ?? .pinned,
            onDisable: reader.choice("on_disable_while_running") ?? .finish
        )
    }

    static func members(_ standing: StandingPolicies) -> [JSON.Member] {
        [
            .init("pause_after_failures", standing.pauseAfterFailures),
            .init("on_edit_while_running", standing.onEdit.rawValue),
            .init("on_disable_while_running", standing.onDisable.rawValue),
        ]
    }

    /// As they are shown: what is read here can be sent back as it is.
    static func members(_ policies: Policies) -> [JSON.Member] {
        let retry = policies.retry
        return [
            .init("timeout", policies.timeoutSeconds),
            .init("retry_count", retry.count),
            .init("retry_interval", retry.intervalSeconds),
            .init("retry_backoff", Self.decimal(Int64(retry.backoffPermille))),
            .init("retry_max_interval", retry.longestSeconds),
            .init("retry_jitter", retry.jitterPercent),
            .init("retry_on", retry.causes.sorted().map(\.rawValue)),
            .init("on_interrupt", retry.interruption?.rawValue),
            .init("concurrency", policies.concurrency),
            .init("overlap", policies.overlap.rawValue),
            .init("queue_limit", policies.queueLimit),
            .init("misfire", policies.misfire.rawValue),
            .init("misfire_limit", policies.misfireLimit),
            .init("misfire_threshold_seconds", Self.decimal(policies.misfireThresholdMilliseconds)),
            .init("catch_up_seconds", Self.decimal(policies.catchUpWindowMilliseconds)),
            .init("start_deadline_seconds", policies.startDeadlineSeconds),
            .init("jitter_seconds", Self.decimal(policies.jitterMilliseconds)),
            .init(
                "pool",
                policies.pool.map { JSON.object([.init("name", $0.name), .init("places", $0.places)]) } ?? .null
            ),
            .init("offline", policies.offline.rawValue),
            .init("offline_max_seconds", policies.offlineMaxSeconds),
        ]
    }

    /// Thousandths as a number, whole where it is.
    static func decimal(_ thousandths: Int64) -> JSON {
        thousandths % 1000 == 0 ? .integer(thousandths / 1000) : .number(Double(thousandths) / 1000)
    }
}
