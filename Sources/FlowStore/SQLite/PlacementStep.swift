// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// One transaction of placing: loads what the rules ask for, and saves what they say.
struct PlacementStep {
    let db: Database
    let snapshots: SnapshotCache
    let facts: PlacementFacts
    let now: Timestamp
    var round = PlacementRound()
    /// How many executions each host runs or is to run; read when they are first asked for.
    private var counts: [AgentID: Int]?
    private var candidates: [[GroupID]: [PlacementCandidate]] = [:]
    /// What hosts are called, of those that were candidates.
    private var names: [AgentID: String] = [:]
    /// What was given to hosts in this transaction since, of all jobs.
    private var given: [AgentID: Int] = [:]
    /// What hosts were given in the last minute, this transaction included; read when it is first asked for.
    private var fresh: [AgentID: Int]?

    init(db: Database, snapshots: SnapshotCache, facts: PlacementFacts, now: Timestamp) {
        self.db = db
        self.snapshots = snapshots
        self.facts = facts
        self.now = now
    }

    /// Nothing is held of what has ended.
    mutating func end(_ ids: Set<ExecutionID>) throws {
        guard !ids.isEmpty else { return }
        let open = Set(try ExecutionTable(self.db).find(ids.sorted()).filter { !$0.status.isTerminal }.map(\.id))
        try self.endSlots(ids.subtracting(open).sorted())
    }

    /// Takes slots from hosts whose leases are over (P6).
    mutating func takeBack(_ ids: Set<ExecutionID>) throws {
        for execution in try ExecutionTable(self.db).find(ids.sorted()) where !execution.status.isTerminal {
            guard let slot = try PlacementTable(self.db).find(execution.id), execution.agentID != .unplaced else {
                continue
            }
            let lease = slot.placement.leaseSeconds
            let name = try AgentTable(self.db).name(of: execution.agentID)
            let moves = try self.policies(of: execution)?.retry.onInterrupt ?? true
            // Its host may be connected after all, and only slow.
            self.round.cancels.append(
                PlacementRound.Cancel(execution: execution.id, agent: execution.agentID, force: true)
            )
            var changes = RecordChanges()
            if execution.cancelRequested {
                let over = "Nothing was heard of \(name) any more after this was to be stopped."
                changes.infer(Inference(.cancelled, .requested, over), for: [execution], at: self.now)
                try self.endSlots([execution.id])
            } else if !moves {
                let inference = Inference.leaseOver(on: name, leaseSeconds: lease)
                changes.infer(inference, for: [execution], at: self.now)
                try self.endSlots([execution.id])
            } else {
                // The next record is there before this one ends, or the run would seem to be over.
                try self.passOn(slot, of: execution)
                changes.infer(.moved(from: name, leaseSeconds: lease), for: [execution], at: self.now)
            }
            try RecordWriter(db: self.db, snapshots: self.snapshots).save(changes)
            self.round.changed += changes.changed
        }
    }

    private mutating func passOn(_ slot: PlacementSlot, of execution: Execution) throws {
        let next = try Self.passOn(slot, of: execution, at: self.now, self.db)
        if let next { self.round.changed.append(next) }
    }

    /// Makes the next record of a slot that a host has given up or lost.
    static func passOn(
        _ slot: PlacementSlot,
        of execution: Execution,
        at now: Timestamp,
        _ db: Database
    ) throws -> Execution? {
        let next = slot.next(after: execution, from: try AgentTable(db).name(of: execution.agentID), at: now)
        guard try PlacementTable(db).move(slot.execution, to: next.slot.execution) else { return nil }
        // As long as the first had: the time that a host held it is not lost to the next one.
        let deadline = StartDeadline.ofTrigger(at: now)
        _ = try ExecutionTable(db).insert([(next.execution, deadline)])
        try PlacementTable(db).insert([next.slot])
        return next.execution
    }

    /// Decides which runs begin, and gives their slots to hosts; slots of other jobs are left alone.
    mutating func place(_ ids: Set<ExecutionID>) throws {
        let table = PlacementTable(self.db)
        var due: [(execution: Execution, slot: PlacementSlot, job: Job)] = []
        for execution in try ExecutionTable(self.db).find(ids.sorted())
        where execution.agentID == .unplaced && execution.status == .pending {
            guard let slot = try table.find(execution.id), let job = try JobTable(self.db).find(slot.job) else {
                continue
            }
            let deadline = try self.deadline(of: execution, job, fence: slot.fence)
            if execution.kind == .cron, !job.isEnabled {
                try self.conclude(.jobDisabled, execution)
            } else if deadline < self.now {
                try self.conclude(late: execution, slot, job, deadline)
            } else if !job.isUnreadable {
                due.append((execution, slot, job))
            }
        }
        // What is too late is out of the way by now, and stops nothing and takes nobody's place.
        var plans: [JobID: SlotAdmission.Plan] = [:]
        for (execution, slot, job) in due {
            let plan = try plans[slot.job] ?? SlotAdmission.plan(table.openRuns(of: slot.job), job.definition.policies)
            if plans.updateValue(plan, forKey: slot.job) == nil {
                for run in plan.replaced { try self.stop(run) }
            }
            switch plan.verdicts[slot.run] ?? .begin {
            case .refuse(let reason, let detail): try self.conclude(Inference(.skipped, reason, detail), execution)
            case .wait: try self.wait(execution, .queued, "waits until an earlier run of the job has ended")
            case .begin: try self.give(slot, execution, job)
            }
        }
    }

