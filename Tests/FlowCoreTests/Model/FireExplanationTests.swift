// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("Why a job did or did not run at an instant")
struct FireExplanationTests {
    /// 2026-01-01T00:00:00Z.
    private static let base = Timestamp(seconds: 1_767_225_600)
    private static let uid = JobUID(bytes: [UInt8](repeating: 9, count: 16))!
    private static let agent = AgentID("host-1")!

    private static func time(_ seconds: Int64) -> Timestamp { self.base.advanced(byMilliseconds: seconds * 1000) }

    private static func execution(
        _ seconds: Int64,
        _ status: ExecutionStatus,
        _ reason: ExecutionReason? = nil,
        started: Int64? = nil,
        finished: Int64? = nil,
        attempt: Int = 1
    ) -> Execution {
        let nominal = self.time(seconds)
        return Execution(
            id: DeterministicID.execution(kind: .cron, job: self.uid, nominal: nominal, agent: self.agent),
            runID: DeterministicID.run(kind: .cron, job: self.uid, nominal: nominal),
            jobID: 7,
            jobUID: self.uid,
            jobName: "job",
            jobVersion: 1,
            agentID: self.agent,
            kind: .cron,
            nominal: nominal,
            status: status,
            reason: reason,
            attempt: attempt,
            startedAt: started.map { self.time($0) },
            finishedAt: finished.map { self.time($0) },
            updatedAt: nominal
        )
    }

    private static func explain(
        at seconds: Int64,
        now: Int64 = 86_400,
        schedule: ScheduleSpec = .cron(expression: "0 * * * *", timeZone: "UTC", dst: .debian),
        parents: [JobID] = [],
        isEnabled: Bool = true,
        createdAt: Int64 = 0,
        changedAt: Int64 = 0,
        jitter: Int64 = 0,
        isOnline: Bool = true,
        trouble: FireExplanation.Text? = nil,
        executions: [Execution] = [],
        neighbours: [Execution] = [],
        stop: SchedulerStop? = nil,
        maintenance: MaintenancePeriod? = nil,
        makeUps: [Execution] = [],
        placement: Placement? = nil,
        pool: PoolUse? = nil,
        offline: OfflinePolicy = .run
    ) throws -> FireExplanation {
        let job = Job(
            id: 7,
            uid: self.uid,
            version: 1,
            definition: JobDefinition(
                name: "job",
                payload: .shell(ShellPayload(command: "true")),
                schedule: schedule,
                policies: Policies(jitterMilliseconds: jitter, pool: pool, offline: offline),
                groups: [Group.everyone],
                dependencies: parents.isEmpty ? nil : JobDependencies(edges: parents.map { .init(parent: $0) }),
                placement: placement
            ),
            isEnabled: isEnabled,
            nextFire: nil,
            createdBy: "ada",
            createdAt: self.time(createdAt),
            updatedAt: self.time(changedAt)
        )
        let facts = FireFacts(
            job: job,
            schedule: try CompiledSchedule(schedule, job: self.uid),
            at: self.time(seconds),
            now: self.time(now),
            hosts: [
                .init(id: self.agent, name: "web", isOnline: isOnline, lastSeen: self.time(1800), trouble: trouble)
            ],
            executions: executions,
            neighbours: neighbours,
            stop: stop,
            maintenances: maintenance.map { [self.agent: $0] } ?? [:],
            makeUps: makeUps
        )
        return FireExplanation(facts)
    }

