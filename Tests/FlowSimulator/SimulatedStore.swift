// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The server's durable state as a plain value: what the store's conformance suite asks for, without I/O.
///
/// Every mutating call is one transaction; a crash of the server loses nothing of it.
struct SimulatedStore {
    var jobs: [JobUID: Job] = [:]
    var executions = SimulatedExecutions()
    var orders: [AgentID: [ExecutionID: Order]] = [:]
    var coalesced: [(job: JobUID, agent: AgentID, range: CoalescedRange)] = []
    var acknowledged: [AgentID: Int64] = [:]
    var incarnations: [AgentID: String] = [:]
    var epochs: [AgentID: Int64] = [:]
    /// The last report before those that are gone on both ends.
    var lostAfter: [AgentID: Int64] = [:]
    var sessionsAt: [AgentID: Timestamp] = [:]
    var cancels: Set<ExecutionID> = []
    /// Fires of hosts that are away, by agent and job.
    var owed: [OwedKey: OwedFires] = [:]
    /// Whether schedules fire at all.
    var scheduler = SchedulerState()
    var flows = SimulatedFlows()

    struct OwedKey: Hashable {
        let agent: AgentID
        let job: JobID
    }

    var configVersion: Int64 = 1
    private var configurations: [AgentID: AgentConfiguration] = [:]
    private var snapshots: [JobUID: JobSnapshot] = [:]
    /// Brings back a fault: after a restore it waits for reports that nobody has any more.
    var ignoresKeptReports = false
    /// Brings back a fault: what is gone on both ends is not asked for.
    var forgetsGaps = false
    /// Brings back a fault: a missing report is passed over.
    var appliesGaps = false
    let targets: [JobUID: [AgentID]]

    init(jobs: [Job], targets: [JobUID: [AgentID]]) {
        for job in jobs { self.jobs[job.uid] = job }
        self.targets = targets
    }

    var jobsInOrder: [Job] { self.jobs.keys.sorted().compactMap { self.jobs[$0] } }

    /// Made once for each version: its digest is over the JSON of all jobs.
    mutating func configuration(of agent: AgentID) -> AgentConfiguration {
        if let made = self.configurations[agent], made.version == self.configVersion { return made }
        let jobs = self.jobs.keys.filter { self.targets[$0]?.contains(agent) == true }.sorted()
        let configuration = AgentConfiguration(
            version: self.configVersion,
            jobs: jobs.compactMap { self.jobs[$0] }.map { self.snapshot(of: $0) }
        )
        self.configurations[agent] = configuration
        return configuration
    }

    /// Made once for each version of a job, which so is encoded once for its digest.
    private mutating func snapshot(of job: Job) -> JobSnapshot {
        if let made = self.snapshots[job.uid] { return made }
        let snapshot = JobSnapshot(job)
        self.snapshots[job.uid] = snapshot
        return snapshot
    }

    // R3
    mutating func fire(
        _ fires: [PlannedFire],
        online: Set<AgentID>,
        recent: Set<AgentID>?,
        now: Timestamp
    ) -> [FireOutcome] {
        if self.scheduler.isStopped { return fires.map { _ in .held } }
        return fires.map { fire in
            guard let job = self.jobs[fire.job], job.isEnabled, job.nextFire == fire.nominal,
                job.version == fire.version
            else {
                let stored = self.jobs[fire.job]
                return .superseded(next: stored?.nextFire, version: stored?.version)
            }
            self.jobs[fire.job]?.nextFire = fire.next
            guard !fire.isMissed else { return .movedOn }
            let run = self.run(of: job, kind: .cron, nominal: fire.nominal, discriminator: "", now: now)
            var made: [Execution] = []
            let targets = self.targets[fire.job] ?? []
            for agent in targets where recent?.contains(agent) == false { self.note(fire, on: agent) }
            var orders: [AgentID: Order] = [:]
            for agent in targets where recent?.contains(agent) != false {
                let execution = self.execution(
                    of: run,
                    job: job,
                    kind: .cron,
                    agent: agent,
                    discriminator: "",
                    now: now
                )
                made.append(execution)
                guard online.contains(agent), execution.status == .pending else { continue }
                orders[agent] = self.order(execution, job: job)
            }
            return made.isEmpty ? .owed : .fired(run, executions: made, orders: orders)
        }
    }

    private mutating func note(_ fire: PlannedFire, on agent: AgentID) {
        let key = OwedKey(agent: agent, job: fire.jobID)
        let known = self.owed[key]
        self.owed[key] = OwedFires(
            agent: agent,
            job: fire.jobID,
            jobUID: fire.job,
            jobVersion: fire.version,
            since: known?.since ?? fire.nominal,
            isMixed: known.map { $0.until != nil || $0.isMixed || $0.jobVersion != fire.version } ?? false
        )
    }

