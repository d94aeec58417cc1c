// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Foundation

/// What somebody wants made up for.
package struct BackfillDraft: Hashable, Sendable {
    package var range: BackfillRange
    package var concurrency: Int?
    package var perMinute: Int?
    package var isForced: Bool
    package var parameters: [String: String]

    package init(
        range: BackfillRange,
        concurrency: Int? = nil,
        perMinute: Int? = nil,
        isForced: Bool = false,
        parameters: [String: String] = [:]
    ) {
        self.range = range
        self.concurrency = concurrency
        self.perMinute = perMinute
        self.isForced = isForced
        self.parameters = parameters
    }
}

/// What a backfill would do.
package struct BackfillPreview: Hashable, Sendable {
    package let total: Int
    package let first: Timestamp
    package let last: Timestamp
    /// Times that every host of the job has started already.
    package let alreadyRan: Int
}

/// Past fires of jobs that are made up for (issue 8).
package struct BackfillService: Sendable {
    let store: any BackfillStore
    let jobs: JobService
    let clock: any WallClock
    let makeUUID: @Sendable () -> UUID

    package init(
        store: any BackfillStore,
        jobs: JobService,
        clock: any WallClock,
        makeUUID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.jobs = jobs
        self.clock = clock
        self.makeUUID = makeUUID
    }

    /// Says what a backfill would do, and begins it unless that is all.
    ///
    /// - Returns: no backfill for a dry run.
    package func create(
        _ draft: BackfillDraft,
        of id: JobID,
        isDryRun: Bool,
        as principal: Principal
    ) async throws -> (preview: BackfillPreview, backfill: Backfill?) {
        let job = try await self.jobs.runnable(id, as: principal)
        if let obstacle = Backfill.obstacle(of: job) { throw Self.conflict(job, obstacle) }
        let now = self.clock.now
        let times = try Self.times(of: job, draft, at: now)
        // What was approved is sealed already.
        try ParameterRules.check(
            draft.parameters,
            declared: job.definition.parameters,
            takesSealed: principal.approval != nil
        )
        let parameters = try await self.jobs.starter.sealed(draft.parameters, of: job, as: principal)
        let preview = BackfillPreview(
            total: times.count,
            first: times[0],
            last: times[times.count - 1],
            alreadyRan: try await self.store.alreadyRan(times, of: job)
        )
        guard !isDryRun else { return (preview, nil) }
        let standard = BackfillPace.standard
        let backfill = Backfill(
            id: BackfillID(uuid: self.makeUUID()),
            job: job.id,
            jobUID: job.uid,
            jobName: job.definition.name,
            groups: job.definition.groups,
            range: draft.range,
            pace: BackfillPace(
                concurrency: draft.concurrency ?? standard.concurrency,
                perMinute: draft.perMinute ?? standard.perMinute
            ),
            isForced: draft.isForced,
            parameters: parameters,
            caller: principal.username,
            createdAt: now,
            total: times.count
        )
        let wanted = ApprovedBackfill(
            from: draft.range.from,
            until: draft.range.until,
            concurrency: draft.concurrency,
            perMinute: draft.perMinute,
            isForced: draft.isForced,
            parameters: parameters
        )
        let made = try await self.jobs.orAsk(.backfill, job, .backfill(wanted), as: principal) {
            try await self.store.createBackfill(backfill, by: principal.change(at: now))
        }
        return (preview, made)
    }

    package func list(
        of job: JobID,
        page: PageRequest,
        as principal: Principal
    ) async throws -> Page<Backfill> {
        try await self.store.backfills(of: self.jobs.existing(job, as: principal).id, page: page)
    }

    package func get(_ id: BackfillID, as principal: Principal) async throws -> Backfill {
        let scope = try principal.require(.jobsRead)
        guard let backfill = try await self.store.backfill(id) else { throw StoreFault.noBackfill(id) }
        guard scope.touches(try await self.groups(of: backfill)) else { throw StoreFault.noBackfill(id) }
        return backfill
    }

    /// Starts no further time; what runs goes on.
    ///
    /// One that is over stays as it is.
    package func cancel(_ id: BackfillID, as principal: Principal) async throws -> Backfill {
        try principal.require(.jobsRun)
        let groups = try await self.groups(of: self.get(id, as: principal))
        try principal.require(.jobsRun, onAll: groups, visible: principal.scope(of: .groupsRead))
        return try await self.store.cancelBackfill(id, by: principal.change(at: self.clock.now))
    }

    /// Those of the job; of a job that is gone, those that it had.
    private func groups(of backfill: Backfill) async throws -> [GroupID] {
        try await self.jobs.store.job(uid: backfill.jobUID)?.definition.groups ?? backfill.groups
    }

    // MARK: Refusals

    private static func conflict(_ job: Job, _ obstacle: Backfill.Ending) -> CoreError {
        let words: Wording =
            switch obstacle {
            case .unscheduled:
                "Task \(job.id) has no past times: only tasks with cron expressions or equal distances have."
            case .paused:
                "Task \(job.id) rests: it is \(job.hold?.text ?? .init(zh: "已暂停", en: "paused")). Enable it first."
            case .disabled, .deleted: "Task \(job.id) is disabled. Enable it first."
            }
        return CoreError(
            .conflict,
            words,
            details: [
                .init(
                    path: "task",
                    code: obstacle.rawValue,
                    message: Wording(english: obstacle.text.en, chinese: obstacle.text.zh)
                )
            ]
        )
    }

    /// The times of a draft that is in order.
    private static func times(of job: Job, _ draft: BackfillDraft, at now: Timestamp) throws -> [Timestamp] {
        var faults = FaultCollector()
        let range = draft.range
        faults.require(range.from.milliseconds >= 0, "from", "range", "no task has times before 1970")
        faults.require(range.from < range.until, "to", "order", "'to' is not later than 'from'")
        faults.require(
            range.until <= now,
            "to",
            "future",
            "\(range.until) is in the future; the server's clock shows \(now)"
        )
        if let number = draft.concurrency {
            let room = min(job.definition.policies.room, BackfillPace.concurrencyRange.upperBound)
            faults.require(
                (1...room).contains(number),
                "concurrency",
                "range",
                "1 to \(room): overlap '\(job.definition.policies.overlap.rawValue)' of the task lets so many be open at once"
            )
        }
        if let number = draft.perMinute {
            let allowed = BackfillPace.perMinuteRange
            faults.require(
                allowed.contains(number),
                "per_minute",
                "range",
                "\(allowed.lowerBound) to \(allowed.upperBound) starts a minute"
            )
        }
        try faults.check("The task cannot be backfilled")
        let times = range.times(of: try CompiledSchedule(job.definition.schedule, job: job.uid))
        faults.require(
            !times.isEmpty,
            "from",
            "no_times",
            "the task has no time between \(range.from) and \(range.until)"
        )
        if times.count > BackfillRange.limit {
            let end = times[BackfillRange.limit]
            let words: Wording =
                "the task has more than \(BackfillRange.limit) times in this range; end it no later than: \(end)"
            faults.add("to", "limit", words)
        }
        try faults.check("The task cannot be backfilled")
        return times
    }
}
