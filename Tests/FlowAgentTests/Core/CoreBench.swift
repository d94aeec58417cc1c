// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore

/// An ``AgentCore`` with a ledger that commits at once, a clock that is set by hand, and a record of everything it wanted.
struct CoreBench {
    /// 2026-01-01T00:00:00Z: a full minute, hour and day.
    static let base = Timestamp(milliseconds: 1_767_225_600_000)
    static let agent = AgentID("agent-1")!
    private static let bootAtBase: Int64 = 1_000_000_000_000

    var core: AgentCore
    /// Boot clock, microseconds.
    private(set) var boot: Int64
    /// How far the host's wall clock, and with it an offline agent, is ahead of the truth; milliseconds.
    let wallError: Int64
    /// Off: commits stay outstanding until ``commit()``.
    var commitsAtOnce = true
    private(set) var outstanding: [LedgerOperation]?
    private(set) var entries: [ExecutionID: LedgerEntry] = [:]
    private(set) var sequence: Int64
    /// Executions whose stored state the core wanted reported again.
    private(set) var answered: [ExecutionID] = []
    /// Steps until a recital has come to its end.
    var recitalSteps = 1
    /// Whether transactions fail.
    var isDiskFull = false
    /// What the heartbeats so far said of the host's trouble.
    var troubles: [String?] {
        self.sent.compactMap { if case .heartbeat(let heartbeat) = $0 { .some(heartbeat.trouble) } else { nil } }
    }
    /// Every report written, in order.
    var reports: [Report] {
        self.effects.flatMap { effect -> [Report] in
            guard case .commit(let operations) = effect else { return [] }
            return operations.compactMap { operation in
                switch operation {
                case .insert(_, let report), .update(_, let report): report
                default: nil
                }
            }
        }
    }
    /// Every effect so far.
    private(set) var effects: [AgentEffect] = []

    init(
        _ restored: LedgerSnapshot,
        surviving: Set<AttemptKey> = [],
        at now: Timestamp = base,
        wallError: Int64 = 0,
        configure: (inout AgentCore.Configuration) -> Void = { _ in }
    ) {
        self.boot = Self.bootAtBase + now.milliseconds(since: Self.base) * 1000
        self.wallError = wallError
        self.sequence = restored.lastSequence
        for entry in restored.open { self.entries[entry.id] = entry }
        var configuration = AgentCore.Configuration(
            agent: Self.agent,
            bootID: "boot",
            version: "test",
            hostname: "host",
            operatingSystem: "none"
        )
        configure(&configuration)
        self.core = AgentCore(
            configuration: configuration,
            restored: restored,
            surviving: surviving,
            reading: ClockReading(boot: self.boot, wall: (now.milliseconds + wallError) * 1000)
        )
        self.send(.started)
    }

    /// The true time.
    var now: Timestamp { Self.base.advanced(byMilliseconds: (self.boot - Self.bootAtBase) / 1000) }

    private var reading: ClockReading {
        ClockReading(boot: self.boot, wall: (self.now.milliseconds + self.wallError) * 1000)
    }

    /// Moves the clock to so many milliseconds after ``base``, and wakes the core as its wishes said on the way.
    mutating func advance(to milliseconds: Int64) {
        let target = Self.bootAtBase + milliseconds * 1000
        while let wake = self.wish, wake <= target {
            self.boot = max(self.boot, wake)
            self.wish = nil
            self.send(.wake)
        }
        self.boot = target
        self.send(.wake)
    }

    /// Moves the clock as for a process that was stopped meanwhile: nothing happens on the way.
    mutating func sleep(until milliseconds: Int64) {
        self.boot = Self.bootAtBase + milliseconds * 1000
        self.send(.wake)
    }

    private var wish: Int64?

    @discardableResult
    mutating func send(_ event: AgentEvent) -> [AgentEffect] {
        var fresh = self.core.handle(event, at: self.reading)
        var queue = fresh
        while !queue.isEmpty {
            let effect = queue.removeFirst()
            switch effect {
            case .wake(let boot): self.wish = boot
            case .commit(let operations):
                self.outstanding = operations
                if self.isDiskFull {
                    self.outstanding = nil
                    let cause = "no space is left on its disk"
                    let more = self.core.handle(.commitFailed(because: cause), at: self.reading)
                    fresh += more
                    queue += more
                    continue
                }
                guard self.commitsAtOnce else { continue }
                let more = self.core.handle(.committed(self.applyOutstanding()), at: self.reading)
                fresh += more
                queue += more
            case .sendReports:
                let more = self.core.handle(.reportsSent(through: self.sequence), at: self.reading)
                fresh += more
                queue += more
            default: break
            }
        }
        self.effects += fresh
        return fresh
    }

    /// Commits what is outstanding.
    @discardableResult
    mutating func commit() -> [AgentEffect] {
        guard self.outstanding != nil else { return [] }
        return self.send(.committed(self.applyOutstanding()))
    }

    private mutating func applyOutstanding() -> [LedgerResult] {
        let operations = self.outstanding ?? []
        self.outstanding = nil
        return operations.map { self.apply($0) }
    }

