// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowTesting

extension Simulation {
    mutating func restartAgent(_ index: Int) {
        guard self.hosts[index].core == nil else { return }
        var configuration = AgentCore.Configuration(
            agent: self.hosts[index].id,
            bootID: "boot",
            version: "simulated",
            hostname: "host-\(index)",
            operatingSystem: "none"
        )
        configuration.firesWhileConnected = self.mutant != .firesOnlyWhenDisconnected
        configuration.keepsReportsFor = 4_000_000
        configuration.hostZones = StrangeZones(lacks: index == 0)
        configuration.followsServerRules = self.mutant != .ignoresRules && self.mutant != .ignoresExceptions
        configuration.heedsScheduler = self.mutant != .ignoresStop
        if self.mutant == .waitsForNoWelcome { configuration.welcomeTimeout = 0 }
        // Offsets to a boot clock end with the boot.
        if self.hosts[index].hasRebooted {
            let time = self.hosts[index].ledger.restore().lastTime
            _ = self.hosts[index].ledger.commit([.setClock(offset: nil, time: time)])
        }
        self.hosts[index].ledger.restart()
        let restored = self.hosts[index].ledger.restore()
        self.hosts[index].hasRebooted = false
        let reading = self.hosts[index].reading(at: self.now)
        self.hosts[index].core = AgentCore(
            configuration: configuration,
            restored: restored,
            reading: reading
        )
        self.deliver(.started, to: index)
        self.noteAlone(index, isAnew: true)
        self.connectLater(index)
    }

    mutating func connectLater(_ index: Int) {
        guard !self.hosts[index].isConnecting else { return }
        self.hosts[index].isConnecting = true
        self.schedule(.connects(index), after: Int64.random(in: 50_000...1_500_000, using: &self.random))
    }

    mutating func connect(_ index: Int) {
        self.hosts[index].isConnecting = false
        guard self.hosts[index].core != nil, !self.hosts[index].isLinked else { return }
        guard self.isServerUp else {
            self.connectLater(index)
            return
        }
        self.hosts[index].isLinked = true
        self.hosts[index].session += 1
        self.schedule(.welcomeOverdue(index, session: self.hosts[index].session), after: 5_000_000)
        self.hosts[index].linkedAt = self.now
        self.hosts[index].isWelcomed = false
        self.deliver(.linkUp, to: index)
    }

    mutating func disconnect(_ index: Int) {
        guard self.hosts[index].isLinked else { return }
        self.hosts[index].isLinked = false
        self.hosts[index].linkedAt = nil
        self.hosts[index].served = nil
        if self.hosts[index].isWelcomed { self.noteAlone(index, isAnew: false) }
        self.deliver(.linkDown, to: index)
        self.connectLater(index)
    }

    mutating func crashAgent(_ index: Int) {
        guard self.hosts[index].core != nil else { return }
        self.say("\(self.hosts[index].id) dies")
        // The transaction under way is durable or it is not; nobody is left to know.
        if let operations = self.hosts[index].outstanding {
            if self.hosts[index].fullUntil > self.now {
                self.say("nothing of its transaction is durable")
            } else if self.random.chance(0.5) {
                let results = self.hosts[index].ledger.commit(operations)
                self.record.note(operations, results, of: self.hosts[index].id, at: self.serverTime)
            } else {
                self.hosts[index].ledger.tear(operations)
            }
        }
        self.hosts[index].outstanding = nil
        self.hosts[index].core = nil
        self.hosts[index].life += 1
        self.hosts[index].wakeAt = nil
        self.hosts[index].wasRight = false
        self.hosts[index].lookedAt = nil
        self.hosts[index].linkedAt = nil
        self.hosts[index].hasRebooted = self.random.chance(0.4)
        // A host without a battery, or with the clock of its neighbour: wrong until somebody tells it the time.
        if self.hosts[index].hasRebooted, self.random.chance(0.4) {
            let error = Int64.random(in: -12_000_000...25_000_000, using: &self.random)
            if self.has(.clocks) { self.hosts[index].wallError = error }
        }
        self.noteDeath(index)
        // The runner kills what an agent leaves behind.
        self.hosts[index].running.removeAll()
        self.hosts[index].isLinked = false
        self.hosts[index].served = nil
        self.record.downSince[self.hosts[index].id] = self.now
        self.record.outages[self.hosts[index].id, default: []].append(self.now)
        self.schedule(.agentRestarts(index), after: Int64.random(in: 100_000...8_000_000, using: &self.random))
    }

