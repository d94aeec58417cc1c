// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowSchedulerCore
import FlowTesting

/// One history: a server, two agents and their sessions in one thread under a manual clock.
///
/// One seed decides everything: delays, losses, repetitions and reordering of messages, disconnects, clock errors, crashes
/// at each boundary of a commit, triggers and changes of jobs. The server's core, the agents' cores and the sessions are
/// the product's own; store, ledger, network and processes are models. Time is microseconds since the start.
struct Simulation {
    static let agentCount = 2
    /// Actions at one microsecond; an honest history has a few dozen.
    static let mostAtOnce = 5_000
    /// Without a connection for so long a host is away, and so long it may take to account for that; milliseconds.
    ///
    /// Shorter than in a server, since histories are.
    static let awayAfter: Int64 = 1500
    static let accountPatience: Int64 = 8000
    /// A session has told the time so long after its welcome; microseconds.
    static let clockPatience: Int64 = 5_000_000
    /// 2026-01-01T00:00:00Z; microseconds.
    static let epoch: Int64 = 1_767_225_600_000_000

    /// In boxes of their own, so that the queue moves little.
    indirect enum Action {
        case serverPoll
        case chaos
        case serverRestarts
        case agentWakes(Int, life: Int, boot: Int64)
        case agentRestarts(Int)
        case connects(Int)
        case welcomeOverdue(Int, session: Int)
        case toServer(Int, session: Int, AgentMessage)
        case toAgent(Int, session: Int, ServerMessage)
        case commits(Int, life: Int, [LedgerOperation])
        case processEnds(Int, life: Int, ExecutionID, attempt: Int)
        case givesUp(Int, session: Int)
        case flows
    }

    struct Scheduled: Comparable {
        let at: Int64
        let number: Int
        let action: Action
        static func < (lhs: Scheduled, rhs: Scheduled) -> Bool { (lhs.at, lhs.number) < (rhs.at, rhs.number) }
        static func == (lhs: Scheduled, rhs: Scheduled) -> Bool { lhs.number == rhs.number }
    }

    let seed: UInt64
    let mutant: Mutant?
    let shape: Shape
    /// The fault to put into the engine of workflows.
    var flowFault: FlowFault?
    var random: SplitMix64
    var now: Int64 = 0
    var queue: [Scheduled] = []
    var number = 0
    var store: SimulatedStore
    var planner = Planner()
    var recent = RecentAgents(startedAt: Timestamp(milliseconds: Self.epoch / 1000), patience: Self.awayAfter)
    var isServerUp = true
    var hosts: [SimulatedHost]
    /// How many of a job may run at once, and of which pool it is; a job itself is much to copy for each process.
    let limits: [JobUID: (places: Int, pool: PoolUse?)]
    var record = History()
    /// What the server's database was at some moment; a crash may bring it back.
    var backup: SimulatedStore?
    /// Whether to print what happens.
    var isTraced = false
    /// A running hash of everything that happened: the same seed must give the same one.
    var trace: UInt64 = 14_695_981_039_346_656_037

    init(seed: UInt64, mutant: Mutant? = nil, shape: Shape = .short) {
        self.seed = seed
        self.mutant = mutant
        self.shape = shape
        var random = SplitMix64(seed: seed)
        let agents = (0..<Self.agentCount).map { AgentID("agent-\($0)")! }
        let jobs =
            (shape.isDense
                ? Self.makeJobs(shape.jobs, isBounded: shape.isBounded, &random)
                : Self.makeJobsOfADay(shape.jobs, &random))
            + (shape.hasFlows ? Self.makeStepJobs() : [])
        var targets: [JobUID: [AgentID]] = [:]
        for job in jobs {
            let chosen = agents.filter { _ in random.chance(0.7) }
            targets[job.uid] = chosen.isEmpty ? [agents[0]] : chosen
        }
        self.limits = Dictionary(
            uniqueKeysWithValues: jobs.map {
                ($0.uid, (places: $0.definition.policies.places, pool: $0.definition.policies.pool))
            }
        )
        self.store = SimulatedStore(jobs: jobs, targets: targets)
        self.store.appliesGaps = mutant == .appliesGaps
        self.store.forgetsGaps = mutant == .forgetsGaps
        self.store.ignoresKeptReports = mutant == .ignoresKeptReports
        self.hosts = agents.map { SimulatedHost(id: $0, random: &random, mutant: mutant) }
        self.random = random
    }

    /// What two of the jobs share on each host.
    static let pool = PoolUse(name: "pool", places: 1)