    private mutating func endOwed(at now: Timestamp, where isEnded: (OwedFires) -> Bool) {
        for (key, owed) in self.owed where owed.until == nil && isEnded(owed) {
            self.owed[key] = OwedFires(
                agent: owed.agent,
                job: owed.job,
                jobUID: owed.jobUID,
                jobVersion: owed.jobVersion,
                since: owed.since,
                until: now,
                isMixed: owed.isMixed
            )
        }
    }

    func owedQuestions(of agent: AgentID) -> [ExecutionID] {
        self.owed.values.filter { $0.agent == agent }.map(\.firstID).sorted()
    }

    /// What a host that is back has not accounted for.
    mutating func concludeOwed(of agent: AgentID, since back: Timestamp, now: Timestamp) {
        for (key, owed) in self.owed where owed.agent == agent {
            self.owed[key] = nil
            guard let job = self.jobs[owed.jobUID] else { continue }
            let (_, execution) = owed.record(of: self.snapshot(of: job), .silent, through: back, at: now)
            if self.executions[execution.id] == nil { self.executions[execution.id] = execution }
        }
    }

    mutating func start(_ job: JobUID, uid: String, now: Timestamp) -> [AgentID: Order] {
        guard let job = self.jobs[job] else { return [:] }
        let run = self.run(of: job, kind: .manual, nominal: now, discriminator: uid, now: now)
        var orders: [AgentID: Order] = [:]
        for agent in self.targets[job.uid] ?? [] {
            let execution = self.execution(of: run, job: job, kind: .manual, agent: agent, discriminator: uid, now: now)
            orders[agent] = self.order(execution, job: job)
        }
        return orders
    }

    private func run(
        of job: Job,
        kind: ExecutionKind,
        nominal: Timestamp,
        discriminator: String,
        now: Timestamp
    ) -> Run {
        Run(
            id: DeterministicID.run(kind: kind, job: job.uid, nominal: nominal, discriminator: discriminator),
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.definition.name,
            jobVersion: job.version,
            type: kind == .cron ? .schedule : .manual,
            nominal: nominal,
            source: "simulator",
            createdAt: now
        )
    }

    private mutating func execution(
        of run: Run,
        job: Job,
        kind: ExecutionKind,
        agent: AgentID,
        discriminator: String,
        now: Timestamp
    ) -> Execution {
        let id = DeterministicID.execution(
            kind: kind,
            job: job.uid,
            nominal: run.nominal,
            agent: agent,
            discriminator: discriminator
        )
        if let stored = self.executions[id] { return stored }
        let made = Execution(
            id: id,
            runID: run.id,
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.definition.name,
            jobVersion: job.version,
            agentID: agent,
            kind: kind,
            nominal: run.nominal,
            updatedAt: now
        )
        self.executions[id] = made
        return made
    }

    mutating func order(_ execution: Execution, job: Job) -> Order {
        let order = Order(
            executionID: execution.id,
            runID: execution.runID,
            job: self.snapshot(of: job),
            kind: execution.kind,
            nominal: execution.nominal,
            deadline: execution.nominal.advanced(byMilliseconds: 3_600_000)
        )
        self.orders[execution.agentID, default: [:]][execution.id] = order
        return order
    }

    func pendingOrders(of agent: AgentID) -> [Order] {
        (self.orders[agent] ?? [:]).values.sorted { $0.executionID < $1.executionID }
    }

    mutating func acknowledgeOrders(_ ids: [ExecutionID], by agent: AgentID) {
        for id in ids { self.orders[agent]?[id] = nil }
    }

    // R9
    mutating func reask(of agent: AgentID, before nominal: Timestamp) -> [Order] {
        let open = self.executions.unsettled.filter {
            $0.agentID == agent && $0.status == .pending && $0.attempt == 0 && $0.nominal < nominal
                && ($0.reason != .queued || $0.updatedAt < self.sessionsAt[agent] ?? .distantPast)
                && self.orders[agent]?[$0.id] == nil
        }
        return open.sorted { $0.id < $1.id }.compactMap { execution in
            self.jobs[execution.jobUID].map { self.order(execution, job: $0) }
        }
    }

