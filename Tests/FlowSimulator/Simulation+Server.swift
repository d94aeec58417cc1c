// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowSchedulerCore
import FlowTesting

extension Simulation {
    mutating func pollServer() {
        self.schedule(.serverPoll, after: self.shape.pollEvery)
        guard self.isServerUp else { return }
        while !self.store.scheduler.isStopped {
            let fires = self.planner.plan(now: self.serverTime)
            guard !fires.isEmpty else { break }
            let online = Set(self.hosts.lazy.filter { $0.served != nil }.map(\.id))
            let recent = self.recent.recent(online: online, at: self.serverTime)
            let outcomes = self.store.fire(fires, online: online, recent: recent, now: self.serverTime)
            // The boundary that loses fires elsewhere: durable, but nobody was told.
            if self.isChaos, self.random.chance(0.01 * self.shape.crashes), self.has(.serverDies) {
                self.crashServer()
                return
            }
            self.planner.settle(fires, outcomes: outcomes)
            for case .fired(_, _, let orders) in outcomes { self.dispatch(orders) }
        }
        for index in self.hosts.indices {
            self.apply(.scheduler(self.store.scheduler), toSessionOf: index)
            self.apply(.tick, toSessionOf: index)
        }
        for host in self.hosts where !self.store.owed.isEmpty {
            guard let back = host.served?.core.presence.connectedAt,
                self.serverTime.milliseconds(since: back) > Self.accountPatience
            else { continue }
            self.store.concludeOwed(of: host.id, since: back, now: self.serverTime)
        }
    }

    mutating func trigger(_ job: JobUID) {
        let uid = "trigger-\(self.number)"
        let before = self.mutant == .volatileTriggers ? self.store : nil
        let orders = self.store.start(job, uid: uid, now: self.serverTime)
        for order in orders.values { self.record.promised[order.executionID] = self.serverTime }
        if let before { self.store = before }
        self.dispatch(orders)
    }

    mutating func dispatch(_ orders: [AgentID: Order]) {
        for index in self.hosts.indices {
            if let order = orders[self.hosts[index].id] { self.apply(.orders([order]), toSessionOf: index) }
        }
    }

    mutating func apply(_ event: AgentSessionCore.Event, toSessionOf index: Int) {
        let agent = self.hosts[index].id
        let now = self.serverTime
        guard let served = self.hosts[index].served else { return }
        let session = served.number
        for effect in served.core.handle(event, now: now) {
            switch effect {
            case .send(.orders) where self.mutant == .sendsOrdersOnce && event.isTick: continue
            case .send(let message): self.send(message, to: index, session: session)
            case .apply(let batch):
                if self.mutant == .acknowledgesEarly, self.isChaos, self.random.chance(0.02) {
                    let last = batch.reports.last?.sequence ?? 0
                    self.apply(.applied(incarnation: batch.incarnation, acknowledged: last), toSessionOf: index)
                    continue
                }
                let settled = self.flowFault == .notesApart ? self.store.flows.settled : nil
                let acknowledged = self.store.apply(batch, now: self.serverTime)
                for report in batch.reports { self.say("server has \(agent) \(self.short(report))") }
                if self.isChaos, self.random.chance(0.005 * self.shape.crashes), self.has(.serverDies) {
                    if let settled { self.store.flows.settled = settled }
                    self.crashServer()
                    return
                }
                self.apply(.applied(incarnation: batch.incarnation, acknowledged: acknowledged), toSessionOf: index)
            case .acknowledgeOrders(let ids): self.store.acknowledgeOrders(ids, by: agent)
            case .reask(let before):
                guard self.mutant != .neverAsksAgain else { continue }
                let orders = self.store.reask(of: agent, before: before)
                self.apply(.orders(orders), toSessionOf: index)
            case .recordConfig, .storeStatistics, .presenceChanged: break
            }
        }
    }