    private static func makeJobs(_ count: Int, isBounded: Bool, _ random: inout SplitMix64) -> [Job] {
        (1...count).map { number in
            let uid = JobUID(bytes: [UInt8](repeating: 0, count: 15) + [UInt8(number)])!
            let period = [1000, 2000, 3000, 5000].randomElement(using: &random) ?? 1000
            let retries = number == 4 ? 2 : 0
            let overlap: OverlapPolicy =
                switch number {
                case 3: .allow
                case 5: [.queue, .queueOne].randomElement(using: &random) ?? .queue
                case 6: .cancelPrevious
                default: .skip
                }
            let anchor = Timestamp(milliseconds: Self.epoch / 1000)
            // The same fires, but for hosts that know the zone otherwise (R12).
            let schedule: ScheduleSpec =
                switch number {
                case 2: Self.union(everySeconds: period / 1000)
                case Shape.delayedJob: .delay(milliseconds: Self.pause)
                default: .every(periodMilliseconds: Int64(period), anchor: anchor)
                }
            return Job(
                id: JobID(number),
                uid: uid,
                version: 1,
                definition: JobDefinition(
                    name: "job-\(number)",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: schedule,
                    policies: Self.bounded(
                        Policies(
                            overlap: overlap,
                            concurrency: number == 3 ? 3 : 1,
                            queueLimit: 2,
                            retry: RetryPolicy(count: retries, intervalSeconds: 1),
                            // One that queues and one that replaces itself.
                            pool: number == 5 || number == 6 ? Self.pool : nil
                        ),
                        number: isBounded ? number : 0
                    ),
                    groups: [Group.everyone]
                ),
                isEnabled: true,
                nextFire: number == Shape.delayedJob
                    ? nil : anchor.advanced(byMilliseconds: 6000 / Int64(period) * Int64(period) + Int64(period)),
                createdBy: "simulator",
                createdAt: anchor,
                updatedAt: anchor
            )
        }
    }

    /// Every so many seconds, some of them asked for twice, and not at the half minutes.
    private static func union(everySeconds seconds: Int) -> ScheduleSpec {
        ScheduleSpec.cron(expression: "*/\(seconds) * * * * *", timeZone: StrangeZones.name, dst: .debian)
            .limited(ScheduleLimits(also: ["*/\(2 * seconds) * * * * *"], except: ["30 * * * * *"]))
    }

    /// Whether the history has this kind of trouble.
    func has(_ trouble: Trouble) -> Bool { self.shape.without.isEmpty || !self.shape.without.contains(trouble) }

    var isChaos: Bool { self.now > self.shape.chaosStarts && self.now < self.shape.chaosEnds }

    /// Server time: the truth.
    var serverTime: Timestamp { Timestamp(milliseconds: (Self.epoch + self.now) / 1000) }

    mutating func schedule(_ action: Action, after delay: Int64) {
        self.number += 1
        let entry = Scheduled(at: self.now + max(0, delay), number: self.number, action: action)
        // Sorted insertion: the queue is short, and the order never depends on hashing.
        var low = 0
        var high = self.queue.count
        while low < high {
            let middle = (low + high) / 2
            let isEarlier = (self.queue[middle].at, self.queue[middle].number) < (entry.at, entry.number)
            if isEarlier { high = middle } else { low = middle + 1 }
        }
        self.queue.insert(entry, at: low)
    }

    /// Runs the history to its end.
    ///
    /// - Returns: what the invariants say against it; empty is good.
    mutating func run() -> [String] {
        for job in self.store.jobsInOrder { self.planner.update(job) }
        for index in self.hosts.indices { self.schedule(.agentRestarts(index), after: 0) }
        self.schedule(.serverPoll, after: 10_000)
        self.schedule(.chaos, after: self.shape.chaosStarts)
        if self.shape.hasFlows { self.schedule(.flows, after: 3_000_000) }
        var atOnce = 0
        while let next = self.queue.popLast(), next.at <= self.shape.ends {
            // An agent that wakes again and again without time passing would spin on a real host.
            atOnce = next.at == self.now ? atOnce + 1 : 0
            guard atOnce < Self.mostAtOnce else { return ["SPIN: more happens at one instant than can"] }
            self.now = next.at
            self.mix(UInt64(bitPattern: next.at))
            self.perform(next.action)
        }
        return self.check()
    }

    mutating func mix(_ value: UInt64) { self.trace = (self.trace ^ value) &* 1_099_511_628_211 }