    /// What has waited beyond its deadline goes to nobody any more, and says what it waited for.
    private mutating func conclude(
        late execution: Execution,
        _ slot: PlacementSlot,
        _ job: Job,
        _ deadline: Timestamp
    ) throws {
        if execution.reason == .queued { return try self.conclude(.queuedTooLong, execution) }
        let record = try self.choose(for: slot, job)
        try self.conclude(record.chosen == nil ? .noHost(record.text.en) : .tooLate(deadline), execution)
    }

    private mutating func give(_ slot: PlacementSlot, _ execution: Execution, _ job: Job) throws {
        let record = try self.choose(for: slot, job)
        guard let host = record.chosen else {
            try PlacementTable(self.db).explain(execution.id, record)
            return try self.wait(execution, .waitingHost, record.text.en)
        }
        guard try PlacementTable(self.db).hold(execution.id, on: host, because: record, at: self.now),
            let placed = try ExecutionTable(self.db).place(
                execution,
                on: host,
                detail: record.text(naming: self.names).en,
                at: self.now
            )
        else { return }
        self.given[host, default: 0] += 1
        self.fresh?[host, default: 0] += 1
        self.round.changed.append(placed)
        let orders = OrderTable(self.db, self.snapshots)
        try orders.insert(placed.id, for: host)
        if let order = try orders.again(placed.id) { self.round.orders[host, default: []].append(order.1) }
    }

    private mutating func choose(for slot: PlacementSlot, _ job: Job) throws -> PlacementRecord {
        let table = PlacementTable(self.db)
        var request = PlacementRequest(
            execution: slot.execution,
            job: slot.jobUID,
            slot: slot.index,
            total: slot.total,
            fence: slot.fence,
            executor: job.definition.payload.kindName,
            wanted: slot.wanted.map { Set($0) },
            former: Set(slot.former),
            lastHolder: slot.former.last
        )
        switch slot.placement.kind {
        case .each, .oneOf, .broadcast: break
        // Different hosts for the whole run: also those that have done their part.
        case .nOf: request.held = try table.hosts(of: slot.run)
        case .sharded: request.held = try table.held(of: slot.run)
        }
        try self.addHistory(to: &request, slot.placement, job: slot.job)
        var hosts = try self.hosts(of: job, slot.placement)
        // Its slot is nobody else's, so the others are no choice.
        if slot.placement.kind == .broadcast { hosts.removeAll { slot.wanted?.contains($0.agent) == false } }
        return PlacementChoice.decide(request, by: slot.placement, among: hosts)
    }

    private func addHistory(to request: inout PlacementRequest, _ placement: Placement, job: JobID) throws {
        if placement.strategy == .roundRobin { request.lastChosen = try PlacementTable(self.db).lastChosen(of: job) }
        if placement.strategy == .lastUsed { request.lastUsed = try ExecutionTable(self.db).lastSuccess(of: job) }
    }

    /// Where a run that began now would go.
    mutating func preview(_ job: Job, _ placement: Placement) throws -> [PlacementRecord] {
        var held: [AgentID: Int] = [:]
        var records: [PlacementRecord] = []
        var request = PlacementRequest(
            execution: ExecutionID.lowerBound(at: self.now),
            job: job.uid,
            total: placement.slots,
            executor: job.definition.payload.kindName
        )
        try self.addHistory(to: &request, placement, job: job.id)
        if placement.kind == .broadcast {
            return try self.hosts(of: job, placement).sorted { $0.agent < $1.agent }
                .filter { placement.admits($0.agent, labels: $0.labels) }
                .map { PlacementChoice.decide(request, by: placement, among: [$0]) }
        }
        for index in 0..<placement.slots {
            let slot = PlacementRequest(
                execution: DeterministicID.slot(kind: .manual, job: job.uid, nominal: self.now, index: index),
                job: job.uid,
                slot: index,
                total: placement.slots,
                executor: request.executor,
                held: held,
                lastChosen: request.lastChosen,
                lastUsed: request.lastUsed
            )
            let hosts = try self.hosts(of: job, placement)
            let record = PlacementChoice.decide(slot, by: placement, among: hosts)
            records.append(record)
            guard let host = record.chosen else { continue }
            held[host, default: 0] += 1
            self.given[host, default: 0] += 1
            self.fresh?[host, default: 0] += 1
            request.lastChosen = host
        }
        return records
    }

