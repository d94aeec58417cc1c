// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Saves what decisions made of runs and executions: the one place where the adapter writes them.
struct RecordWriter {
    let db: Database
    let snapshots: SnapshotCache

    /// What became of a draft.
    struct Begun {
        /// As they are stored: also those that were there before.
        let executions: [Execution]
        let orders: [AgentID: Order]
    }

    /// Begins a run: its row, its executions, and orders for those that are new.
    func begin(_ draft: RunDraft) throws -> Begun { try self.begin([draft])[0] }

    /// Begins runs, table by table: what is sent to the database in one go is of one statement.
    ///
    /// - Returns: what became of each.
    func begin(_ drafts: [RunDraft]) throws -> [Begun] {
        // What the server places has a record for each slot instead of each host, and no orders yet.
        var slots: [PlacementSlot] = []
        var rollouts: [(run: Run, rollout: WaveRollout, wave: [ExecutionID: Int])] = []
        var maintained: [AgentID: MaintenancePeriod] = [:]
        if let draft = drafts.first(where: { $0.kind != .cron }) {
            maintained = try MaintenanceTable(self.db).inForce(at: draft.run.createdAt)
        }
        let drafts = try drafts.map { draft in
            guard let placement = try self.placement(of: draft) else { return draft.sparing(maintained) }
            if let waves = placement.waves, !placement.hasSlots {
                let waiting = draft.inWaves(waves, first: placement.order)
                if let rollout = waiting.rollout { rollouts.append((draft.run, rollout, waiting.wave)) }
                return waiting.draft
            }
            let placed = draft.placed(by: placement, on: try self.members(for: placement, draft))
            slots += placed.slots
            return placed.draft
        }
        let runs = RunTable(self.db)
        let table = ExecutionTable(self.db)
        try runs.insert(drafts.map(\.run))
        for draft in drafts {
            guard let uid = draft.triggerUID else { continue }
            try runs.recordTrigger(uid, job: draft.run.jobID, run: draft.run.id)
        }
        var isNew = try table.insert(drafts.flatMap { draft in draft.executions.map { ($0, draft.deadline) } })[...]
        let begun = try drafts.map { draft in try self.begun(draft, isNew: isNew.takeFirst(draft.executions.count)) }
        try OrderTable(self.db, self.snapshots).insert(
            begun.flatMap { $0.orders.sorted { $0.key < $1.key } }.map { ($0.key, $0.value.executionID) }
        )
        if !slots.isEmpty { try PlacementTable(self.db).insert(slots) }
        for (run, rollout, wave) in rollouts { try WaveTable(self.db).insert(run, rollout, wave) }
        if !maintained.isEmpty {
            // Where every host is in maintenance nobody will report of it either.
            for draft in drafts where draft.isRefused(because: .maintenance) {
                try SettlementTable(self.db).settle(draft.run, at: draft.run.createdAt)
            }
        }
        return begun
    }

    /// Whom a broadcast goes to: those that are members now, whether they are there or not.
    private func members(for placement: Placement, _ draft: RunDraft) throws -> [AgentID] {
        guard placement.kind == .broadcast, let job = try JobTable(self.db).find(draft.run.jobID) else { return [] }
        return try AgentTable(self.db).records(inAnyOf: job.definition.groups)
            .filter { placement.admits($0.id, labels: $0.allLabels) }
            .map(\.id).sorted()
    }

    /// How the server places a run's version of its job; nil when that runs on each host.
    private func placement(of draft: RunDraft) throws -> Placement? {
        if let placement = draft.placement { return placement }
        let job = try self.snapshots.snapshot(draft.run.jobUID, version: draft.run.jobVersion, self.db)
        guard let placement = job?.placement, placement.isCoordinated else { return nil }
        return placement
    }

    private func begun(_ draft: RunDraft, isNew: ArraySlice<Bool>) throws -> Begun {
        var executions: [Execution] = []
        executions.reserveCapacity(draft.executions.count)
        var orders: [AgentID: Order] = [:]
        for (execution, isNew) in zip(draft.executions, isNew) {
            guard isNew else {
                executions.append(try ExecutionTable(self.db).find(execution.id) ?? execution)
                continue
            }
            executions.append(execution)
            guard draft.ordered.contains(execution.agentID) else { continue }
            orders[execution.agentID] = try self.order(execution, draft)
        }
        // Nobody will report of it: it was skipped (D13).
        if draft.executions.isEmpty { try SettlementTable(self.db).settle(draft.run, at: draft.run.createdAt) }
        return Begun(executions: executions, orders: orders)
    }

