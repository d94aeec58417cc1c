// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import Testing

@Suite("The server's side of an agent's session")
struct AgentSessionCoreTests {
    private static let base = Timestamp(milliseconds: 1_767_225_600_000)
    private static let agent = AgentID("agent-1")!

    private static func time(_ milliseconds: Int64) -> Timestamp { self.base.advanced(byMilliseconds: milliseconds) }

    private static func job(_ number: UInt8, version: Int64 = 1) -> JobSnapshot {
        JobSnapshot(
            uid: JobUID(bytes: [UInt8](repeating: number, count: 16))!,
            id: JobID(number),
            version: version,
            name: "job-\(number)",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .manual,
            policies: Policies(),
            isEnabled: true
        )
    }

    private static func order(_ key: String = "a") -> Order {
        let job = self.job(1)
        return Order(
            executionID: DeterministicID.execution(
                kind: .manual,
                job: job.uid,
                nominal: self.base,
                agent: self.agent,
                discriminator: key
            ),
            runID: DeterministicID.run(kind: .manual, job: job.uid, nominal: self.base, discriminator: key),
            job: job,
            kind: .manual,
            nominal: self.base,
            deadline: self.time(3_600_000)
        )
    }

    private static func open(
        _ configuration: AgentConfiguration,
        agentHas jobs: [JobSnapshot],
        version: Int64,
        rules: String? = nil
    ) -> (AgentSessionCore, Welcome) {
        AgentSessionCore.open(
            hello: Hello(
                agent: self.agent,
                incarnation: "one",
                bootID: "boot",
                lastSequence: 0,
                configVersion: version,
                configDigest: ConfigDigest.of(jobs.map { (uid: $0.uid, version: $0.version) }),
                floor: .distantPast,
                version: "test",
                hostname: "host",
                operatingSystem: "none",
                sentAt: 0,
                contentDigest: rules == nil ? "" : AgentConfiguration(version: 0, jobs: jobs).contentDigest,
                rulesDigest: rules
            ),
            start: AgentSessionStart(epoch: 3, acknowledgedSequence: 5, cancels: [], interrupted: []),
            configuration: configuration,
            clock: ClockSample(agentSent: 0, serverReceived: 0, serverSent: 0),
            address: "127.0.0.1",
            now: self.base
        )
    }

    private static func cron(_ number: UInt8, zone: String, version: Int64 = 1) -> JobSnapshot {
        let job = self.job(number, version: version)
        return JobSnapshot(
            uid: job.uid,
            id: job.id,
            version: version,
            name: job.name,
            payload: job.payload,
            schedule: .cron(expression: "30 2 * * *", timeZone: zone, dst: .debian),
            policies: job.policies,
            isEnabled: true
        )
    }

    @Test("Of statistics, quarters that no clock that works can mean are not stored")
    func statistics() throws {
        var (session, welcome) = Self.open(AgentConfiguration(version: 4, jobs: []), agentHas: [], version: 4)
        #expect(welcome.statisticsSequence == nil, "this store keeps none")
        let now = QuarterSum.quarter(of: Self.base)
        let sums = [now - 500 * 96, now - 96, now, now + 4, now + 8].map {
            QuarterSum(
                job: Self.job(1).uid,
                jobID: 1,
                jobName: "job",
                quarter: $0,
                outcomes: OutcomeSum(success: 1)
            )
        }
        let report = HostStatsReport(incarnation: "one", sequence: 3, at: Self.time(60_000), zone: "UTC", sums: sums)
        let effects = session.handle(.received(.statistics(report)), now: Self.base)
        guard case .storeStatistics(let stored)? = effects.first else {
            Issue.record("not stored")
            return
        }
        #expect(stored.sums.map(\.quarter) == [now - 96, now, now + 4])
        #expect(stored.at == Self.base, "an end that has not been can't be counted")
        #expect(stored.sequence == 3)
    }