    mutating func deliver(_ event: AgentEvent, to index: Int) {
        let reading = self.hosts[index].reading(at: self.now)
        var event = event
        if self.mutant == .trustsSlowAnswers { event = event.asIfAskedNow(reading.boot) }
        if self.mutant == .ignoresSamples { event = event.asIfTold(reading) }
        if self.mutant == .ignoresOverlap { event = event.changed { $0.withoutLimits() } }
        if self.mutant == .ignoresPools { event = event.changed { $0.withoutPool() } }
        if self.mutant == .ignoresExceptions { event = event.changed { $0.withoutExceptions() } }
        if self.mutant?.needsBounds == true { event = event.changed { $0.unbounded(by: self.mutant) } }
        if case .received(.welcome) = event {
            self.noteServer(index)
            self.hosts[index].isWelcomed = true
            self.hosts[index].welcomedAt = self.now
        }
        // Before and after: what was wrong since the last event was wrong all the time between.
        self.noteClockError(of: index)
        guard let effects = self.hosts[index].core?.handle(event, at: reading) else { return }
        self.say("\(self.hosts[index].id) < \(self.short(event))")
        let life = self.hosts[index].life
        for effect in effects {
            // A crash between any two effects.
            if self.isChaos, self.random.chance(0.0005 * self.shape.crashes), self.has(.agentDies) {
                self.crashAgent(index)
            }
            guard self.hosts[index].life == life else { return }
            self.perform(effect, on: index)
        }
        self.noteClockError(of: index)
    }

    private mutating func perform(_ effect: AgentEffect, on index: Int) {
        switch effect {
        case .commit(let operations):
            if self.mutant == .spawnBeforeCommit { self.spawnEarly(operations, on: index) }
            self.hosts[index].outstanding = operations
            let life = self.hosts[index].life
            let delay = Int64.random(in: 200...5000, using: &self.random)
            self.schedule(.commits(index, life: life, operations), after: delay)
        case .send(let message): self.send(message, from: index)
        case .sendReports(let after):
            let reports = self.hosts[index].ledger.outbox(after: after, limit: 50)
            let incarnation = self.hosts[index].ledger.snapshot.incarnation
            self.send(.reports(incarnation: incarnation, reports), from: index)
            // An outbox that lost its reports, which only a mutant's does, must not be read for ever.
            let through = reports.last?.sequence ?? self.hosts[index].ledger.snapshot.lastSequence
            self.deliver(.reportsSent(through: through), to: index)
        case .launch(let launches):
            guard self.mutant != .spawnBeforeCommit else { return }
            for launch in launches { self.startProcess(launch.order, attempt: launch.attempt, on: index) }
        case .cancel(let id, _):
            if let attempt = self.hosts[index].running[id] {
                if self.shape.hasFlows { self.hosts[index].stopped.insert(id) }
                let life = self.hosts[index].life
                self.schedule(.processEnds(index, life: life, id, attempt: attempt), after: 20_000)
            }
        case .forgetOutputs, .lease: break
        // The simulated store keeps no statistics, so no welcome asks for them.
        case .sendStatistics: break
        case .wake(let boot):
            // On a real host this would be a loop that does nothing but wake.
            if boot <= self.hosts[index].reading(at: self.now).boot { self.record.idleWakes += 1 }
            self.hosts[index].wakeAt = boot
            let delay = self.hosts[index].time(ofBoot: boot) - self.now
            self.schedule(.agentWakes(index, life: self.hosts[index].life, boot: boot), after: delay)
        case .dropLink: self.disconnect(index)
        case .note: break
        }
    }

    private mutating func send(_ message: AgentMessage, from index: Int) {
        let session = self.hosts[index].session
        for _ in 0..<self.copies() {
            let delay = self.inOrder(self.delay(), on: \.sentUntil, of: index)
            self.schedule(.toServer(index, session: session, message), after: delay)
        }
    }

    mutating func commit(_ operations: [LedgerOperation], on index: Int) {
        // What half a transaction leaves shows only where one was torn: often, in the worlds of those faults.
        if self.isChaos, self.hosts[index].ledger.tears, self.random.chance(0.01), self.has(.agentDies) {
            return self.crashAgent(index)
        }
        if self.failsToCommit(operations, on: index) { return }
        let results = self.hosts[index].ledger.commit(operations)
        self.record.note(operations, results, of: self.hosts[index].id, at: self.serverTime)
        for operation in operations { self.say("\(self.hosts[index].id) = \(self.short(operation))") }
        self.hosts[index].outstanding = nil
        // Durable, but the process dies before anything follows from it.
        if self.isChaos, self.random.chance(0.004 * self.shape.crashes), self.has(.agentDies) {
            self.crashAgent(index)
            return
        }
        self.deliver(.committed(results), to: index)
    }