    /// - Returns: nil when the job's version is not known here, so that nothing could be ordered.
    private func order(_ execution: Execution, _ draft: RunDraft) throws -> Order? {
        let job = try self.snapshots.snapshot(execution.jobUID, version: execution.jobVersion, self.db)
        guard let job else { return nil }
        return Order(
            of: execution,
            job: job,
            parameters: draft.run.parameters,
            dataTime: draft.run.dataTime,
            deadline: draft.deadline
        )
    }

    /// A host that has given up a slot says so: the next one gets it before the run could seem to be over.
    private func passOn(_ writes: [RecordChanges.Write]) throws {
        for write in writes where write.execution.reason == .moved && write.execution.decidedBy == .agent {
            guard write.stored?.reason != .moved, let slot = try PlacementTable(self.db).find(write.execution.id) else {
                continue
            }
            // It looks at the other slots of the run.
            try self.db.requireAlone()
            _ = try PlacementStep.passOn(slot, of: write.execution, at: write.execution.updatedAt, self.db)
        }
    }

    /// Saves changes of runs and executions with all that follows from them.
    ///
    /// - Returns: for each of the output pieces, whether it was not there before.
    @discardableResult
    func save(_ changes: RecordChanges) throws -> [Bool] {
        let runs = RunTable(self.db)
        let executions = ExecutionTable(self.db)
        let orders = OrderTable(self.db, self.snapshots)
        let agents = AgentTable(self.db)
        let logs = LogTable(self.db)
        // Another host's, of which a report may be under way.
        if !changes.removed.isEmpty { try self.db.requireAlone() }
        for account in changes.accounts { try OwedTable(self.db).settle(account) }
        for id in changes.removed {
            try logs.deleteAll(of: id)
            try PreviewTable(self.db).delete(id)
            try ArchiveTable(self.db).deleteAll(of: id)
            try AttemptTable(self.db).deleteAll(of: id)
            try executions.delete(id)
        }
        let writes = changes.writes
        let new = writes.filter(\.isNew)
        try runs.insert(changes.runs)
        let isFirst = try executions.insert(new.map { ($0.execution, nil) })
        // A fire of another server has recorded it since it was looked for: what was decided is decided anew.
        if isFirst.contains(false) { try self.db.requireAlone() }
        try executions.setOutputs(new)
        try executions.update(writes.filter { !$0.isNew })
        try self.passOn(writes)
        try AttemptTable(self.db).store(changes.attempts.map { ($0.record, $0.execution) })
        if !changes.outputs.isEmpty {
            let outputs = changes.outputs.sorted { $0.key < $1.key }.map { (id: $0.key, values: $0.value) }
            try ExecutionOutputTable(self.db).store(outputs)
        }
        try orders.delete(changes.ordersDone.map { ($0.agent, $0.execution) })
        let isNew = try logs.insert(changes.chunks, except: changes.droppedChunks)
        // Of long output only: it came before its end did.
        for write in writes where (write.output?.bytes ?? 0) > Int64(LogPreview.limit) {
            if write.execution.status.isTerminal { try PreviewTable(self.db).keep(write.execution) }
        }
        try agents.setAcknowledged(changes.acknowledged)
        // From here on one after the other: sums of all jobs are few rows, numbers of events are committed in their order, and
        // of two servers that each end one half of a run the second one sees that it is over.
        let time = changes.eventTime
        if time != nil { try self.db.takeLogTurn() }
        try RollupTable(self.db).add(changes.rollups)
        if let time {
            try EventTable(self.db).append(changes.events, at: time)
            try SettlementTable(self.db).settle(after: changes, at: time)
        }
        return isNew
    }
}

extension ArraySlice {
    fileprivate mutating func takeFirst(_ count: Int) -> ArraySlice {
        defer { self = self.dropFirst(count) }
        return self.prefix(count)
    }
}