    // R6, R11
    mutating func openSession(_ hello: Hello, now: Timestamp) -> AgentSessionStart {
        var hello = hello
        if self.ignoresKeptReports { hello.outboxBase = nil }
        let position = ReportPosition(
            incarnation: self.incarnations[hello.agent] ?? "",
            stored: self.acknowledged[hello.agent] ?? 0,
            hello: hello
        )
        let known = position.ledger == .new ? nil : self.lostAfter[hello.agent]
        self.lostAfter[hello.agent] = [known, position.lostAfter].compactMap { $0 }.min()
        self.sessionsAt[hello.agent] = now
        self.incarnations[hello.agent] = hello.incarnation
        self.acknowledged[hello.agent] = position.acknowledged
        let asked = self.executions.unsettled.filter { execution in
            guard execution.agentID == hello.agent else { return false }
            switch execution.status {
            case .running: return true
            case .pending: return execution.attempt > 0 || execution.reason == .queued
            case .skipped: return execution.nominal > execution.updatedAt
            default: return false
            }
        }
        self.epochs[hello.agent, default: 0] += 1
        self.endOwed(at: now) { $0.agent == hello.agent }
        return AgentSessionStart(
            epoch: self.epochs[hello.agent] ?? 1,
            acknowledgedSequence: self.acknowledged[hello.agent] ?? 0,
            lostAfter: self.forgetsGaps ? nil : self.lostAfter[hello.agent],
            cancels: self.cancels.filter {
                self.executions[$0].map { $0.agentID == hello.agent && !$0.status.isTerminal } == true
            }.sorted(),
            interrupted: [],
            questions: asked.map(\.id).sorted(),
            scheduler: self.scheduler
        )
    }

    // R5
    mutating func apply(_ batch: ReportBatch, now: Timestamp) -> Int64 {
        var applied = self.acknowledged[batch.agent] ?? 0
        guard self.incarnations[batch.agent] == batch.incarnation else { return applied }
        for report in batch.reports where report.sequence > applied {
            guard report.sequence == applied + 1 || self.appliesGaps else { break }
            applied = report.sequence
            let stored = self.executions[report.executionID]
            let known = ReportRules.Known(execution: stored, job: self.jobs[report.jobUID]?.id)
            guard
                case .heard(let heard) = ReportRules.judge(report, known: known, agent: batch.agent, now: now)
            else { continue }
            if heard.kind == .cron, stored == nil || heard.coalesced != nil, let job = known.job {
                let account = OwedAccount(agent: batch.agent, job: job, fires: heard.nominal...heard.nominal)
                self.owed = self.owed.filter { !account.covers($0.value) }
            }
            if case .write(let merged) = ExecutionMerge.decide(
                stored: stored,
                report: heard,
                agent: batch.agent,
                now: now
            ) {
                self.executions[report.executionID] = merged
                self.noteEnd(of: merged)
            }
            if report.status != .pending { self.orders[batch.agent]?[report.executionID] = nil }
            if let range = report.coalesced {
                self.close(range, of: report.jobUID, agent: batch.agent, now: now)
            }
        }
        if applied != self.acknowledged[batch.agent] { self.lostAfter[batch.agent] = nil }
        self.acknowledged[batch.agent] = applied
        return applied
    }

    private mutating func close(_ range: CoalescedRange, of job: JobUID, agent: AgentID, now: Timestamp) {
        self.coalesced.append((job, agent, range))
        for execution in self.executions.unsettled
        where execution.jobUID == job && execution.agentID == agent && execution.status == .pending
            && execution.kind == .cron && execution.attempt == 0 && execution.nominal >= range.from
            && execution.nominal <= range.through
        {
            let id = execution.id
            self.executions[id]?.status = .skipped
            self.executions[id]?.reason = .misfireCoalesced
            self.executions[id]?.decidedBy = .agent
            self.executions[id]?.updatedAt = now
            self.orders[agent]?[id] = nil
        }
    }

    // S4
    mutating func setScheduler(running: Bool, now: Timestamp) {
        guard self.scheduler.isStopped == running else { return }
        self.scheduler.revision += 1
        if running {
            self.scheduler.stop?.until = now
        } else {
            self.scheduler.stop = SchedulerStop(since: now, by: "simulator")
        }
    }

    mutating func setEnabled(_ uid: JobUID, _ isEnabled: Bool, now: Timestamp) {
        guard var job = self.jobs[uid], job.isEnabled != isEnabled else { return }
        job.isEnabled = isEnabled
        job.version += 1
        let schedule = try? CompiledSchedule(job.definition.schedule, job: uid)
        job.nextFire = isEnabled ? schedule?.next(after: now) : nil
        self.jobs[uid] = job
        self.snapshots[uid] = nil
        self.configVersion += 1
        if !isEnabled { self.endOwed(at: now) { $0.jobUID == uid } }
        let obsolescence = Obsolescence(of: job, on: self.targets[uid] ?? [])
        let endings = self.executions.unsettled.compactMap { execution in
            obsolescence.ending(of: execution, at: now).map { (execution, $0) }
        }
        for (execution, ending) in endings.sorted(by: { $0.0.id < $1.0.id }) {
            self.executions[execution.id] = ending.applied(to: execution, at: now)
            self.orders[execution.agentID]?[execution.id] = nil
        }
    }
}