    private mutating func apply(_ operation: LedgerOperation) -> LedgerResult {
        switch operation {
        case .insert(let entry, _):
            if let known = self.entries[entry.id] { return .exists(known) }
            self.entries[entry.id] = entry
        case .update(let entry, _): self.entries[entry.id] = entry
        case .answer(let id):
            self.answered.append(id)
            guard self.entries[id] != nil else { return .done }
        case .undoPremature(let now):
            let early = self.entries.values.filter { $0.status == .skipped && $0.order.nominal > now }.map(\.id)
            for id in early { self.entries[id] = nil }
            let decided = self.entries.values.filter { $0.order.nominal > now }.map(\.id)
            self.sequence += Int64(early.count)
            return .withdrawn(early.sorted(), decided: decided.sorted(), sequence: self.sequence)
        case .prune: return .pruned(isDone: true)
        case .recite:
            self.recitalSteps -= 1
            return .recited(isDone: self.recitalSteps == 0, sequence: self.sequence)
        default: return .done
        }
        self.sequence += 1
        return .written(sequence: self.sequence)
    }

    /// Connects, and is welcomed at once.
    mutating func connect(
        config: ConfigUpdate? = nil,
        acknowledged: Int64 = 0,
        cancels: [ExecutionID] = [],
        questions: [ExecutionID] = []
    ) {
        self.send(.linkUp)
        var welcome = self.welcome(config: config, acknowledged: acknowledged, cancels: cancels)
        welcome.questions = questions
        self.send(.received(.welcome(welcome)))
    }

    /// A welcome that tells the true time.
    func welcome(config: ConfigUpdate? = nil, acknowledged: Int64 = 0, cancels: [ExecutionID] = []) -> Welcome {
        let truth = Self.base.milliseconds * 1000 + (self.boot - Self.bootAtBase)
        return Welcome(
            epoch: 1,
            acknowledgedSequence: acknowledged,
            config: config,
            cancels: cancels,
            clock: ClockSample(agentSent: self.boot, serverReceived: truth, serverSent: truth)
        )
    }

    mutating func finish(
        _ launch: Launch,
        _ status: ExecutionStatus,
        reason: ExecutionReason? = nil,
        exitCode: Int? = nil
    ) {
        let outcome = Outcome(
            status: status,
            reason: reason,
            exitCode: exitCode,
            startedAt: self.boot,
            finishedAt: self.boot
        )
        self.send(.supervisor(.finished(launch.id, attempt: launch.attempt, outcome)))
    }

    // MARK: What happened

    var launches: [Launch] {
        self.effects.flatMap { effect -> [Launch] in if case .launch(let launches) = effect { launches } else { [] } }
    }

    /// Nominal times of what was started, in seconds after ``base``.
    var started: [Int64] { self.launches.map { $0.order.nominal.milliseconds(since: Self.base) / 1000 } }

    var acknowledged: [ExecutionID] {
        self.sent.flatMap { message -> [ExecutionID] in
            if case .orderAcknowledged(let ids) = message { ids } else { [] }
        }
    }

    var sent: [AgentMessage] {
        self.effects.compactMap { if case .send(let message) = $0 { message } else { nil } }
    }

    var heartbeats: Int { self.sent.count { if case .heartbeat = $0 { true } else { false } } }

    var notes: [AgentNote] { self.effects.compactMap { if case .note(let note) = $0 { note } else { nil } } }

    func entries(_ status: ExecutionStatus) -> [LedgerEntry] {
        self.entries.values.filter { $0.status == status }.sorted { $0.order.nominal < $1.order.nominal }
    }

    // MARK: What there is

    static func time(_ seconds: Int64) -> Timestamp { self.base.advanced(byMilliseconds: seconds * 1000) }

    static func job(
        _ cron: String? = "0 * * * * *",
        version: Int64 = 1,
        isEnabled: Bool = true,
        policies: Policies = Policies()
    ) -> JobSnapshot {
        JobSnapshot(
            uid: JobUID(bytes: [UInt8](repeating: 7, count: 16))!,
            id: 1,
            version: version,
            name: "job",
            payload: .shell(ShellPayload(command: "true")),
            schedule: cron.map { .cron(expression: $0, timeZone: "UTC", dst: .debian) } ?? .manual,
            policies: policies,
            isEnabled: isEnabled
        )
    }

    /// A ledger that knows a job whose fires are decided up to `cursor`, seconds after ``base``.
    static func restored(_ job: JobSnapshot, cursor: Int64 = 0) -> LedgerSnapshot {
        LedgerSnapshot(incarnation: "one", configVersion: 1, jobs: [job], cursors: [job.uid: self.time(cursor)])
    }

    static func order(
        _ job: JobSnapshot,
        _ seconds: Int64,
        kind: ExecutionKind = .cron,
        discriminator: String = "",
        dataTime: Timestamp? = nil
    ) -> Order {
        let nominal = self.time(seconds)
        return Order(
            executionID: DeterministicID.execution(
                kind: kind,
                job: job.uid,
                nominal: nominal,
                agent: self.agent,
                discriminator: discriminator
            ),
            runID: DeterministicID.run(kind: kind, job: job.uid, nominal: nominal, discriminator: discriminator),
            job: job,
            kind: kind,
            nominal: nominal,
            dataTime: dataTime,
            deadline: nominal.advanced(byMilliseconds: 3_600_000)
        )
    }
}