    /// All hosts of a job's groups, as they are now.
    private mutating func hosts(of job: Job, _ placement: Placement) throws -> [PlacementCandidate] {
        let groups = job.definition.groups
        if self.candidates[groups] == nil {
            let maintained = try MaintenanceTable(self.db).inForce(at: self.now)
            self.candidates[groups] = try AgentTable(self.db).records(inAnyOf: groups).map { agent in
                let host = self.facts.hosts[agent.id]
                self.names[agent.id] = agent.name
                return PlacementCandidate(
                    agent: agent.id,
                    labels: agent.allLabels,
                    isOnline: host.map { self.now.milliseconds(since: $0.lastHeard) <= PlacementHost.patience }
                        ?? false,
                    silence: host.map { max(0, self.now.milliseconds(since: $0.lastHeard)) } ?? .max,
                    knowsLeases: host?.knowsLeases ?? true,
                    executors: host?.executors ?? [],
                    load: host?.load,
                    maintainedUntil: maintained[agent.id]?.end
                )
            }
        }
        let counts = [.leastRunning, .leastLoad].contains(placement.strategy) ? try self.runningCounts() : [:]
        let fresh = placement.strategy == .leastLoad ? try self.freshCounts() : [:]
        return (self.candidates[groups] ?? []).map { candidate in
            var candidate = candidate
            candidate.fresh = fresh[candidate.agent, default: 0]
            candidate.running = counts[candidate.agent, default: 0] + self.given[candidate.agent, default: 0]
            return candidate
        }
    }

    private mutating func freshCounts() throws -> [AgentID: Int] {
        if let fresh = self.fresh { return fresh }
        let since = self.now.advanced(byMilliseconds: -PlacementCandidate.freshness)
        let counts = try PlacementTable(self.db).given(since: since)
        self.fresh = counts
        return counts
    }

    private mutating func runningCounts() throws -> [AgentID: Int] {
        if let counts = self.counts { return counts }
        let counts = try ExecutionTable(self.db).openCounts()
        self.counts = counts
        // They have what was given so far.
        self.given = [:]
        return counts
    }

    /// By when it has to have begun.
    private func deadline(of execution: Execution, _ job: Job, fence: Int) throws -> Timestamp {
        let stored = try ExecutionTable(self.db).startDeadline(of: execution.id)
        let latest = stored ?? StartDeadline.of(nominal: execution.nominal, next: nil)
        // Whoever takes something over comes later than the first who had it.
        let policies = job.definition.policies
        guard fence == 1, let own = policies.startDeadlineSeconds else { return latest }
        return min(latest, execution.nominal.advanced(byMilliseconds: Int64(own) * 1000 + policies.jitterMilliseconds))
    }

    private func policies(of execution: Execution) throws -> Policies? {
        try self.snapshots.snapshot(execution.jobUID, version: execution.jobVersion, self.db)?.policies
    }

    private mutating func conclude(_ inference: Inference, _ execution: Execution) throws {
        var changes = RecordChanges()
        changes.infer(inference, for: [execution], at: self.now)
        try RecordWriter(db: self.db, snapshots: self.snapshots).save(changes)
        try self.endSlots([execution.id])
        self.round.changed += changes.changed
    }

    /// Says why it waits, when that is news.
    private mutating func wait(_ execution: Execution, _ reason: ExecutionReason, _ detail: String) throws {
        guard execution.reason != reason || execution.detail != detail else { return }
        var waiting = execution
        waiting.reason = reason
        waiting.detail = detail
        waiting.updatedAt = self.now
        var changes = RecordChanges()
        changes.write(waiting, over: execution)
        try RecordWriter(db: self.db, snapshots: self.snapshots).save(changes)
        self.round.changed += changes.changed
    }

    /// Asks for the end of a run that a newer one takes the place of.
    private mutating func stop(_ run: RunID) throws {
        for execution in try ExecutionTable(self.db).of(run: run)
        where !execution.status.isTerminal && !execution.cancelRequested {
            if execution.agentID == .unplaced {
                try self.conclude(Inference(.cancelled, .overlap, "a newer run of the job took its place"), execution)
                continue
            }
            var asked = execution
            asked.cancelRequested = true
            asked.updatedAt = self.now
            var changes = RecordChanges()
            changes.write(asked, over: execution)
            try RecordWriter(db: self.db, snapshots: self.snapshots).save(changes)
            self.round.changed += changes.changed
            self.round.cancels.append(
                PlacementRound.Cancel(execution: execution.id, agent: execution.agentID, force: false)
            )
        }
    }
}
