// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

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
    func begin(_ draft: RunDraft) throws -> Begun {
        let runs = RunTable(self.db)
        let table = ExecutionTable(self.db)
        try runs.insert(draft.run)
        if let uid = draft.triggerUID { try runs.recordTrigger(uid, job: draft.run.jobID, run: draft.run.id) }
        var executions: [Execution] = []
        executions.reserveCapacity(draft.executions.count)
        var orders: [AgentID: Order] = [:]
        for execution in draft.executions {
            guard try table.insert(execution, deadline: draft.deadline) else {
                executions.append(try table.find(execution.id) ?? execution)
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
        try OrderTable(self.db, self.snapshots).insert(execution.id, for: execution.agentID)
        return Order(of: execution, job: job, parameters: draft.run.parameters, deadline: draft.deadline)
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
        for id in changes.removed {
            try logs.deleteAll(of: id)
            try AttemptTable(self.db).deleteAll(of: id)
            try executions.delete(id)
        }
        for run in changes.runs { try runs.insert(run) }
        for write in changes.writes {
            if write.isNew {
                _ = try executions.insert(write.execution, deadline: nil)
                if let output = write.output { try executions.setOutput(output, of: write.execution.id) }
            } else {
                try executions.update(write)
            }
        }
        let attempts = AttemptTable(self.db)
        for write in changes.attempts { try attempts.store(write.record, of: write.execution) }
        for key in changes.ordersDone { try orders.delete(key.execution, for: key.agent) }
        for account in changes.accounts { try OwedTable(self.db).settle(account) }
        let isNew = try changes.chunks.enumerated().map { index, chunk in
            changes.droppedChunks.contains(index) ? false : try logs.insert(chunk)
        }
        try RollupTable(self.db).add(changes.rollups)
        for (agent, sequence) in changes.acknowledged.sorted(by: { $0.key < $1.key }) {
            try agents.setAcknowledged(sequence, of: agent)
        }
        if let time = changes.eventTime {
            try EventTable(self.db).append(changes.events, at: time)
            try SettlementTable(self.db).settle(after: changes, at: time)
        }
        return isNew
    }
}