    @Test(
        "A time that a backfill made up for says so, beside what became of the fire; a host's last record counts (issue 8)"
    )
    func madeUp() throws {
        let failed = Self.execution(9000, .failure, started: 9000, finished: 9001)
        let again = Self.execution(9060, .success, started: 9060, finished: 9061)
        for order in [[failed, again], [again, failed]] {
            let skipped = try Self.explain(
                at: 3600,
                executions: [Self.execution(3600, .skipped, .misfire)],
                makeUps: order
            )
            #expect(skipped.verdict == .skipped && skipped.executions.count == 3)
            #expect(skipped.text.en.hasSuffix("Backfill: web ran this time later, which ended as SUCCESS."))
            #expect(skipped.text.zh.hasSuffix("补跑：web 已运行，结果为 SUCCESS。"))
            #expect(!skipped.text.en.contains("FAILURE"))
        }
        let before = try Self.explain(at: 3600, createdAt: 8000, makeUps: [Self.execution(9000, .pending, attempt: 0)])
        #expect(
            before.verdict == .disabled && before.text.en.contains("did not exist then. Backfill: web has yet to run")
        )
        #expect(!(try Self.explain(at: 3600)).text.en.contains("Backfill"))
    }

    @Test(
        "What waits for a host that cannot write its ledger says so, in both languages (field: disk full on the host)"
    )
    func troubledHost() throws {
        let trouble = FireExplanation.Text(zh: "无法写台账：磁盘空间不足", en: "cannot write its ledger: no space is left")
        for executions in [[Self.execution(3600, .pending, attempt: 0)], []] {
            let explanation = try Self.explain(at: 3600, trouble: trouble, executions: executions)
            #expect(explanation.text.en.contains("the host \(trouble.en);") && explanation.rule == .misfire)
            #expect(explanation.text.zh.contains("主机\(trouble.zh)；"), "\(explanation.text.zh)")
        }
    }

    @Test("What came due while the scheduler was stopped says by whom, whatever became of it")
    func stopped() throws {
        let over = SchedulerStop(
            since: Self.time(3000),
            by: "ada",
            reason: "move",
            until: Self.time(4000),
            endedBy: "bob"
        )
        let open = SchedulerStop(since: Self.time(3000), by: "ada")
        let cases: [(SchedulerStop, [Execution], FireExplanation.Verdict)] = [
            (over, [], .stopped), (open, [], .stopped),
            (over, [Self.execution(3600, .success, started: 4000, finished: 4010)], .late),
            (over, [Self.execution(3600, .skipped, .misfire)], .skipped),
            (over, [Self.execution(3600, .skipped, .misfireCoalesced)], .coalesced),
            (open, [Self.execution(3600, .pending, attempt: 0)], .stopped),
        ]
        for (stop, executions, verdict) in cases {
            let explanation = try Self.explain(at: 3600, executions: executions, stop: stop)
            #expect(explanation.verdict == verdict && explanation.rule == .scheduler, "\(explanation.text.en)")
            #expect(explanation.text.en.contains("stopped by ada") && explanation.text.zh.contains("ada"))
        }
        let coming = try Self.explain(at: 7200, now: 3700, stop: open)
        #expect(coming.verdict == .stopped && coming.text.en.contains("misfire"))
        let onTime = try Self.explain(
            at: 3600,
            executions: [Self.execution(3600, .success, started: 3600, finished: 3601)],
            stop: over
        )
        #expect(onTime.verdict == .fired, "a host that had not heard of it yet")
    }

    @Test("What came due while the host was in maintenance says from when to when, by whom and why")
    func maintained() throws {
        let period = MaintenancePeriod(since: Self.time(3000), until: Self.time(4000), by: "ada", reason: "disk")
        let cases: [([Execution], Int64, FireExplanation.Verdict)] = [
            ([], 5000, .stopped), ([], 3700, .stopped),
            ([Self.execution(3600, .success, started: 4000, finished: 4010)], 5000, .late),
            ([Self.execution(3600, .skipped, .misfire)], 5000, .skipped),
            ([Self.execution(3600, .skipped, .maintenance)], 5000, .skipped),
            ([Self.execution(3600, .skipped, .misfireCoalesced)], 5000, .coalesced),
            ([Self.execution(3600, .pending, attempt: 0)], 3700, .stopped),
        ]
        for (executions, now, verdict) in cases {
            let explanation = try Self.explain(at: 3600, now: now, executions: executions, maintenance: period)
            #expect(explanation.verdict == verdict && explanation.rule == .maintenance, "\(explanation.text.en)")
            #expect(explanation.text.en.contains("by ada (disk)") && explanation.text.zh.contains("ada"))
        }
        let coming = try Self.explain(at: 3600, now: 3100, maintenance: period)
        #expect(coming.verdict == .stopped && coming.rule == .maintenance && coming.text.en.contains("misfire"))
    }

    @Test("So does what the server places")
    func stoppedPlaced() throws {
        let placement = Placement(kind: .oneOf)
        let open = SchedulerStop(since: Self.time(3000), by: "ada", reason: "move")
        var over = open
        over.until = Self.time(4000)
        let late = Self.execution(3600, .success, started: 4000, finished: 4010)
        let cases: [(SchedulerStop, [Execution], FireExplanation.Verdict)] = [
            (open, [], .stopped), (over, [], .stopped), (over, [late], .late),
            (over, [Self.execution(3600, .running, started: 4000)], .late),
            (over, [Self.execution(3600, .skipped, .misfire)], .skipped),
            (over, [Self.execution(3600, .skipped, .deadline)], .skipped),
        ]
        for (stop, executions, verdict) in cases {
            let explanation = try Self.explain(at: 3600, executions: executions, stop: stop, placement: placement)
            #expect(explanation.verdict == verdict && explanation.rule == .scheduler, "\(explanation.text.en)")
            #expect(explanation.text.en.contains("stopped by ada") && explanation.text.zh.contains("ada"))
        }
        let coming = try Self.explain(at: 7200, now: 3700, stop: open, placement: placement)
        #expect(coming.verdict == .stopped && coming.rule == .scheduler)
        let onTime = [Self.execution(3600, .success, started: 3600, finished: 3601)]
        #expect(try Self.explain(at: 3600, executions: onTime, stop: over, placement: placement).verdict == .fired)
    }

    @Test("Who waits for a pool says for which")
    func pools() throws {
        let pool = PoolUse(name: "db-heavy", places: 3)
        var waiting = Self.execution(3600, .pending, .queued, attempt: 0)
        waiting.detail = pool.waitingDetail
        let explanation = try Self.explain(at: 3600, executions: [waiting], pool: pool)
        #expect(explanation.verdict == .waiting && explanation.rule == .queue)
        #expect(explanation.text.en.contains("pool 'db-heavy'") && explanation.text.zh.contains("db-heavy"))
        let late = Self.execution(3600, .success, started: 3700, finished: 3800)
        #expect(try Self.explain(at: 3600, executions: [late], pool: pool).text.en.contains("pool 'db-heavy'"))
    }

    @Test("A job that does not run without a server says so, before, meanwhile and afterwards (R13)")
    func offlinePolicies() throws {
        let detail = OfflinePolicy.detail(from: Self.time(3000), through: Self.time(9000))
        var single = Self.execution(3600, .skipped, .misfire)
        single.detail = detail
        var range = Self.execution(7200, .skipped, .misfireCoalesced)
        range.detail = "2 fires from \(Self.time(3600)) through \(Self.time(7200)) were missed: \(detail)"
        let table: [(FireExplanation, FireExplanation.Verdict, FireExplanation.Rule, String, String)] = [
            (
                try Self.explain(at: 3600, executions: [single], offline: .skip), .skipped, .offline,
                "no connection to a server", "与服务器断开"
            ),
            (
                try Self.explain(at: 7200, executions: [range], offline: .skip), .coalesced, .offline,
                "no connection to a server", "与服务器断开"
            ),
            (
                try Self.explain(at: 3600, neighbours: [range], offline: .skip), .coalesced, .offline,
                "no connection to a server", "与服务器断开"
            ),
            (
                try Self.explain(
                    at: 3600,
                    isOnline: false,
                    executions: [Self.execution(3600, .pending, attempt: 0)],
                    offline: .skip
                ), .pending, .offline, "where the job does not run", "离线时不运行"
            ),
            (
                try Self.explain(at: 3600, now: 0, isOnline: false, offline: .skip), .willFire, .schedule,
                "does not run without a server", "离线时不运行"
            ),
            (
                try Self.explain(at: 3600, now: 0, isOnline: false, offline: .runFor), .willFire, .schedule,
                "for as long as the job may run without a server", "允许离线运行的时间"
            ),
        ]
        for (answer, verdict, rule, en, zh) in table {
            #expect(answer.verdict == verdict && answer.rule == rule, "\(answer.text.en)")
            #expect(answer.text.en.contains(en) && answer.text.zh.contains(zh), "\(answer.text)")
        }
    }

    @Test("A table of what happened, and the rule that decided")
    func cases() throws {
        let hour: Int64 = 3600
        let before = Self.execution(0, .success, started: 0, finished: hour + 30)
        let table: [(FireExplanation, FireExplanation.Verdict, FireExplanation.Rule, String, String)] = [
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .success, started: hour)]), .fired,
                .admission, "on time", "按计划触发"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .running, started: hour)]),
                .running, .admission, "running", "正在运行"
            ),
            (
                try Self.explain(
                    at: hour,
                    executions: [Self.execution(hour, .failure, .exitCode, started: hour + 90, attempt: 2)]
                ),
                .fired, .retry, "attempt 2", "第 2 次尝试"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .success, started: hour + 60)]),
                .late, .misfire, "60 s late", "延后 60 秒"
            ),
            (
                try Self.explain(
                    at: hour,
                    executions: [Self.execution(hour, .success, started: hour + 30)],
                    neighbours: [before]
                ), .late, .queue, "\(before.id)", "\(before.id)"
            ),
            (
                try Self.explain(
                    at: hour,
                    jitter: 60_000,
                    executions: [Self.execution(hour, .success, started: hour + 50)]
                ),
                .fired, .jitter, "jitter", "错峰"
            ),
            (
                try Self.explain(
                    at: hour,
                    executions: [Self.execution(hour, .skipped, .overlap)],
                    neighbours: [before]
                ),
                .skipped, .overlap, "\(before.id)", "\(before.id)"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .skipped, .queueFull)]), .skipped, .queue,
                "queue", "队列已满"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .skipped, .deadline)]), .skipped,
                .deadline, "deadline", "最晚开始时间"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .skipped, .disabled)]), .skipped, .status,
                "disabled", "停用"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .pending, .queued)]), .waiting, .queue,
                "waits", "排队"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .pending)]), .pending, .admission,
                "not answered", "尚未回报"
            ),
            (
                try Self.explain(at: hour, isOnline: false, executions: [Self.execution(hour, .pending)]),
                .pending, .offline, "2026-01-01T00:30:00", "主机离线"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .cancelled, .requested)]), .cancelled,
                .cancel, "stopped", "被人停止"
            ),
            (
                try Self.explain(at: hour, executions: [Self.execution(hour, .cancelled, .overlap)]), .cancelled,
                .overlap, "newer", "较新的执行取代"
            ),
            (
                try Self.explain(at: hour, neighbours: [Self.execution(3 * hour, .skipped, .misfireCoalesced)]),
                .coalesced, .misfire, "2026-01-01T03:00:00", "合并记录"
            ),
            (try Self.explain(at: hour), .missed, .reconnect, "no record", "没有记录"),
            (try Self.explain(at: hour, isOnline: false), .missed, .offline, "offline", "主机离线"),
            (try Self.explain(at: hour, changedAt: 2 * hour), .missed, .configuration, "changed", "修改过"),
            (try Self.explain(at: hour, isEnabled: false, changedAt: 60), .disabled, .status, "disabled since", "停用"),
            (try Self.explain(at: hour, createdAt: 2 * hour), .disabled, .status, "did not exist", "还不存在"),
            (try Self.explain(at: hour + 7), .notDue, .schedule, "2026-01-01T02:00:00", "2026-01-01T02:00:00"),
            (
                try Self.explain(at: hour, schedule: .manual), .unscheduled, .schedule, "runs when somebody triggers",
                "手动触发时运行"
            ),
            (
                try Self.explain(at: hour, schedule: .manual, parents: [3]), .unscheduled, .schedule,
                "jobs that it waits for", "前置任务"
            ),
            (
                try Self.explain(at: hour, schedule: .delay(milliseconds: 5000)), .unscheduled, .schedule, "5 s after",
                "5 秒"
            ),
            (try Self.explain(at: hour, now: 0), .willFire, .schedule, "1 host", "1 台主机"),
            (try Self.explain(at: hour, now: 0, isOnline: false), .willFire, .schedule, "own clock", "按本地时钟"),
            (try Self.explain(at: hour, now: 0, isEnabled: false), .disabled, .status, "disabled", "停用"),
        ]
        for (answer, verdict, rule, word, chinese) in table {
            #expect(answer.verdict == verdict, "\(answer.text.en)")
            #expect(answer.rule == rule, "\(answer.text.en)")
            #expect(answer.text.en.contains(word), "\(answer.text.en)")
            #expect(answer.text.zh.contains(chinese), "\(answer.text.zh)")
        }
    }

    @Test("The last fire before an instant is found, near or far")
    func looksBack() throws {
        func last(_ cron: String, _ seconds: Int64) throws -> Timestamp? {
            try CompiledSchedule(.cron(expression: cron, timeZone: "UTC", dst: .debian), job: Self.uid)
                .last(before: Self.time(seconds))
        }
        #expect(try last("* * * * * *", 100) == Self.time(99))
        #expect(try last("0 * * * *", 3600) == Self.time(0))
        #expect(try last("0 0 1 1 *", 200 * 86_400) == Self.time(0))
    }
}