    @Test(
        "An agent that can stand still is told of a stop once, again when it shows another state, and others never (S4)"
    )
    func tellsOfStops() {
        func open(_ revision: Int64?) -> (AgentSessionCore, Welcome) {
            var hello = Hello(
                agent: Self.agent,
                incarnation: "one",
                bootID: "boot",
                lastSequence: 0,
                configVersion: 1,
                configDigest: "",
                floor: .distantPast,
                version: "test",
                hostname: "host",
                operatingSystem: "none",
                sentAt: 0
            )
            hello.schedulerRevision = revision
            let known = SchedulerState(revision: 2, stop: SchedulerStop(since: Self.base, by: "ada", until: Self.base))
            return AgentSessionCore.open(
                hello: hello,
                start: AgentSessionStart(
                    epoch: 3,
                    acknowledgedSequence: 5,
                    cancels: [],
                    interrupted: [],
                    scheduler: known
                ),
                configuration: AgentConfiguration(version: 1, jobs: []),
                clock: ClockSample(agentSent: 0, serverReceived: 0, serverSent: 0),
                address: "127.0.0.1",
                now: Self.base
            )
        }
        let stopped = SchedulerState(revision: 3, stop: SchedulerStop(since: Self.base, by: "ada"))
        func heartbeat(_ revision: Int64?) -> AgentSessionCore.Event {
            .received(
                .heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 0, schedulerRevision: revision))
            )
        }
        var (deaf, _) = open(nil)
        #expect(deaf.handle(.scheduler(stopped), now: Self.time(10)).isEmpty)
        #expect(!deaf.handle(heartbeat(nil), now: Self.time(20_000)).contains(.send(.scheduler(stopped))))

        var (core, welcome) = open(0)
        #expect(welcome.scheduler.revision == 2)
        #expect(core.handle(.scheduler(stopped), now: Self.time(1000)) == [.send(.scheduler(stopped))])
        #expect(core.handle(.scheduler(stopped), now: Self.time(1500)).isEmpty)
        #expect(core.handle(.scheduler(welcome.scheduler), now: Self.time(1600)).isEmpty, "an older one comes late")
        #expect(
            !core.handle(heartbeat(2), now: Self.time(1700)).contains(.send(.scheduler(stopped))),
            "it is on its way"
        )
        #expect(core.handle(heartbeat(2), now: Self.time(20_000)).contains(.send(.scheduler(stopped))))
        #expect(!core.handle(heartbeat(3), now: Self.time(40_000)).contains(.send(.scheduler(stopped))))
        #expect(core.presence.schedulerRevision == 3)
    }

    @Test("A host is told of its maintenance, again until it says so, and one that knows of none is not (S1-FR-3.2)")
    func tellsMaintenance() {
        func open(_ revision: Int64?) -> (AgentSessionCore, Welcome) {
            var hello = Hello(
                agent: Self.agent,
                incarnation: "one",
                bootID: "boot",
                lastSequence: 0,
                configVersion: 1,
                configDigest: "",
                floor: .distantPast,
                version: "test",
                hostname: "host",
                operatingSystem: "none",
                sentAt: 0
            )
            hello.maintenanceRevision = revision
            return AgentSessionCore.open(
                hello: hello,
                start: AgentSessionStart(
                    epoch: 3,
                    acknowledgedSequence: 5,
                    cancels: [],
                    interrupted: [],
                    maintenance: HostMaintenance(revision: 2)
                ),
                configuration: AgentConfiguration(version: 1, jobs: []),
                clock: ClockSample(agentSent: 0, serverReceived: 0, serverSent: 0),
                address: "127.0.0.1",
                now: Self.base
            )
        }
        func heartbeat(_ revision: Int64?) -> AgentSessionCore.Event {
            .received(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 0, maintenanceRevision: revision)))
        }
        let news = HostMaintenance(
            revision: 3,
            period: MaintenancePeriod(since: Self.base, until: Self.time(60_000), by: "ada")
        )
        var (deaf, _) = open(nil)
        #expect(deaf.handle(.maintenance(news), now: Self.time(10)).isEmpty)
        var (core, welcome) = open(0)
        #expect(welcome.maintenance.revision == 2)
        #expect(core.handle(.maintenance(news), now: Self.time(1000)) == [.send(.maintenance(news))])
        #expect(core.handle(.maintenance(welcome.maintenance), now: Self.time(1100)).isEmpty, "an older one comes late")
        #expect(!core.handle(heartbeat(2), now: Self.time(1200)).contains(.send(.maintenance(news))))
        #expect(core.handle(heartbeat(2), now: Self.time(20_000)).contains(.send(.maintenance(news))))
        #expect(!core.handle(heartbeat(3), now: Self.time(40_000)).contains(.send(.maintenance(news))))
        #expect(core.presence.maintenanceRevision == 3)
        // What it says of its host is the newest word; an agent that is too old says nothing.
        #expect(core.presence.condition == nil)
        var told = Heartbeat(configVersion: 1, running: [], sentAt: 0, maintenanceRevision: 3)
        told.condition = HostCondition(disk: DiskSpace(free: 1, total: 2), clockError: -5, isClockSuspect: true)
        _ = core.handle(.received(.heartbeat(told)), now: Self.time(60_000))
        #expect(core.presence.condition == told.condition)
        _ = core.handle(heartbeat(3), now: Self.time(80_000))
        #expect(core.presence.condition == nil)
    }

    @Test("An agent gets the rules of its jobs' zones once, and a plan to compare for each (R12)")
    func sendsRules() throws {
        let jobs = [Self.cron(1, zone: "Europe/Berlin"), Self.cron(2, zone: "Europe/Berlin"), Self.job(3)]
        let configuration = AgentConfiguration(version: 4, jobs: jobs)
        var (session, welcome) = Self.open(configuration, agentHas: jobs, version: 4, rules: "others")
        let first = try #require(welcome.config, "its rules are not the server's")
        #expect(first.zones.map(\.name) == ["Europe/Berlin"])
        #expect(Set(first.plans?.digests.keys.map { $0 } ?? []) == Set(jobs.prefix(2).map(\.uid)))
        #expect(first.plans?.from == PlanDigest.reference(at: Self.base))
        // Later ones bring what is new.
        let more = jobs + [Self.cron(4, zone: "Europe/Berlin"), Self.cron(5, zone: "Africa/Cairo")]
        let changed = AgentConfiguration(version: 5, jobs: more)
        let second = try #require(Self.updates(session.handle(.configuration(changed), now: Self.base)).first)
        #expect(second.upserts.count == 2 && second.zones.map(\.name) == ["Africa/Cairo"])
        // Everything is everything.
        let all = try #require(Self.updates(session.handle(.received(.configPull(version: 1)), now: Self.base)).first)
        #expect(all.zones.map(\.name) == ["Africa/Cairo", "Europe/Berlin"])
        // One that has these rules is told nothing.
        let rules = PlanBook.shared.rulesDigest(of: more)
        #expect(Self.open(changed, agentHas: more, version: 5, rules: rules).1.config == nil)
    }

    @Test("An agent that takes no rules is told of no schedule where its own files could say otherwise (R12)")
    func silencesOldAgents() throws {
        let jobs = [
            Self.cron(1, zone: "Europe/Berlin"), Self.cron(2, zone: "Asia/Shanghai"), Self.cron(3, zone: "UTC"),
        ]
        let configuration = AgentConfiguration(version: 4, jobs: jobs)
        var (session, welcome) = Self.open(configuration, agentHas: jobs, version: 4)
        let update = try #require(welcome.config)
        #expect(update.upserts.map(\.schedule) == [.manual, jobs[1].schedule, jobs[2].schedule])
        #expect(update.upserts.map(\.version) == [1, 1, 1] && update.zones.isEmpty && update.plans == nil)
        #expect(session.presence.orderedJobs == [jobs[0].uid] && !session.presence.takesRules)
        // What an order says of the job is the same, or the agent would take it for another content of the version.
        let order = Order(
            executionID: Self.order().executionID,
            runID: Self.order().runID,
            job: jobs[0],
            kind: .cron,
            nominal: Self.base,
            deadline: Self.time(60_000)
        )
        let sent = session.handle(.orders([order]), now: Self.base)
        guard case .send(.orders(let orders))? = sent.first else { return #expect(Bool(false), "no order") }
        #expect(orders.map(\.job.schedule) == [.manual] && orders.map(\.executionID) == [order.executionID])
        // Where that is nothing, nothing is sent.
        let steady = AgentConfiguration(version: 4, jobs: Array(jobs.dropFirst()))
        #expect(Self.open(steady, agentHas: steady.jobs, version: 4).1.config == nil)
    }

    @Test("What a heartbeat says of zones and plans is shown")
    func showsRules() {
        let jobs = [Self.cron(1, zone: "Europe/Berlin")]
        var (session, _) = Self.open(AgentConfiguration(version: 4, jobs: jobs), agentHas: [], version: 4, rules: "")
        let heartbeat = Heartbeat(
            configVersion: 4,
            running: [],
            sentAt: 0,
            foreignZones: ["Europe/Berlin"],
            orderedJobs: [jobs[0].uid]
        )
        _ = session.handle(.received(.heartbeat(heartbeat)), now: Self.base)
        #expect(session.presence.foreignZones == ["Europe/Berlin"] && session.presence.orderedJobs == [jobs[0].uid])
    }

    @Test("That a host does not take an authority is shown for as long as it says so")
    func showsRefusedAuthority() {
        var session = Self.settled()
        for refusal in [AuthorityRefusal.forged, nil] {
            let heartbeat = Heartbeat(configVersion: 4, running: [], sentAt: 0, authorityRefusal: refusal)
            _ = session.handle(.received(.heartbeat(heartbeat)), now: Self.base)
            #expect(session.presence.authorityRefusal == refusal?.rawValue)
        }
    }

    /// A session whose agent has everything it should: jobs 1 and 2, at version 4.
    private static func settled() -> AgentSessionCore {
        let jobs = [self.job(1), self.job(2)]
        return self.open(AgentConfiguration(version: 4, jobs: jobs), agentHas: jobs, version: 4).0
    }

    @Test("A burst's orders go out in messages of a thousand, each order once, also when they are sent again (R4)")
    func dividesOrders() {
        let configuration = AgentConfiguration(version: 1, jobs: [])
        var (session, _) = Self.open(configuration, agentHas: [], version: 1)
        func sizes(_ effects: [AgentSessionCore.Effect]) -> [Int] {
            effects.compactMap { effect in
                if case .send(.orders(let orders)) = effect { orders.count } else { nil }
            }
        }
        let orders = (0..<2500).map { Self.order("\($0)") }
        let sent = session.handle(.orders(orders), now: Self.base)
        let again = session.handle(.tick, now: Self.time(3000))
        #expect(sizes(sent) == [1000, 1000, 500] && sizes(again) == [1000, 1000, 500])
        #expect(Self.orders(sent) == orders.map(\.executionID) && Set(Self.orders(again)) == Set(Self.orders(sent)))
    }

    private static func orders(_ effects: [AgentSessionCore.Effect]) -> [ExecutionID] {
        effects.flatMap { effect -> [ExecutionID] in
            if case .send(.orders(let orders)) = effect { orders.map(\.executionID) } else { [] }
        }
    }

    private static func updates(_ effects: [AgentSessionCore.Effect]) -> [ConfigUpdate] {
        effects.compactMap { if case .send(.config(let update)) = $0 { update } else { nil } }
    }

    @Test("An unacknowledged order is sent again after 2, 4, 8 … at most 60 s (R4)")
    func backsOff() {
        var session = Self.settled()
        #expect(Self.orders(session.handle(.orders([Self.order()]), now: Self.base)).count == 1)
        var sentAt: [Int64] = []
        for second in Int64(1)...250 {
            let effects = session.handle(.tick, now: Self.time(second * 1000))
            if !Self.orders(effects).isEmpty { sentAt.append(second) }
        }
        #expect(sentAt == [2, 6, 14, 30, 62, 122, 182, 242])
    }

    @Test("An acknowledged order leaves the store and is not sent again; nor one that is already out (R4)")
    func stopsAtTheAcknowledgement() {
        var session = Self.settled()
        let id = Self.order().executionID
        _ = session.handle(.orders([Self.order()]), now: Self.base)
        #expect(session.handle(.orders([Self.order()]), now: Self.base).isEmpty)
        let effects = session.handle(.received(.orderAcknowledged([id])), now: Self.base)
        #expect(effects == [.acknowledgeOrders([id])])
        #expect(session.handle(.received(.orderAcknowledged([id])), now: Self.base).isEmpty)
        #expect(Self.orders(session.handle(.tick, now: Self.time(10_000))).isEmpty)
        #expect(session.unacknowledgedCount == 0)
    }

    @Test("Reports are acknowledged when the store has them, not when they arrive (R5)")
    func acknowledgesDurableReports() {
        var session = Self.settled()
        let order = Self.order()
        let report = Report(
            sequence: 6,
            executionID: order.executionID,
            runID: order.runID,
            jobUID: order.job.uid,
            jobID: 1,
            jobName: "job-1",
            jobVersion: 1,
            kind: .manual,
            nominal: order.nominal,
            status: .running
        )
        _ = session.handle(.orders([order]), now: Self.base)
        let effects = session.handle(.received(.reports(incarnation: "one", [report])), now: Self.base)
        #expect(effects == [.apply(ReportBatch(agent: Self.agent, incarnation: "one", reports: [report]))])
        // A report says that the order arrived, too.
        #expect(session.unacknowledgedCount == 0)
        let after = session.handle(.applied(incarnation: "one", acknowledged: 6), now: Self.base)
        #expect(after == [.send(.reportsAcknowledged(incarnation: "one", sequence: 6))])
    }

    @Test("The welcome brings a whole configuration to an agent with another one, and none to one that has it (R13)")
    func welcomes() {
        let jobs = [Self.job(1), Self.job(2)]
        let configuration = AgentConfiguration(version: 4, jobs: jobs)
        #expect(Self.open(configuration, agentHas: jobs, version: 2).1.config == nil)
        let update = Self.open(configuration, agentHas: [Self.job(1)], version: 4).1.config
        #expect(update == ConfigUpdate(version: 4, base: nil, upserts: jobs))
    }

    @Test("A change goes out as the difference to what was pushed last (S1-FR-2.2)")
    func pushesDifferences() {
        var session = Self.settled()
        let changed = AgentConfiguration(version: 5, jobs: [Self.job(1, version: 2), Self.job(3)])
        let update = Self.updates(session.handle(.configuration(changed), now: Self.base)).first
        #expect(update?.base == 4)
        #expect(update?.version == 5)
        #expect(update?.upserts == [Self.job(1, version: 2), Self.job(3)])
        #expect(update?.removals == [Self.job(2).uid])
        // A change of other hosts' jobs is nothing to this one.
        let other = AgentConfiguration(version: 6, jobs: changed.jobs)
        #expect(session.handle(.configuration(other), now: Self.base).isEmpty)
        // An older state that comes late is none at all.
        let old = AgentConfiguration(version: 4, jobs: [])
        #expect(session.handle(.configuration(old), now: Self.base).isEmpty)
    }

    private static func changes(
        since: Int64,
        _ version: Int64,
        _ jobs: [(JobSnapshot, reaches: Bool)],
        moved: Set<AgentID> = []
    ) -> ConfigurationChanges {
        ConfigurationChanges(
            since: since,
            version: version,
            jobs: jobs.map { job, reaches in
                ConfigurationChanges.Job(uid: job.uid, snapshot: job, agents: reaches ? [self.agent] : [])
            },
            moved: moved
        )
    }

    @Test("Of what changed an agent is told what concerns it, and nothing else (S1-FR-2.2)")
    func followsChanges() {
        var session = Self.settled()
        let changes = Self.changes(
            since: 4,
            6,
            [(Self.job(1, version: 2), true), (Self.job(2, version: 2), false), (Self.job(3), false)]
        )
        let update = Self.updates(session.handle(.configurationChanges(changes), now: Self.base)).first
        #expect(
            update == ConfigUpdate(version: 6, base: 4, upserts: [Self.job(1, version: 2)], removals: [Self.job(2).uid])
        )
        #expect(session.desiredVersion == 6)
        #expect(session.handle(.configurationChanges(changes), now: Self.base).isEmpty, "heard again")
        let others = Self.changes(since: 6, 7, [(Self.job(3, version: 2), false)])
        #expect(session.handle(.configurationChanges(others), now: Self.base).isEmpty)
        #expect(session.desiredVersion == 7, "and it is up to date")
        // All of it, should it ask, is what followed from the changes.
        let all = Self.updates(session.handle(.received(.configPull(version: 1)), now: Self.base)).first
        #expect(all == ConfigUpdate(version: 7, base: nil, upserts: [Self.job(1, version: 2)]))
    }

    @Test("An agent whose groups changed, or that is behind the changes, is told its whole configuration")
    func cannotFollow() {
        let session = Self.settled()
        #expect(session.canFollow(Self.changes(since: 3, 6, [])))
        #expect(!session.canFollow(Self.changes(since: 5, 6, [])))
        #expect(!session.canFollow(Self.changes(since: 4, 6, [], moved: [Self.agent])))
    }

    @Test("How far a version of a job has come is known step by step (S1-FR-2.1)")
    func rollout() {
        var session = Self.settled()
        func state(_ version: Int64) -> JobRollout { session.rollout(of: Self.job(1).uid, version: version) }
        #expect(state(1) == .applied && state(2) == .waiting)
        _ = session.handle(
            .configurationChanges(Self.changes(since: 4, 5, [(Self.job(1, version: 2), true)])),
            now: Self.base
        )
        #expect(state(1) == .waiting && state(2) == .sent)
        _ = session.handle(.received(.configReceived(version: 5)), now: Self.base)
        #expect(state(2) == .acknowledged)
        _ = session.handle(.received(.configApplied(version: 5)), now: Self.base)
        #expect(state(2) == .applied)
        _ = session.handle(
            .configurationChanges(Self.changes(since: 5, 6, [(Self.job(1, version: 3), true)])),
            now: Self.base
        )
        for second in Int64(1)...20 { _ = session.handle(.tick, now: Self.time(second * 1000)) }
        #expect(state(3) == .failed, "pushed three times without an answer")
    }

    @Test("An unconfirmed configuration is pushed three times, then the heartbeat asks for it (S1-FR-2.1, 2.3)")
    func pushesThreeTimes() {
        var session = Self.settled()
        let changed = AgentConfiguration(version: 5, jobs: [Self.job(1, version: 2), Self.job(2)])
        var pushes = Self.updates(session.handle(.configuration(changed), now: Self.base))
        for second in Int64(1)...60 {
            pushes += Self.updates(session.handle(.tick, now: Self.time(second * 1000)))
        }
        // The repetitions are whole: the difference may be what the agent cannot use.
        #expect(pushes.map(\.base) == [4, nil, nil])
        let heartbeat = Heartbeat(configVersion: 4, running: [], sentAt: 0)
        let effects = session.handle(.received(.heartbeat(heartbeat)), now: Self.time(61_000))
        #expect(Self.updates(effects).map(\.version) == [5])
    }

    @Test("Hosts that are late with a change are shown as such, with the version that they lack (S1 console 55)")
    func tellsOfLateHosts() {
        var session = Self.settled()
        #expect(session.presence.pushedVersion == 4 && session.presence.configVersion == 4)
        let changed = AgentConfiguration(version: 5, jobs: [Self.job(1, version: 2), Self.job(2)])
        #expect(!session.handle(.configuration(changed), now: Self.base).contains(.presenceChanged))
        #expect(session.handle(.tick, now: Self.time(5000)).contains(.presenceChanged))
        #expect(session.presence.pushedVersion == 5 && session.presence.configVersion == 4)
        _ = session.handle(.received(.configApplied(version: 5)), now: Self.time(6000))
        #expect(session.presence.pushedVersion == session.presence.configVersion)
    }

    @Test("A confirmed configuration is recorded, shown, and not pushed again (S1-FR-2.1)")
    func recordsConfirmations() {
        var session = Self.settled()
        let changed = AgentConfiguration(version: 5, jobs: [Self.job(1, version: 2), Self.job(2)])
        _ = session.handle(.configuration(changed), now: Self.base)
        let effects = session.handle(.received(.configApplied(version: 5)), now: Self.time(100))
        #expect(effects == [.recordConfig(version: 5), .presenceChanged])
        #expect(session.presence.configVersion == 5)
        #expect(Self.updates(session.handle(.tick, now: Self.time(10_000))).isEmpty)
        let heartbeat = Heartbeat(configVersion: 5, running: [], sentAt: 0)
        #expect(Self.updates(session.handle(.received(.heartbeat(heartbeat)), now: Self.time(15_000))).isEmpty)
    }

    @Test("An agent that asks for its configuration gets all of it (S1-FR-2.3)")
    func answersPulls() {
        var session = Self.settled()
        let effects = session.handle(.received(.configPull(version: 1)), now: Self.base)
        #expect(Self.updates(effects) == [ConfigUpdate(version: 4, base: nil, upserts: [Self.job(1), Self.job(2)])])
    }

    @Test("An agent that keeps asking for its configuration gets it once a second")
    func boundsPulls() {
        var session = Self.settled()
        let answers = (0..<100).filter {
            !session.handle(.received(.configPull(version: 1)), now: Self.time($0 * 20)).isEmpty
        }
        #expect(answers == [0, 50])
    }

    @Test("A configuration that was never sent cannot be confirmed")
    func foreignConfirmation() {
        var session = Self.settled()
        #expect(session.handle(.received(.configApplied(version: 1 << 40)), now: Self.base).isEmpty)
        #expect(session.presence.configVersion == 4)
    }

    @Test("Only orders of its own are acknowledged by an agent")
    func foreignAcknowledgement() {
        var session = Self.settled()
        _ = session.handle(.orders([Self.order("mine")]), now: Self.base)
        let ids = [Self.order("another's").executionID, Self.order("mine").executionID]
        let effects = session.handle(.received(.orderAcknowledged(ids)), now: Self.base)
        #expect(effects == [.acknowledgeOrders([Self.order("mine").executionID])])
    }

    @Test("Every 15 s the session asks about what has been pending for 10 s (R9)")
    func asksAgain() {
        var session = Self.settled()
        var asked: [AgentSessionCore.Effect] = []
        for second in Int64(1)...31 { asked += session.handle(.tick, now: Self.time(second * 1000)) }
        #expect(asked == [.reask(before: Self.time(5000)), .reask(before: Self.time(20_000))])
    }

    @Test("A heartbeat is answered with the server's clock and shows what runs (R7)")
    func answersHeartbeats() {
        var session = Self.settled()
        let id = Self.order().executionID
        let heartbeat = Heartbeat(configVersion: 4, running: [id], sentAt: 77)
        let effects = session.handle(.received(.heartbeat(heartbeat)), now: Self.time(15_000))
        let clock = Self.time(15_000).milliseconds * 1000
        let sample = ClockSample(agentSent: 77, serverReceived: clock, serverSent: clock)
        #expect(effects == [.send(.heartbeatAnswer(sample)), .presenceChanged])
        #expect(session.presence.running == [id])
        #expect(session.presence.lastHeartbeat == Self.time(15_000))
    }
}
