// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    /// Lists count exactly up to here.
    static let countBound = 10_000

    package func execution(_ id: ExecutionID, in scope: Scope) async throws -> Execution? {
        try await self.readFew { db in try ExecutionTable(db).find(id, in: scope) }
    }

    private func reading<Value: Sendable>(
        aside mayLag: Bool,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await mayLag ? self.readAside(body) : self.read(body)
    }

    package func visible(_ ids: [ExecutionID], in scope: Scope) async throws -> Set<ExecutionID> {
        if scope == .all { return Set(ids) }
        return try await self.read { db in
            let table = ExecutionTable(db)
            return Set(try ids.filter { try table.find($0, in: scope) != nil })
        }
    }

    package func executions(_ query: ExecutionQuery) async throws -> Page<Execution> {
        try await self.reading(aside: query.mayLag) { db in
            try ExecutionHistory(db).page(query, countingTo: Self.countBound)
        }
    }

    package func parameters(of run: RunID) async throws -> [String: String] {
        try await self.read { db in try RunTable(db).parameters(of: run) ?? [:] }
    }

    package func run(_ id: RunID, in scope: Scope) async throws -> RunSummary? {
        try await self.read { db in
            let runs = RunTable(db)
            guard let run = try runs.find(id) else { return nil }
            let summary = try runs.summary(of: run, in: scope)
            // A run of which nothing is visible is not there.
            guard scope == .all || summary.tally.total > 0 else { return nil }
            return summary
        }
    }

    package func runs(_ query: RunQuery) async throws -> Page<RunSummary> {
        try await self.reading(aside: query.mayLag) { db in
            try RunTable(db).page(query, countingTo: Self.countBound)
        }
    }

    package func statistics(job: JobID?, since: Timestamp, in scope: Scope) async throws -> ExecutionStatistics {
        try await self.readAside { db in try RollupTable(db).statistics(job: job, since: since, in: scope) }
    }

    package func openCounts(in scope: Scope) async throws -> [ExecutionStatus: Int] {
        try await self.read { db in
            let executions = ExecutionTable(db)
            return [
                .pending: try executions.openCount(.pending, in: scope),
                .running: try executions.openCount(.running, in: scope),
            ]
        }
    }

    package func pendingCancels(of agent: AgentID) async throws -> [PendingCancel] {
        try await self.read { db in try ExecutionTable(db).cancels(of: agent) }
    }

    package func requestCancel(_ id: ExecutionID, force: Bool, by change: Change) async throws -> Execution {
        try await self.write("request_cancel") { db in
            guard let execution = try ExecutionTable(db).find(id) else { throw StoreFault.noExecution(id) }
            if let pass = change.approval {
                // The run that was asked for as a whole, or this one of it.
                let isRun = try ApprovalTable(db).find(pass.id)?.object.kind == "run"
                let object = Approval.Object(
                    kind: isRun ? "run" : "execution",
                    id: isRun ? execution.runID.description : id.description,
                    name: execution.jobName
                )
                try Self.permit(true, object, version: nil, to: "stop", by: change, db)
            }
            return try self.askToStop(execution, force: force, by: change, db)
        }
    }

    /// - Returns: the execution as it is now; one that has ended, or was asked before, stays as it is.
    func askToStop(_ execution: Execution, force: Bool, by change: Change, _ db: Database) throws -> Execution {
        guard !execution.status.isTerminal else { return execution }
        if execution.agentID == .unplaced || execution.awaitsWave {
            return try self.cancelUntold(execution, by: change, db)
        }
        // Asked to end before, now to be killed: that is a change as well, though the record looks the same.
        let isForced = force ? try ExecutionTable(db).forceCancel(execution.id, on: execution.agentID) : false
        guard !execution.cancelRequested || isForced else { return execution }
        var asked = execution
        asked.cancelRequested = true
        asked.updatedAt = change.at
        var changes = RecordChanges()
        asked = changes.write(asked, over: execution)
        try RecordWriter(db: db, snapshots: self.snapshots).save(changes)
        try AuditTable(db).record(
            change,
            .executionCancel,
            AuditObject(execution),
            groups: try JobTable(db).groups(of: execution.jobID)
        )
        return asked
    }

    /// No host has it that could answer.
    private func cancelUntold(_ execution: Execution, by change: Change, _ db: Database) throws -> Execution {
        let inference: Inference = execution.awaitsWave ? .cancelledBeforeWave : .cancelledUnplaced
        let ended = try self.infer(inference, for: [execution], at: change.at, db).first ?? execution
        try AuditTable(db).record(
            change,
            .executionCancel,
            AuditObject(execution),
            groups: try JobTable(db).groups(of: execution.jobID)
        )
        return ended
    }

    package func runningExecutions(of agent: AgentID) async throws -> [ExecutionID] {
        try await self.read { db in try ExecutionTable(db).openIDs(.running, of: agent) }
    }

    package func infer(
        _ inference: Inference,
        for ids: [ExecutionID],
        in expected: ExecutionStatus,
        at now: Timestamp
    ) async throws -> [Execution] {
        guard !ids.isEmpty else { return [] }
        return try await self.write("infer") { db in
            let table = ExecutionTable(db)
            let executions = try table.find(Set(ids).sorted())
            return try self.infer(inference, for: executions.filter { $0.status == expected }, at: now, db)
        }
    }

    package func giveUpPending(before nominal: Timestamp, limit: Int, at now: Timestamp) async throws -> [Execution] {
        try await self.write("give_up_pending") { db in
            try self.infer(.gaveUp, for: try ExecutionTable(db).pending(before: nominal, limit: limit), at: now, db)
        }
    }

    /// Concludes a state for executions that this transaction has read.
    @discardableResult
    func infer(
        _ inference: Inference,
        for executions: [Execution],
        at now: Timestamp,
        _ db: Database
    ) throws -> [Execution] {
        var changes = RecordChanges()
        changes.infer(inference, for: executions, at: now)
        try RecordWriter(db: db, snapshots: self.snapshots).save(changes)
        return changes.changed
    }
}
