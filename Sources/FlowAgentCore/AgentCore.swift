// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// An agent's decisions: what runs, when, and what is said about it.
///
/// A value without I/O (`semantics.md` 3): events go in with the clock's reading, effects come out. Everything durable
/// goes through one stream of ledger transactions, at most one outstanding; decisions made meanwhile gather for the next,
/// which makes group commits of bursts. A process is started, and an order acknowledged, only by the continuation
/// of a committed transaction (R1, R4). State in memory runs ahead of the ledger and is lost with it together.
package struct AgentCore: Sendable {
    let configuration: Configuration
    var clock: SchedClock
    /// What the ledger says it was at the end of the last life: time was never before this.
    let earliest: Timestamp
    /// Set while the clock has jumped without a server's word: what it calls missed may not be (R7).
    var suspicion: ClockSuspicion?
    var wallWarning = WallWarning.none
    var standing = Standing.member
    package let incarnation: String
    var configVersion: Int64
    var jobs: [JobUID: JobState] = [:]
    /// The zones that ``jobs`` name.
    var zoneUse = ZoneUse()
    /// What the jobs' zones are like: the server's word, else this host's files (R12).
    var zones: ZoneBook
    /// The foreign ones that the log knows of.
    var notedZones: [String] = []
    var timers = TimerQueue<TimerKey>()
    /// Orders kept for a fire to come, because the job's own timer does not answer for them.
    var orders: [ExecutionID: Order] = [:]
    /// Orders for fires that the job's own timer answers for.
    var announced: Set<ExecutionID> = []
    /// Whether schedules fire at all: the server's last word.
    var scheduler: SchedulerState
    /// Whether this host is kept free of new work: the server's last word, and whether it is so now.
    var maintenance: HostMaintenance
    var isMaintained = false
    /// What the host has seen of signatures of definitions.
    var signing: SigningState
    /// Fires that are in the ledger before their time.
    var ahead: AheadFires
    /// Whether the ledger is being told again to a server that went back in time.
    var recital = Recital.none
    /// Executions that are running, wait for a retry, or wait for a place.
    var open: [ExecutionID: OpenExecution] = [:]
    /// How many of a job's hold a place.
    var openCount: [JobUID: Int] = [:]
    /// Executions that wait for a place, first come first; the count above does not have them.
    var queues: [JobUID: [ExecutionID]] = [:]
    /// Places that jobs share.
    var pools: [String: Pool] = [:]
    /// Pools of which a place may have become free.
    var freedPools: Set<String> = []
    /// Jobs of which a place, or a waiting execution, may have become free to start.
    var freed: Set<JobUID> = []
    /// Cancels for executions that are not known here yet.
    var earlyCancels: Set<ExecutionID> = []
    var link: LinkState = .down
    var outbox: Outbox
    var floor: Timestamp
    var pipeline = CommitPipeline()
    var company = EndsInCompany()
    /// Set while the ledger cannot be written.
    var trouble: LedgerTrouble?
    /// The last time that was over.
    var outage: LedgerOutage?
    var heartbeatAt: Int64 = .max
    /// Boot clock of the event being handled.
    var boot: Int64 = 0
    /// When the last message was sent that a server answered; boot clock.
    var leasesConfirmedAt = Int64.min / 2
    var leaseGraceUntil = Int64.min
    /// Something here may need a lease.
    var hasLeases = false
    /// Orders that start when a server has answered for their leases.
    var awaitingLease: Set<ExecutionID> = []
    var upkeep = AgentUpkeep()
    var statistics: StatisticsSender
    /// Set while no server is there.
    var absence: Absence?
    /// The last times that was so, the oldest first.
    var pastAbsences: [Absence] = []
    /// The ledger has them.
    var isAbsenceKept = false
    /// Work that the event being handled may still spend on counting missed fires.
    var countingBudget = 0
    /// Heartbeats of a young session that follow each other quickly, for their clock samples.
    var burstLeft = 0
    /// Attempts of an earlier life that go on, or of which the launcher tells how they ended.
    let surviving: Set<AttemptKey>
    private var hasStarted = false
    private var wakeAt: Int64?
    /// Effects of the event being handled.
    var effects: [AgentEffect] = []
    /// Orders to acknowledge at the end of the event being handled.
    var acknowledged: [ExecutionID] = []
    var launches: [Launch] = []
    var cancelsAfterLaunch: [ExecutionID] = []

    package struct Configuration: Sendable {
        package var agent: AgentID
        package var bootID: String
        package var version: String
        package var hostname: String
        package var operatingSystem: String
        /// Drawn at each start, and the host's machine-id(5): they tell a copied agent from the agent itself (R14).
        package var startID = ""
        package var machineID = ""
        package var labels: [String: String] = [:]
        /// What the people of the host allow.
        package var policy = HostPolicy()
        /// Ids of the keys that definitions are signed by, as the host was told when it joined; empty = nothing was said.
        package var signingKeys: [String] = []
        /// Kinds of jobs that the host can carry out; nil = all.
        package var executors: [ExecutorKind]?
        /// What this host has besides what every agent can do, in words of ``HostFeature``.
        package var features: [String] = []
        /// How long a connected agent waits for a fire's order: G, 300 ms.
        package var grace: Int64 = 300
        /// How long the welcome may take before the agent goes on as if it were offline (R6); microseconds.
        ///
        /// One second and not three: a slow server must not cost more than the precision that is promised (S1-NFR-P1).
        package var welcomeTimeout: Int64 = 1_000_000
        /// How long a connection without a welcome is kept after that; microseconds.
        package var dropTimeout: Int64 = 5_000_000
        /// How often it is told what jobs did, and how long after a welcome at the earliest; microseconds (S1-FR-5.3).
        package var statisticsInterval: Int64 = 300_000_000
        package var statisticsPause: Int64 = 1_000_000
        /// S1-NFR-P5; microseconds.
        package var heartbeatInterval: Int64 = 15_000_000
        /// Unacknowledged reports are sent again after this; microseconds.
        package var resendAfter: Int64 = 5_000_000
        /// How long terminal, acknowledged rows are kept (S1-FR-5.1); milliseconds.
        package var retention: Int64 = 7 * 86_400_000
        /// How long acknowledged reports are kept for a server that comes back from a backup; microseconds.
        package var keepsReportsFor: Int64 = 600_000_000
        /// How long the schedule goes on after a server said that it does not know this agent; microseconds.
        ///
        /// At once by default, because that is what deleting a host means. An installation that fears for its database
        /// more than for a forgotten host sets a time in which it can be restored.
        package var dismissalGrace: Int64 = 0
        /// The zones of this host, for what the server has not sent.
        package var hostZones: any ZoneSource = ZoneDatabase.shared
        /// Of the arithmetic of fire times (R12).
        package var planRevision = PlanDigest.revision
        /// False brings back a fault, for the simulator's check of itself.
        ///
        /// A connected agent then leaves firing to the server.
        package var firesWhileConnected = true
        /// False brings back a fault: what a server sends of zones and plans is not looked at.
        package var followsServerRules = true
        /// False brings back a fault: a stop of the scheduler changes nothing here.
        package var heedsScheduler = true
        /// False brings back a fault: further attempts start whether their lease is over or not.
        package var heedsLeases = true

        package init(agent: AgentID, bootID: String, version: String, hostname: String, operatingSystem: String) {
            self.agent = agent
            self.bootID = bootID
            self.version = version
            self.hostname = hostname
            self.operatingSystem = operatingSystem
        }
    }

    /// - Parameters:
    ///   - configuration: of the agent.
    ///   - restored: what the ledger has.
    ///   - surviving: running attempts that outlived the agent's last life; the launcher tells of them as if it had just
    ///     started them. Others that the ledger has as running are interrupted: nobody knows how they ended.
    ///   - reading: of the host's clocks.
    package init(
        configuration: Configuration,
        restored: LedgerSnapshot,
        surviving: Set<AttemptKey> = [],
        reading: ClockReading
    ) {
        self.configuration = configuration
        self.statistics = StatisticsSender(interval: configuration.statisticsInterval)
        self.surviving = surviving
        self.clock = SchedClock(agreed: restored.clockOffset, reading: reading, notBefore: restored.lastTime)
        self.earliest = restored.lastTime
        self.scheduler = restored.scheduler
        self.maintenance = restored.maintenance
        self.signing = restored.signing
        if restored.signing.keys.isEmpty, !configuration.signingKeys.isEmpty {
            self.signing = SigningState(keys: configuration.signingKeys, isInForce: true)
        }
        self.absence = restored.absences.last { $0.until == nil }
        self.pastAbsences = restored.absences.filter { $0.until != nil }
        self.isAbsenceKept = !restored.absences.isEmpty
        if restored.isDismissed { self.standing = .dismissed }
        self.incarnation = restored.incarnation
        self.configVersion = restored.configVersion
        self.floor = restored.floor
        self.zones = ZoneBook(host: configuration.hostZones, slices: restored.zones)
        self.ahead = AheadFires(restored.ahead)
        if restored.isReciting { self.recital = .underWay }
        self.outbox = Outbox(
            last: restored.lastSequence,
            acknowledged: restored.acknowledgedSequence,
            base: restored.outboxBase,
            keptFor: configuration.keepsReportsFor,
            at: reading.boot
        )
        for job in restored.jobs {
            self.adopt(
                job,
                cursor: restored.cursors[job.uid] ?? self.clock.now(reading),
                isOrdered: restored.ordered.contains(job.uid)
            )
        }
        for order in restored.orders { self.orders[order.executionID] = order }
        for entry in restored.open {
            self.open[entry.id] = OpenExecution(entry: entry)
            guard entry.reason != .queued else { continue }
            self.openCount[entry.order.job.uid, default: 0] += 1
            self.takePoolPlace(entry.id)
        }
    }

    /// Handles one event.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - reading: the host's clocks at that moment.
    /// - Returns: what to do, in order.
    package mutating func handle(_ event: AgentEvent, at reading: ClockReading) -> [AgentEffect] {
        self.boot = reading.boot
        if self.hasStarted { self.followWall(at: reading) }
        switch event {
        case .started: self.start(at: reading)
        case .wake: self.wakeAt = nil
        case .linkUp: self.greet(at: reading)
        case .linkDown:
            self.loseServer(at: reading)
            self.link = .down
            self.statistics.end()
        case .dismissed(let reason): self.dismiss(reason, at: reading)
        case .received(let message): self.receive(message, at: reading)
        case .committed(let results):
            self.ledgerWorks(at: reading)
            self.continueAfterCommit(results, at: reading)
        case .commitFailed(let cause): self.ledgerFailed(because: cause, at: reading)
        case .reportsSent(let sequence): self.outbox.sent(through: sequence, at: reading.boot)
        case .statisticsSent(let hasMore): self.statistics.sent(hasMore: hasMore)
        case .supervisor(let event): self.handleSupervisor(event, at: reading)
        case .stopping: self.company.isOver = true
        }
        // What ended decides what is due, and what is decided may end something.
        self.startWaiting(now: self.clock.now(reading))
        if self.hasStarted { self.runTimers(at: reading) }
        self.startWaiting(now: self.clock.now(reading))
        if self.hasLeases { self.endLeases(at: reading) }
        self.speak(at: reading)
        self.tellStatistics(at: reading)
        self.recite()
        return self.collectEffects(at: reading)
    }

    private mutating func start(at reading: ClockReading) {
        self.hasStarted = true
        self.isMaintained = self.maintains(at: self.clock.now(reading))
        self.upkeep.start(at: reading.boot)
        self.hasLeases = self.open.values.contains { $0.entry.order.hold != nil }
        self.beginLeaseGrace(at: reading)
        self.suspectClock(at: reading)
        self.beginAlone(at: reading)
        self.recoverOpenExecutions(at: reading)
        // Sorted, so that equal times do not come out in an order that depends on hashing.
        for (id, order) in self.orders.sorted(by: { $0.key < $1.key }) {
            self.timers.set(.order(id), at: order.nominal)
        }
        for uid in self.jobs.keys.sorted() {
            self.scheduleNextFire(of: uid)
            self.fireAfterBoot(uid, at: reading)
        }
    }

    private mutating func collectEffects(at reading: ClockReading) -> [AgentEffect] {
        let waits = self.company.waits(
            canWait: self.pipeline.canWait,
            gathered: self.pipeline.gatheredCount,
            open: self.open.count,
            at: reading.boot
        )
        if !waits, self.mayCommit(at: reading) {
            self.probeLedger(at: reading)
            let joining = self.pipeline.hasGathered
            if let sequence = self.outbox.takeAcknowledgement(at: reading.boot, joining: joining) {
                self.pipeline.add(.acknowledge(sequence))
            }
            if self.canForgetReports, let sequence = self.outbox.takeForgettable(at: reading.boot) {
                self.pipeline.add(.forgetReports(through: sequence))
            }
            if let operations = self.pipeline.begin() {
                self.company.left()
                self.effects.append(.commit(operations))
            }
        }
        if !self.acknowledged.isEmpty {
            self.effects.append(.send(.orderAcknowledged(self.acknowledged)))
            self.acknowledged.removeAll()
        }
        if !self.launches.isEmpty {
            self.effects.append(.launch(self.launches))
            for launch in self.launches {
                guard let hold = launch.order.hold, hold.isFenced else { continue }
                self.effects.append(self.extend(launch.id, hold))
            }
            self.launches.removeAll()
        }
        for id in self.cancelsAfterLaunch { self.effects.append(.cancel(id, force: false)) }
        self.cancelsAfterLaunch.removeAll()
        if let next = self.nextWake(), next != self.wakeAt {
            self.wakeAt = next
            self.effects.append(.wake(boot: next))
        }
        defer { self.effects.removeAll() }
        return self.effects
    }

    private mutating func nextWake() -> Int64? {
        guard self.hasStarted else { return nil }
        if let trouble = self.trouble { return self.nextWake(during: trouble) }
        let deadline = min(
            self.pipeline.canBegin ? self.company.until : .max,
            self.outbox.nextDeadline(
                resendAfter: self.configuration.resendAfter,
                isConnected: self.isWelcomed,
                canWrite: self.pipeline.canBegin && self.company.until == .max,
                canForget: self.canForgetReports
            )
        )
        // Timers and upkeep wait for the welcome.
        if case .greeting(let until) = self.link { return min(deadline, until) }
        var next = min(self.upkeep.nextAt, deadline)
        if self.hasLeases { next = min(next, self.leaseEnd) }
        switch self.link {
        case .down, .greeting: break
        case .unwelcomed(let dropAt): next = min(next, dropAt)
        case .welcomed: next = min(next, self.heartbeatAt, self.statistics.nextAt)
        }
        switch self.standing {
        // Nothing is due for somebody who has left.
        case .dismissed: return next == .max ? nil : next
        case .leaving(let at): next = min(next, at)
        case .member: break
        }
        if self.isMaintained, let end = self.maintenance.period?.end { next = min(next, self.clock.boot(of: end)) }
        if let due = self.timers.next() { next = min(next, self.clock.boot(of: due)) }
        return next == .max ? nil : next
    }

    /// While nothing can be decided only the ledger and the link are waited for.
    private func nextWake(during trouble: LedgerTrouble) -> Int64? {
        let retry = self.pipeline.canBegin ? trouble.retryAt : .max
        let next =
            switch self.link {
            case .down: retry
            case .greeting(let until): min(retry, until)
            case .unwelcomed(let dropAt): min(retry, dropAt)
            case .welcomed: min(retry, self.heartbeatAt)
            }
        return next == .max ? nil : next
    }

    /// How many ids are remembered of executions that are still to come; for tests of its bound.
    package var expectationCount: Int { self.earlyCancels.count + self.announced.count + self.ahead.count }

    /// What the clock that fires follow shows (R7).
    package func time(at reading: ClockReading) -> Timestamp { self.clock.now(reading) }

    /// Whether a server has told the time since the host's boot; until then the clock follows the host's.
    package var isClockAgreed: Bool { self.clock.isAgreed }

    /// A hello has promised everything above its base to the server, until the welcome says where that goes on (R5).
    private var canForgetReports: Bool {
        switch self.link {
        case .greeting, .unwelcomed: false
        case .down, .welcomed: true
        }
    }

    var isWelcomed: Bool {
        if case .welcomed = self.link { true } else { false }
    }

    /// Executions that count as running, for heartbeats; in id order.
    var runningIDs: [ExecutionID] {
        self.open.values.filter { $0.entry.status == .running }.map(\.entry.id).sorted()
    }
}