    mutating func spawnEarly(_ operations: [LedgerOperation], on index: Int) {
        for operation in operations {
            switch operation {
            case .insert(let entry, _), .update(let entry, _):
                guard entry.status == .running else { continue }
                self.startProcess(entry.order, attempt: entry.attempt, on: index)
            default: continue
            }
        }
    }

    private mutating func startProcess(_ order: Order, attempt: Int, on index: Int) {
        let id = order.executionID
        self.record.starts[Start(id: id, attempt: attempt), default: 0] += 1
        self.noteBounds(of: order, attempt: attempt, on: index)
        self.noteUnwritten(id, attempt: attempt, on: index)
        self.say("\(self.hosts[index].id) starts \(order.job.name)@\(self.short(order.nominal)) attempt \(attempt)")
        self.record.firstStart[id] = self.record.firstStart[id] ?? self.now
        if order.kind == .cron, attempt == 1, self.serverTime < order.nominal.advanced(byMilliseconds: -300),
            self.owesPunctuality(index)
        {
            self.record.early.append(id)
        }
        // What waits for a place was decided before.
        let isWaiting = ![.skip, .allow].contains(order.job.policies.overlap)
        if order.kind == .cron, attempt == 1, !isWaiting,
            self.record.isHalted(self.hosts[index].id, since: order.nominal)
        {
            self.record.unheeded.append(id)
        }
        self.mix(UInt64(bitPattern: Int64(attempt)) ^ UInt64(id.bytes[15]))
        self.hosts[index].running[id] = attempt
        self.hosts[index].jobs[id] = order.job.uid
        let running = self.hosts[index].running.keys.compactMap { self.hosts[index].jobs[$0] }
        let limits = self.limits[order.job.uid]
        let places = limits?.places ?? order.job.policies.places
        if running.count(where: { $0 == order.job.uid }) > places { self.record.crowded.append(id) }
        if let pool = limits?.pool, running.count(where: { self.limits[$0]?.pool == pool }) > pool.places {
            self.record.overfull.append(id)
        }
        let life = self.hosts[index].life
        let lengths = self.shape.hasFlows ? Self.stepLengths : Self.lengths
        let length = lengths.randomElement(using: &self.random) ?? 5000
        self.schedule(.processEnds(index, life: life, id, attempt: attempt), after: Int64(length))
    }

    /// How long processes run; microseconds.
    private static let lengths = [5000, 200_000, 900_000, 2_500_000]
    private static let stepLengths = [5000, 200_000, 900_000, 2_500_000, 12_000_000]

    /// Whether an early start would be a fault: the clock was right, or the welcome that sets it is awaited (R6).
    ///
    /// A decision made just before the connection may still be on its way to its process; on a full disk that way is long.
    private func owesPunctuality(_ index: Int) -> Bool {
        guard let linkedAt = self.hosts[index].linkedAt, !self.hadNoSpace(self.hosts[index].id, at: self.now) else {
            return false
        }
        if self.hosts[index].isWelcomed { return self.hosts[index].wasRight }
        return (100_000..<900_000).contains(self.now - linkedAt)
    }

    mutating func endProcess(_ id: ExecutionID, attempt: Int, on index: Int) {
        guard self.hosts[index].running[id] == attempt else { return }
        self.hosts[index].running[id] = nil
        self.noteEnd(of: self.hosts[index].jobs[id], on: index)
        let boot = self.hosts[index].reading(at: self.now).boot
        let fails = self.random.chance(0.15)
        var outcome = Outcome(
            status: fails ? .failure : .success,
            reason: fails ? .exitCode : nil,
            exitCode: fails ? 1 : 0,
            startedAt: boot,
            finishedAt: boot
        )
        if self.hosts[index].stopped.remove(id) != nil {
            outcome = Outcome(status: .cancelled, reason: .requested, startedAt: boot, finishedAt: boot)
        }
        self.deliver(.supervisor(.finished(id, attempt: attempt, outcome)), to: index)
    }