    mutating func receive(_ message: AgentMessage, from index: Int, session: Int) {
        guard case .hello(let hello) = message else {
            if self.hosts[index].served?.number == session {
                self.apply(.received(message), toSessionOf: index)
            }
            return
        }
        // One hello a session: the copy of one says what was true when it was sent.
        guard self.hosts[index].served?.number != session else { return }
        let opened = self.store.openSession(hello, now: self.serverTime)
        let start = AgentSessionStart(
            epoch: opened.epoch,
            acknowledgedSequence: opened.acknowledgedSequence,
            lostAfter: opened.lostAfter,
            cancels: opened.cancels,
            forced: opened.forced,
            interrupted: opened.interrupted,
            questions: opened.questions + self.store.owedQuestions(of: hello.agent),
            scheduler: self.shape.welcomesWithStop ? opened.scheduler : SchedulerState()
        )
        let received = Self.epoch + self.now
        let (core, welcome) = AgentSessionCore.open(
            hello: hello,
            start: start,
            configuration: self.store.configuration(of: hello.agent),
            clock: ClockSample(agentSent: hello.sentAt, serverReceived: received, serverSent: received),
            address: "simulated",
            now: self.serverTime
        )
        self.hosts[index].served = SimulatedSession(number: session, core: core)
        self.send(.welcome(welcome), to: index, session: session)
        self.apply(.orders(self.store.pendingOrders(of: hello.agent)), toSessionOf: index)
    }

    private mutating func send(_ message: ServerMessage, to index: Int, session: Int) {
        for _ in 0..<self.copies() {
            let delay = self.inOrder(self.delay(), on: \.receivedUntil, of: index)
            self.schedule(.toAgent(index, session: session, message), after: delay)
        }
    }

    /// How often a message arrives: lost, once, or repeated.
    mutating func copies() -> Int {
        guard self.isChaos else { return 1 }
        if self.random.chance(0.03) { return self.has(.losses) ? 0 : 1 }
        return self.random.chance(0.05) && self.has(.repeats) ? 2 : 1
    }

    /// Messages of a session overtake each other while there is trouble; after it they keep their order, as on a QUIC stream.
    mutating func inOrder(
        _ delay: Int64,
        on way: ReferenceWritableKeyPath<SimulatedHost, Int64>,
        of index: Int
    ) -> Int64 {
        guard !self.isChaos else { return delay }
        let arrival = max(self.now + delay, self.hosts[index][keyPath: way])
        self.hosts[index][keyPath: way] = arrival
        return arrival - self.now
    }

    mutating func delay() -> Int64 {
        // Now and then one leg of an exchange is much slower than the other.
        if self.isChaos, self.random.chance(0.02) {
            let delay = Int64.random(in: 500_000...5_000_000, using: &self.random)
            if self.has(.delays) { return delay }
        }
        return self.random.chance(self.isChaos ? 0.1 : 0)
            ? 400_000 : Int64.random(in: 1000...80_000, using: &self.random)
    }

    mutating func crashServer() {
        guard self.isServerUp else { return }
        self.say("server dies")
        self.isServerUp = false
        self.planner = Planner()
        for host in self.hosts { host.served = nil }
        for index in self.hosts.indices { self.disconnect(index) }
        self.schedule(.serverRestarts, after: Int64.random(in: 200_000...6_000_000, using: &self.random))
    }

    /// An old copy of the database takes its place: whatever was stored since is gone.
    mutating func restoreBackup() {
        guard let backup = self.backup else { return }
        for (uid, job) in self.store.jobs where backup.jobs[uid]?.isEnabled != job.isEnabled {
            self.record.changes[uid, default: []].append(self.now)
        }
        // Which fires an agent accounted for as a range is a fact about agents, and stays known to the checker.
        self.say("server's database goes back")
        if backup.scheduler.isStopped != self.store.scheduler.isStopped { self.record.stops.append(self.now) }
        let coalesced = self.store.coalesced
        self.store = backup
        self.store.coalesced = coalesced
        self.record.restoredAt = self.serverTime
    }

    mutating func restartServer() {
        guard !self.isServerUp else { return }
        self.isServerUp = true
        self.recent = RecentAgents(startedAt: self.serverTime, patience: Self.awayAfter)
        for job in self.store.jobsInOrder { self.planner.update(job) }
        self.reconcileFlows()
    }
}

extension AgentSessionCore.Event {
    fileprivate var isTick: Bool { if case .tick = self { true } else { false } }
}