    private mutating func perform(_ action: Action) {
        switch action {
        case .serverPoll: self.pollServer()
        case .chaos: self.causeChaos()
        case .flows:
            self.lookAtFlows()
            self.noteLeftRunning()
        case .serverRestarts: self.restartServer()
        case .agentWakes(let index, let life, let boot):
            guard self.hosts[index].life == life, self.hosts[index].wakeAt == boot else { return }
            self.hosts[index].wakeAt = nil
            self.deliver(.wake, to: index)
        case .agentRestarts(let index): self.restartAgent(index)
        case .connects(let index): self.connect(index)
        case .welcomeOverdue(let index, let session):
            // A hello or welcome that was lost: a real connection would have been closed by the session's deadline.
            if self.hosts[index].session == session, self.hosts[index].served?.number != session {
                self.disconnect(index)
            }
        case .givesUp(let index, let session):
            if self.hosts[index].session == session { self.disconnect(index) }
        case .toServer(let index, let session, let message):
            guard self.isServerUp, self.hosts[index].session == session, self.hosts[index].isLinked,
                self.hosts[index].unheardUntil <= self.now
            else { return }
            self.receive(message, from: index, session: session)
        case .toAgent(let index, let session, let message):
            guard self.hosts[index].session == session, self.hosts[index].isLinked,
                self.hosts[index].deafUntil <= self.now
            else { return }
            self.deliver(.received(message), to: index)
        case .commits(let index, let life, let operations):
            guard self.hosts[index].life == life else { return }
            self.commit(operations, on: index)
        case .processEnds(let index, let life, let id, let attempt):
            guard self.hosts[index].life == life else { return }
            self.endProcess(id, attempt: attempt, on: index)
        }
    }

    // MARK: Trouble

    private mutating func causeChaos() {
        guard self.now < self.shape.chaosEnds else {
            self.heal()
            return
        }
        let dice = Double.random(in: 0..<1, using: &self.random)
        let index = Int.random(in: 0..<self.hosts.count, using: &self.random)
        switch dice {
        case ..<0.012: if self.has(.serverDies) { self.crashServer() }
        case ..<0.030: if self.has(.agentDies) { self.crashAgent(index) }
        case ..<0.060: if self.has(.disconnects) { self.disconnect(index) }
        case ..<0.075:
            // Somebody sets the host's wall clock; the boot clock does not care (R7).
            let steps: [Int64] = [-9_000_000, -3_000_000, -800_000, 800_000, 3_000_000, 20_000_000]
            let step = steps.randomElement(using: &self.random) ?? 0
            if self.has(.clocks) { self.hosts[index].wallError += step }
        case ..<0.085:
            let uid = self.anyJob()
            let isEnabled = self.store.jobs[uid]?.isEnabled ?? false
            if self.has(.switching) { self.setEnabled(uid, !isEnabled) }
        case ..<0.089: if self.has(.stops) { self.setScheduler(running: false) }
        case ..<0.12 where self.isServerUp:
            let uid = self.anyJob()
            if self.has(.triggers) { self.trigger(uid) }
        case ..<0.125 where !self.shape.hasFlows: self.backup = self.store
        case ..<0.130 where self.backup != nil && self.has(.restores):
            self.crashServer()
            self.restoreBackup()
        default: break
        }
        self.strain(index)
        // Stops are short, so that histories are about the rest as well.
        if self.store.scheduler.isStopped, self.random.chance(0.04) { self.setScheduler(running: true) }
        self.schedule(.chaos, after: self.shape.chaosEvery)
    }

    private mutating func anyJob() -> JobUID {
        self.store.jobs.keys.sorted().randomElement(using: &self.random)!
    }

    /// The end of trouble: everything is up and every job enabled; from here on all has to come right.
    private mutating func heal() {
        if !self.isServerUp { self.restartServer() }
        for uid in self.store.jobs.keys.sorted() { self.setEnabled(uid, true) }
        self.setScheduler(running: true)
        self.relax()
    }

    /// Somebody stops or starts the scheduler; hosts hear of it, or don't (S4).
    private mutating func setScheduler(running: Bool) {
        guard self.isServerUp, self.store.scheduler.isStopped == running else { return }
        self.store.setScheduler(running: running, now: self.serverTime)
        self.record.stops.append(self.now)
        self.say(running ? "scheduler starts" : "scheduler stops")
        for host in self.hosts.indices { self.apply(.scheduler(self.store.scheduler), toSessionOf: host) }
    }

    private mutating func setEnabled(_ uid: JobUID, _ isEnabled: Bool) {
        guard self.isServerUp, self.store.jobs[uid]?.isEnabled != isEnabled else { return }
        self.store.setEnabled(uid, isEnabled, now: self.serverTime)
        self.record.changes[uid, default: []].append(self.now)
        if let job = self.store.jobs[uid] { self.planner.update(job) }
        for host in self.hosts.indices {
            let agent = self.hosts[host].id
            self.apply(.configuration(self.store.configuration(of: agent)), toSessionOf: host)
        }
    }
}