    /// Fires are owed on time only while the agent's clock is about right; one that a server made right stays right (R7).
    ///
    /// Before a server has told the time in this boot there is nothing but the host's wall clock to follow, wherever somebody
    /// sets it.
    private mutating func noteClockError(of index: Int) {
        let reading = self.hosts[index].reading(at: self.now)
        guard let clock = self.hosts[index].core?.lookAtClock(reading) else { return }
        defer { self.hosts[index].lookedAt = self.now }
        let error = abs(clock.shown.milliseconds(since: self.serverTime))
        if error < 100, clock.isAgreed { self.hosts[index].wasRight = true }
        // A session in which it hears and is heard has told the time often enough by now.
        let host = self.hosts[index]
        let since = max(host.welcomedAt ?? self.now, host.deafUntil, host.unheardUntil)
        if error > 1000, host.isLinked, host.isWelcomed, self.now - since > Self.clockPatience {
            self.record.deafClocks += 1
        }
        if error > 400 {
            if self.hosts[index].wasRight { self.say("\(self.hosts[index].id) is \(error) ms off") }
            // Wrong now, and so since the last event: what lies between counts as well.
            let last = self.hosts[index].lookedAt ?? self.now
            for moment in stride(from: last, through: self.now, by: 1_000_000) {
                self.record.outages[self.hosts[index].id, default: []].append(moment)
            }
            self.record.outages[self.hosts[index].id, default: []].append(self.now)
            if self.hosts[index].wasRight { self.record.spoiledClocks += 1 }
        }
    }
}

extension AgentCore {
    /// What the clock shows, and whether a server has told it; changes nothing, and is called in place instead of on a copy.
    fileprivate mutating func lookAtClock(_ reading: ClockReading) -> (shown: Timestamp, isAgreed: Bool) {
        (self.time(at: reading), self.isClockAgreed)
    }
}

extension AgentEvent {
    /// The event with its clock sample changed so that the server agrees with the host's own clock.
    fileprivate func asIfTold(_ reading: ClockReading) -> AgentEvent {
        switch self {
        case .received(.welcome(var welcome)):
            welcome.clock = ClockSample(agentSent: reading.boot, serverReceived: reading.wall, serverSent: reading.wall)
            return .received(.welcome(welcome))
        case .received(.heartbeatAnswer):
            let sample = ClockSample(agentSent: reading.boot, serverReceived: reading.wall, serverSent: reading.wall)
            return .received(.heartbeatAnswer(sample))
        default: return self
        }
    }

    /// The event with other jobs in its configuration.
    fileprivate func changed(_ change: (JobSnapshot) -> JobSnapshot) -> AgentEvent {
        switch self {
        case .received(.welcome(var welcome)):
            let upserts = welcome.config?.upserts.map(change) ?? []
            welcome.config?.upserts = upserts
            return .received(.welcome(welcome))
        case .received(.config(var update)):
            update.upserts = update.upserts.map(change)
            return .received(.config(update))
        default: return self
        }
    }

    /// The event with its clock sample changed so that its answer seems to have taken no time.
    fileprivate func asIfAskedNow(_ boot: Int64) -> AgentEvent {
        switch self {
        case .received(.welcome(var welcome)):
            welcome.clock.agentSent = boot
            return .received(.welcome(welcome))
        case .received(.heartbeatAnswer(var sample, let outputBytes, let networks)):
            sample.agentSent = boot
            return .received(.heartbeatAnswer(sample, outputBytes: outputBytes, networks: networks))
        default: return self
        }
    }
}

extension JobSnapshot {
    /// The job as one that may run beside itself as often as it likes.
    fileprivate func withoutLimits() -> JobSnapshot {
        var policies = self.policies
        policies.overlap = .allow
        policies.concurrency = 100
        policies.pool = nil
        return self.changed(self.schedule, policies)
    }

    fileprivate func withoutPool() -> JobSnapshot {
        var policies = self.policies
        policies.pool = nil
        return self.changed(self.schedule, policies)
    }

    fileprivate func withoutExceptions() -> JobSnapshot {
        guard var limits = self.schedule.limits else { return self }
        limits.except = nil
        return self.changed(self.schedule.limited(limits), self.policies)
    }

    func changed(_ schedule: ScheduleSpec, _ policies: Policies) -> JobSnapshot {
        JobSnapshot(
            uid: self.uid,
            id: self.id,
            version: self.version,
            name: self.name,
            payload: self.payload,
            schedule: schedule,
            policies: policies,
            isEnabled: self.isEnabled
        )
    }
}
