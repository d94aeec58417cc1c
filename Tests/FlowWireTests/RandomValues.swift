// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Makes arbitrary valid values from a seed: the same seed, the same values.
struct RandomValues {
    private var generator: SplitMix64

    init(seed: UInt64) { self.generator = SplitMix64(state: seed) }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self.generator) }
    mutating func int64(_ range: ClosedRange<Int64> = 0...1 << 40) -> Int64 {
        Int64.random(in: range, using: &self.generator)
    }
    mutating func bool() -> Bool { Bool.random(using: &self.generator) }
    mutating func byte() -> UInt8 { UInt8.random(in: 0...255, using: &self.generator) }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[self.int(0...values.count - 1)] }
    mutating func maybe<Value>(_ make: (inout RandomValues) -> Value) -> Value? { self.bool() ? make(&self) : nil }
    mutating func list<Value>(_ limit: Int = 4, _ make: (inout RandomValues) -> Value) -> [Value] {
        (0..<self.int(0...limit)).map { _ in make(&self) }
    }

    mutating func text(_ limit: Int = 12) -> String {
        String((0..<self.int(0...limit)).map { _ in self.pick(Array("abc äöü任务 \n\"'$\\.,0🙂")) })
    }
    mutating func word() -> String { "w" + String(self.int64(), radix: 36) }
    mutating func bytes(_ limit: Int = 40) -> [UInt8] { self.list(limit) { $0.byte() } }
    mutating func instant() -> Timestamp { Timestamp(milliseconds: self.int64(-1_000_000...4_000_000_000_000)) }
    mutating func authorityNews() -> AuthorityNews {
        AuthorityNews(
            certificates: self.text(),
            vouchers: self.list { AuthorityVoucher(authority: $0.bytes(32), signature: $0.bytes(72)) },
            vouches: self.bool()
        )
    }
    mutating func uid<ID: FlowIdentifier>() -> ID { ID(bytes: (0..<16).map { _ in self.byte() })! }
    mutating func agent() -> AgentID { AgentID(self.word())! }
    mutating func map() -> [String: String] {
        var result: [String: String] = [:]
        for _ in 0..<self.int(0...3) { result[self.word()] = self.text() }
        return result
    }

    mutating func payload() -> Payload {
        switch self.int(0...5) {
        case 4: return .container(self.container())
        case 0: return .plugin(PluginPayload(name: self.word(), parameters: self.map()))
        case 1:
            let statements = (0...self.int(0...3)).map { _ in
                SQLPayload.Statement(self.text(), parameters: self.list { $0.text() })
            }
            return .sql(
                SQLPayload(connection: self.text(), statements: statements, rowLimit: self.int(0...JobLimits.rows))
            )
        case 2: return .builtin(self.builtin())
        case 3:
            return .shell(
                ShellPayload(
                    command: self.text(),
                    interpreter: self.maybe { $0.text() },
                    interpreterArguments: self.bool() ? ShellPayload.shellArguments : self.list { $0.text() },
                    workingDirectory: self.maybe { $0.text() },
                    usesScratchDirectory: self.bool(),
                    leavesProcesses: self.bool(),
                    successCodes: self.list { $0.int(0...255) },
                    umask: self.maybe { $0.int(0...0o777) },
                    niceness: self.maybe { $0.int(-20...19) },
                    runAs: self.maybe { _ in "www-data" },
                    limits: self.bool() ? ["open_files": self.int64(0...1 << 40)] : [:],
                    unit: self.maybe { random in
                        TransientUnit(
                            slice: random.maybe { _ in "batch-nightly.slice" },
                            description: random.maybe { _ in "Nightly work" }
                        )
                    },
                    environment: self.map()
                )
            )
        default:
            return .http(
                HTTPPayload(
                    url: self.text(),
                    method: self.word(),
                    headers: self.map(),
                    body: self.maybe { $0.text() },
                    expectedStatus: self.list { $0.int(100...599) },
                    outputs: self.bool() ? ["id": self.text(), "rows": "/data/0"] : nil,
                    expectedValues: self.bool() ? ["": self.text(), "/data/0": "1"] : nil,
                    retryStatuses: self.maybe { $0.list { $0.int(100...599) } },
                    clientCertificate: self.maybe { $0.word() }
                )
            )
        }
    }

    mutating func container() -> ContainerPayload {
        ContainerPayload(
            image: "registry.example.org/a/\(self.int(0...99)):1",
            command: self.list { $0.text() },
            environment: self.map(),
            mounts: self.list { random in
                .init(
                    source: "/srv/\(random.int(0...9))",
                    target: "/data/\(random.int(0...9))",
                    isReadOnly: random.bool()
                )
            },
            network: self.pick(ContainerPayload.Network.allCases),
            pull: self.pick(ContainerPayload.Pull.allCases),
            user: self.maybe { _ in "1000:app" },
            workingDirectory: self.maybe { $0.text() },
            memoryBytes: self.maybe { $0.int64(ContainerPayload.memoryRange) },
            cpuPercent: self.maybe { $0.int(ContainerPayload.cpuRange) },
            successCodes: self.list { $0.int(0...255) }
        )
    }

    mutating func builtin() -> BuiltinPayload {
        switch self.int(0...3) {
        case 0:
            .cleanFiles(
                .init(
                    path: self.text(),
                    olderThanDays: self.int(0...400),
                    pattern: self.maybe { $0.text() },
                    isDryRun: self.bool()
                )
            )
        case 1: .checkTCP(.init(host: self.text(), port: self.int(1...65_535)))
        case 2: .checkHTTP(.init(url: self.text(), expectedStatus: self.list { $0.int(100...599) }))
        default: .checkDisk(.init(path: self.text(), leastFreePercent: self.int(0...100)))
        }
    }

    mutating func schedule() -> ScheduleSpec {
        switch self.int(0...4) {
        case 4: .delay(milliseconds: self.int64(1...1 << 40))
        case 0: .cron(expression: self.word(), timeZone: self.text(), dst: self.pick(DSTPolicy.allCases))
        case 1: .every(periodMilliseconds: self.int64(1...1 << 40), anchor: self.instant())
        case 2: .once(self.instant())
        default: .manual
        }
    }

    mutating func limits() -> ScheduleLimits {
        let from = self.int(0...1439)
        return ScheduleLimits(
            notBefore: self.maybe { $0.instant() },
            notAfter: self.maybe { $0.instant() },
            window: self.maybe { DailyWindow(from: from, to: (from + $0.int(1...1438)) % 1440, timeZone: $0.word()) },
            calendars: self.maybe { $0.calendars() },
            also: self.maybe { [$0.word(), $0.word()] },
            except: self.maybe { [$0.word()] }
        )
    }

    /// As hosts are told of them.
    mutating func calendars() -> ScheduleCalendars {
        let count = self.int(1...ScheduleCalendars.limit)
        return ScheduleCalendars(
            timeZone: self.word(),
            uses: (0..<count).map { _ in
                CalendarUse(
                    calendar: self.word(),
                    revision: 0,
                    onBlackout: self.pick(BlackoutPolicy.allCases),
                    entries: self.list { CalendarEntry(name: "", time: $0.closedTime()) }
                )
            }
        )
    }

    private mutating func closedTime() -> CalendarEntry.Time {
        let from = self.int64(0...1 << 40)
        if self.bool() {
            return .span(
                from: Timestamp(milliseconds: from),
                to: Timestamp(milliseconds: from + self.int64(1...1 << 30))
            )
        }
        let first = self.int(CalendarEntry.days)
        return .days(first: first, last: first + self.int(0...365), yearly: self.bool())
    }

    mutating func job() -> JobSnapshot {
        let offline = self.pick(OfflinePolicy.allCases)
        return JobSnapshot(
            uid: self.uid(),
            id: self.int64(),
            version: self.int64(),
            name: self.text(),
            payload: self.payload(),
            schedule: self.bool() ? self.schedule() : self.schedule().limited(self.limits()),
            policies: Policies(
                overlap: self.pick(OverlapPolicy.allCases),
                concurrency: self.int(1...64),
                queueLimit: self.int(1...100),
                misfire: self.pick(MisfirePolicy.allCases),
                misfireLimit: self.maybe { $0.int(1...1000) },
                misfireThresholdMilliseconds: self.int64(),
                catchUpWindowMilliseconds: self.int64(),
                startDeadlineSeconds: self.maybe { $0.int(1...600_000) },
                jitterMilliseconds: self.int64(),
                retry: RetryPolicy(
                    count: self.int(0...10),
                    intervalSeconds: self.int(0...3600),
                    onInterrupt: self.bool(),
                    backoffPermille: self.int(1000...10_000),
                    longestSeconds: self.int(1...86_400),
                    jitterPercent: self.int(0...100),
                    causes: self.maybe { random in Set(RetryCause.allCases.filter { _ in random.bool() }) },
                    interruption: self.maybe { $0.pick(InterruptPolicy.allCases) }
                ),
                timeoutSeconds: self.int(10...3600),
                pool: self.maybe { PoolUse(name: "pool-\($0.int(0...9))", places: $0.int(1...1000)) },
                offline: offline,
                offlineMaxSeconds: offline == .runFor ? self.int(1...100_000) : nil
            ),
            isEnabled: self.bool(),
            defaults: self.maybe { [$0.word(): $0.text()] },
            secretParameters: self.maybe { ["a" + $0.word(), "b" + $0.word()] } ?? []
        )
    }

    mutating func order() -> Order {
        let dataTime = self.maybe { $0.instant() }
        return Order(
            executionID: self.uid(),
            runID: self.uid(),
            job: self.job(),
            kind: dataTime == nil ? self.pick([.cron, .manual, .rerun]) : .backfill,
            nominal: self.instant(),
            dataTime: dataTime,
            parameters: self.map(),
            retryOf: self.maybe { $0.uid() },
            deadline: self.instant()
        )
    }

    mutating func report() -> Report {
        let execution: ExecutionID = self.uid()
        return Report(
            sequence: self.int64(),
            executionID: execution,
            runID: self.uid(),
            jobUID: self.uid(),
            jobID: self.int64(),
            jobName: self.text(),
            jobVersion: self.int64(),
            kind: self.pick([.cron, .manual, .rerun, .backfill]),
            nominal: self.instant(),
            status: self.pick(ExecutionStatus.allCases),
            reason: self.maybe { $0.pick(ExecutionReason.allCases) },
            detail: self.maybe { $0.text() },
            attempt: self.int(0...11),
            startedAt: self.maybe { $0.instant() },
            finishedAt: self.maybe { $0.instant() },
            exitCode: self.maybe { $0.int(-1...255) },
            httpStatus: self.maybe { $0.int(100...599) },
            retryOf: self.maybe { $0.uid() },
            coalesced: self.maybe { CoalescedRange(count: $0.int(1...99), from: $0.instant(), through: $0.instant()) },
            attempts: self.list { $0.attempt() },
            outputBytes: self.int64(),
            isOutputTruncated: self.bool(),
            inlineOutput: self.list { $0.chunk(of: execution) }
        )
    }

    mutating func attempt() -> AttemptRecord {
        AttemptRecord(
            number: self.int(1...11),
            status: self.pick(ExecutionStatus.allCases),
            reason: self.maybe { $0.pick(ExecutionReason.allCases) },
            detail: self.maybe { $0.text() },
            startedAt: self.maybe { $0.instant() },
            finishedAt: self.maybe { $0.instant() },
            exitCode: self.maybe { $0.int(-1...255) },
            httpStatus: self.maybe { $0.int(100...599) },
            outputBytes: self.int64(),
            isOutputTruncated: self.bool()
        )
    }

    mutating func chunk(of execution: ExecutionID) -> LogChunk {
        LogChunk(
            executionID: execution,
            attempt: self.int(0...11),
            offset: self.int64(),
            stream: self.pick([.standardOutput, .standardError]),
            bytes: self.bytes()
        )
    }

    mutating func hello() -> Hello {
        Hello(
            agent: self.agent(),
            incarnation: self.word(),
            bootID: self.text(),
            lastSequence: self.int64(),
            configVersion: self.int64(),
            configDigest: self.text(),
            floor: self.instant(),
            version: self.text(),
            hostname: self.text(),
            operatingSystem: self.text(),
            sentAt: self.int64(),
            acknowledgedSequence: self.maybe { $0.int64() },
            outboxBase: self.maybe { $0.int64() },
            contentDigest: self.text(),
            startID: self.text(),
            machineID: self.text(),
            rulesDigest: self.maybe { $0.word() },
            schedulerRevision: self.maybe { $0.int64() },
            maintenanceRevision: self.maybe { $0.int64() },
            signedBy: self.maybe { $0.word() }
        )
    }

    mutating func maintenance() -> HostMaintenance {
        HostMaintenance(
            revision: self.int64(),
            period: self.maybe { values in
                MaintenancePeriod(
                    since: values.instant(),
                    until: values.instant(),
                    by: values.word(),
                    reason: values.maybe { $0.word() },
                    endedAt: values.maybe { $0.instant() },
                    endedBy: values.maybe { $0.word() }
                )
            }
        )
    }

    mutating func networks() -> NetworkDefaults {
        NetworkDefaults(allowsPrivate: self.bool(), allowsLoopback: self.bool())
    }

    mutating func scheduler() -> SchedulerState {
        SchedulerState(
            revision: self.int64(),
            stop: self.maybe { values in
                SchedulerStop(
                    since: values.instant(),
                    by: values.word(),
                    reason: values.maybe { $0.word() },
                    until: values.maybe { $0.instant() },
                    endedBy: values.maybe { $0.word() }
                )
            }
        )
    }

    mutating func zone() -> ZoneSlice {
        var at = ZoneSlice.start.seconds
        let changes = self.list { values in
            at += Int64(values.int(1...9_999_999))
            return ZoneSlice.Change(at: at, offset: values.int(-50_000...50_000))
        }
        let rule = self.maybe { _ in "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1" }
        return ZoneSlice(name: "Test/Zone", initialOffset: self.int(-50_000...50_000), changes: changes, rule: rule)!
    }

    mutating func update() -> ConfigUpdate {
        let jobs = self.list { $0.job() }
        return ConfigUpdate(
            version: self.int64(),
            base: self.maybe { $0.int64() },
            upserts: jobs,
            removals: self.list { $0.uid() },
            zones: self.list { $0.zone() },
            plans: self.maybe { values in
                PlanClaims(
                    from: values.instant(),
                    digests: Dictionary(jobs.map { ($0.uid, UInt64.max &- UInt64(values.int(0...9))) }) { $1 }
                )
            }
        )
    }

    mutating func sample() -> ClockSample {
        ClockSample(agentSent: self.int64(), serverReceived: self.int64(), serverSent: self.int64())
    }

    mutating func welcome() -> Welcome {
        Welcome(
            epoch: self.int64(),
            acknowledgedSequence: self.int64(),
            config: self.maybe { $0.update() },
            cancels: self.list { $0.uid() },
            forced: self.list { $0.uid() },
            questions: self.list { $0.uid() },
            clock: self.sample(),
            lostAfter: self.maybe { $0.int64() },
            answersLogOpen: self.bool(),
            renewsCertificates: self.bool(),
            givesSecrets: self.bool(),
            statisticsSequence: self.maybe { $0.int64() },
            outputBytes: self.maybe { $0.int64() },
            scheduler: self.scheduler(),
            maintenance: self.maintenance(),
            networks: self.maybe { $0.networks() }
        )
    }

    mutating func statistics() -> HostStatsReport {
        HostStatsReport(
            incarnation: self.word(),
            sequence: self.int64(),
            at: self.instant(),
            zone: self.pick(["Asia/Kathmandu", "UTC", "-03:30"]),
            sums: self.list { values in
                QuarterSum(
                    job: values.uid(),
                    jobID: values.int64(),
                    jobName: values.text(),
                    quarter: values.int64(-1000...4_000_000),
                    outcomes: OutcomeSum(
                        success: values.int(0...1000),
                        failure: values.int(0...1000),
                        timeout: values.int(0...1000),
                        cancelled: values.int(0...1000),
                        timed: values.int(0...4000),
                        duration: values.int64(),
                        longest: values.int64(),
                        shortest: values.int64()
                    )
                )
            }
        )
    }

    /// One message of each kind.
    mutating func agentMessages() -> [AgentMessage] {
        [
            .hello(self.hello()),
            .heartbeat(
                Heartbeat(
                    configVersion: self.int64(),
                    running: self.list { $0.uid() },
                    sentAt: self.int64(),
                    trouble: self.maybe { $0.text() },
                    foreignZones: ["Europe/Berlin", "US/Pacific"],
                    orderedJobs: self.list { $0.uid() },
                    schedulerRevision: self.maybe { $0.int64() },
                    maintenanceRevision: self.maybe { $0.int64() },
                    condition: self.maybe { values in
                        HostCondition(
                            disk: values.maybe { DiskSpace(free: $0.int64(), total: $0.int64()) },
                            clockError: values.maybe { -$0.int64() },
                            isClockSuspect: values.maybe { $0.int64() } == nil
                        )
                    },
                    load: self.bool() ? 17 : nil,
                    authorityRefusal: self.maybe { $0.pick(AuthorityRefusal.allCases) }
                )
            ),
            .orderAcknowledged(self.list { $0.uid() }),
            .reports(incarnation: self.word(), self.list { $0.report() }),
            .configReceived(version: self.int64()),
            .configApplied(version: self.int64()),
            .configPull(version: self.int64()),
            .certificateRequest(self.text()),
            .secretsRequest(SecretsRequest(execution: self.uid(), job: self.uid(), version: self.int64())),
            .statistics(self.statistics()),
            .files(
                self.list { values in
                    FileEvent(
                        sequence: values.int64(),
                        hook: values.uid(),
                        path: "/srv/in/" + values.word(),
                        stamp: FileStamp(inode: UInt64(values.int64()), size: values.int64(), modified: values.int64()),
                        at: values.instant(),
                        problem: values.maybe { $0.word() }
                    )
                }
            ),
        ]
    }

    /// One message of each kind.
    mutating func serverMessages() -> [ServerMessage] {
        [
            .welcome(self.welcome()),
            .rejected(code: self.word(), message: self.text()),
            .orders(self.list { $0.order() }),
            .reportsAcknowledged(incarnation: self.word(), sequence: self.int64()),
            .config(self.update()),
            .cancel(self.uid(), force: self.bool()),
            .heartbeatAnswer(self.sample()), .heartbeatAnswer(self.sample(), outputBytes: self.int64()),
            .heartbeatAnswer(self.sample(), networks: self.networks()),
            .scheduler(self.scheduler()), .maintenance(self.maintenance()),
            .certificateIssued(self.text()), .authorities(self.authorityNews()),
            .certificateRefused(code: self.word(), message: self.text()),
            .secrets(SecretsAnswer(execution: self.uid(), values: [self.word(): self.text()])),
            .secrets(SecretsAnswer(execution: self.uid(), values: [:], refusal: self.text())),
            .statisticsAcknowledged(incarnation: self.word(), sequence: self.int64()),
        ]
    }
}

/// A small seeded generator (Steele, Lea, Flood: splittable pseudo-random numbers, 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
