// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension AgentCore {
    /// Heartbeats after a welcome, and the pause between them; microseconds.
    private static let burstLength = 4
    private static let burstInterval: Int64 = 250_000

    /// Introduces itself; decisions wait for the answer (R6).
    mutating func greet(at reading: ClockReading) {
        self.link = .greeting(until: reading.boot + self.configuration.welcomeTimeout)
        let digest = ConfigDigest.of(self.jobs.values.map { (uid: $0.snapshot.uid, version: $0.snapshot.version) })
        let contents = self.jobs.values.map { (uid: $0.snapshot.uid, content: $0.snapshot.contentHash()) }
        self.effects.append(
            .send(
                .hello(
                    Hello(
                        agent: self.configuration.agent,
                        incarnation: self.incarnation,
                        bootID: self.configuration.bootID,
                        lastSequence: self.outbox.last,
                        configVersion: self.configVersion,
                        configDigest: digest,
                        floor: self.floor,
                        version: self.configuration.version,
                        hostname: self.configuration.hostname,
                        operatingSystem: self.configuration.operatingSystem,
                        sentAt: reading.boot,
                        acknowledgedSequence: self.outbox.acknowledged,
                        outboxBase: self.outbox.base,
                        contentDigest: ConfigDigest.of(contents: contents),
                        startID: self.configuration.startID,
                        machineID: self.configuration.machineID,
                        labels: self.configuration.labels,
                        rulesDigest: self.rulesDigest,
                        executors: (self.configuration.executors ?? []).map(\.name),
                        features: [HostFeature.leases, HostFeature.files] + self.configuration.features,
                        schedulerRevision: self.scheduler.revision,
                        maintenanceRevision: self.maintenance.revision,
                        signedBy: self.signedBy
                    )
                )
            )
        )
    }

    mutating func receive(_ message: ServerMessage, at reading: ClockReading) {
        switch message {
        case .welcome(let welcome): self.enter(welcome, at: reading)
        case .rejected(let code, let message):
            self.effects.append(.note(.rejected(code: code, message: message)))
            if code == RejectionCode.duplicateAgent { self.stopAsCopy(at: reading) }
        case .orders(let orders):
            // Before the welcome the clock may be wrong, and without a ledger nothing can be admitted; a server that sends
            // orders then repeats them later (R4).
            guard self.isWelcomed, self.trouble == nil else { return }
            let now = self.clock.now(reading)
            for order in orders { self.receive(order, now: now) }
        case .reportsAcknowledged(let incarnation, let sequence):
            guard incarnation == self.incarnation else { return }
            self.outbox.acknowledge(sequence, at: reading.boot)
        case .config(let update):
            guard self.isWelcomed else { return }
            self.receive(update, at: reading)
        case .scheduler(let state):
            guard self.isWelcomed else { return }
            self.follow(state, at: reading)
        case .maintenance(let maintenance):
            guard self.isWelcomed else { return }
            self.follow(maintenance, at: reading)
        case .cancel(let id, let force): self.cancel(id, force: force, now: self.clock.now(reading))
        case .clock(let sample):
            // Ahead of the welcome, which may bring a long configuration. Decisions still wait for that.
            if case .greeting = self.link { self.adjustClock(by: sample, at: reading, isHandshake: true) }
        case .statisticsAcknowledged(let incarnation, let sequence):
            guard incarnation == self.incarnation else { return }
            self.statistics.acknowledged(sequence, at: reading.boot)
        case .heartbeatAnswer(let sample, _, _):
            self.confirmLeases(sentAt: sample.agentSent)
            self.adjustClock(by: sample, at: reading, isHandshake: false)
        // The link's own business.
        case .certificateIssued, .certificateRefused, .authorities, .secrets, .fileWatches, .filesTaken: break
        }
    }

    private mutating func enter(_ welcome: Welcome, at reading: ClockReading) {
        switch self.link {
        case .greeting, .unwelcomed: break
        case .down, .welcomed: return
        }
        self.adjustClock(by: welcome.clock, at: reading, isHandshake: true)
        self.link = .welcomed(epoch: welcome.epoch)
        self.confirmLeases(sentAt: welcome.clock.agentSent)
        self.rejoin()
        self.beginStatistics(welcome, at: reading)
        self.heartbeatAt = reading.boot + Self.burstInterval
        self.burstLeft = Self.burstLength
        self.follow(welcome.scheduler, at: reading)
        self.follow(welcome.maintenance, at: reading)
        self.findServer(at: reading)
        self.outbox.welcome(acknowledged: welcome.acknowledgedSequence, at: reading.boot)
        if let lost = welcome.lostAfter { self.beginRecital(after: lost, through: welcome.acknowledgedSequence) }
        if let update = welcome.config { self.receive(update, at: reading) }
        self.takeKeys(of: welcome)
        let now = self.clock.now(reading)
        for id in welcome.questions { self.pipeline.add(.answer(id), then: .written) }
        let forced = Set(welcome.forced)
        for id in welcome.cancels { self.cancel(id, force: forced.contains(id), now: now) }
        self.effects.append(.note(.welcomed(epoch: welcome.epoch)))
    }

    private mutating func receive(_ update: ConfigUpdate, at reading: ClockReading) {
        // What builds on what is here counts, whatever its number: after a restore the server counts from a lower one.
        if let base = update.base, base != self.configVersion {
            let isRepeated = update.version <= self.configVersion
            self.effects.append(
                .send(
                    isRepeated
                        ? .configApplied(version: self.configVersion) : .configPull(version: self.configVersion)
                )
            )
            return
        }
        self.effects.append(.send(.configReceived(version: update.version)))
        let cursor = self.clock.now(reading)
        self.configVersion = update.version
        self.accountForWithdrawn(by: update, now: cursor)
        self.pipeline.add(.applyConfig(update, cursor: cursor), then: .configApplied(update, cursor: cursor))
        self.takeZones(of: update)
        // In the same transaction: an agent that begins anew without a server must know it.
        let ordered = self.disputed(in: update)
        if !ordered.isEmpty { self.pipeline.add(.setOrdered(ordered)) }
    }

    /// A configuration is durable: from now on it counts (R13).
    private mutating func apply(_ update: ConfigUpdate, cursor: Timestamp) {
        if !self.signing.keys.isEmpty { self.signing.isInForce = true }
        for uid in self.removed(by: update) {
            if self.jobs[uid] != nil { self.endWaiting(of: uid, because: "the job left this host", now: cursor) }
            let left = self.jobs.removeValue(forKey: uid)
            self.zoneUse.change(from: left?.snapshot.schedule.zoneName, to: nil)
            self.timers.remove(.fire(uid))
        }
        let ordered = self.disputed(in: update)
        for job in update.upserts {
            let known = self.jobs[job.uid]
            self.adopt(job, cursor: known?.cursor ?? cursor, isOrdered: ordered.contains(job.uid))
            // Fires of an old schedule, or of the time a job was off, are not owed by the new version.
            if let known, !self.continues(known, until: cursor) {
                let start = max(known.cursor, cursor)
                self.pipeline.add(.advanceCursor(job.uid, start))
                self.jobs[job.uid]?.cursor = start
            }
            self.scheduleNextFire(of: job.uid)
            if known?.snapshot.isEnabled == true, !job.isEnabled {
                self.endWaiting(of: job.uid, because: "the job was disabled", now: cursor)
            }
        }
        self.noteRules(disputed: ordered)
        self.effects.append(.send(.configApplied(version: update.version)))
    }

    mutating func adopt(_ job: JobSnapshot, cursor: Timestamp, isOrdered: Bool) {
        var compiled: CompiledSchedule?
        do {
            if !isOrdered { compiled = try CompiledSchedule(job.schedule, job: job.uid, zones: self.zones) }
        } catch {
            self.effects.append(.note(.unusableSchedule(job.uid, message: error.message)))
        }
        let state = JobState(snapshot: job, schedule: compiled, isOrdered: isOrdered, cursor: cursor)
        let old = self.jobs.updateValue(state, forKey: job.uid)
        self.zoneUse.change(from: old?.snapshot.schedule.zoneName, to: job.schedule.zoneName)
    }

    mutating func continueAfterCommit(_ results: [LedgerResult], at reading: ClockReading) {
        for (continuation, result) in self.pipeline.finish(results) {
            switch result {
            case .written(let sequence): self.outbox.written(sequence)
            case .withdrawn(let withdrawn, let decided, let sequence):
                self.ahead.update(withdrawn: withdrawn, decided: decided)
                self.outbox.written(sequence)
            case .recited(let isDone, let sequence):
                self.recital = isDone ? .none : .underWay
                self.outbox.written(sequence)
            case .done, .exists, .pruned: break
            }
            switch continuation {
            case .none, .written, .cursorMoved, .recited: break
            case .recitalBegun: self.recital = .underWay
            // The server hears at once that it is durable here.
            case .schedulerSet: self.heartbeatAt = min(self.heartbeatAt, reading.boot)
            case .admitted(let id, let acknowledge, let answer):
                if acknowledge { self.acknowledged.append(id) }
                if case .exists = result, answer { self.pipeline.add(.answer(id), then: .written) }
                guard let execution = self.open[id] else { continue }
                if case .exists = result {
                    // Started or decided in an earlier life, or before this order was repeated (R1).
                    self.close(id, job: execution.entry.order.job.uid)
                } else {
                    self.launch(execution, at: reading)
                }
            case .decided(let id, let acknowledge, let answer):
                if acknowledge { self.acknowledged.append(id) }
                if case .exists = result, answer { self.pipeline.add(.answer(id), then: .written) }
            case .missed(let entry, _):
                if case .exists(let known) = result { self.moveRange(of: entry, before: known, at: reading) }
            case .queued(let id, let acknowledge, let answer):
                if acknowledge { self.acknowledged.append(id) }
                var isKnown = false
                if case .exists = result { isKnown = true }
                if isKnown, answer { self.pipeline.add(.answer(id), then: .written) }
                self.continueQueued(id, isKnown: isKnown, now: self.clock.now(reading))
            case .attempt(let id):
                if let execution = self.open[id] { self.launch(execution, at: reading) }
            case .configApplied(let update, let cursor): self.apply(update, cursor: cursor)
            case .pruned: self.continuePruning(after: result, at: reading)
            }
        }
    }

    private mutating func launch(_ execution: OpenExecution, at reading: ClockReading) {
        // The commit may have taken longer than the lease.
        guard self.mayBegin(execution) else {
            return self.endUnstarted(execution, now: self.clock.now(reading))
        }
        self.launches.append(Launch(order: execution.entry.order, attempt: execution.entry.attempt))
        // A cancel that came between the decision and the commit finds a process a moment later.
        if execution.isCancelled { self.cancelsAfterLaunch.append(execution.entry.id) }
    }

    /// Says what is due to be said: heartbeats and reports.
    mutating func speak(at reading: ClockReading) {
        guard self.isWelcomed else { return }
        if reading.boot >= self.heartbeatAt {
            // A young session needs several samples, because one may be slow (R7).
            self.burstLeft -= 1
            let pause = self.burstLeft > 0 ? Self.burstInterval : self.heartbeatPause
            self.heartbeatAt = reading.boot + pause
            self.effects.append(
                .send(
                    .heartbeat(
                        Heartbeat(
                            configVersion: self.configVersion,
                            running: self.runningIDs,
                            sentAt: reading.boot,
                            trouble: self.trouble.map { "cannot write its ledger: \($0.cause)" },
                            foreignZones: self.foreignZones,
                            orderedJobs: self.orderedJobs,
                            schedulerRevision: self.scheduler.revision,
                            maintenanceRevision: self.maintenance.revision,
                            condition: HostCondition(
                                clockError: self.clock.isAgreed ? self.clock.wallError(at: reading) : nil,
                                isClockSuspect: self.suspicion != nil
                            )
                        )
                    )
                )
            )
        }
        // A server takes what comes as a sign that the recital is on its way.
        guard self.recital != .beginning else { return }
        if let after = self.outbox.takeUnsent(at: reading.boot, resendAfter: self.configuration.resendAfter) {
            self.effects.append(.sendReports(after: after))
        }
    }
}
