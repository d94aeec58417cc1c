// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

extension SQLiteStore {
    /// Lists count exactly up to here.
    static let countBound = 10_000

    package func execution(_ id: ExecutionID, in scope: Scope) async throws -> Execution? {
        try await self.read { db in try ExecutionTable(db).find(id, in: scope) }
    }

    package func visible(_ ids: [ExecutionID], in scope: Scope) async throws -> Set<ExecutionID> {
        if scope == .all { return Set(ids) }
        return try await self.read { db in
            let table = ExecutionTable(db)
            return Set(try ids.filter { try table.find($0, in: scope) != nil })
        }
    }

    package func executions(_ query: ExecutionQuery) async throws -> Page<Execution> {
        try await self.read { db in try ExecutionHistory(db).page(query, countingTo: Self.countBound) }
    }

    package func parameters(of run: RunID) async throws -> [String: String] {
        try await self.read { db in try RunTable(db).parameters(of: run) ?? [:] }
    }

    package func run(_ id: RunID, in scope: Scope) async throws -> RunSummary? {
        try await self.read { db in
            let runs = RunTable(db)
            guard let run = try runs.find(id) else { return nil }
            let tally = try runs.tally(of: id, in: scope)
            // A run of which nothing is visible is not there.
            guard scope == .all || tally.total > 0 else { return nil }
            return RunSummary(run: run, tally: tally)
        }
    }

    package func runs(_ query: RunQuery) async throws -> Page<RunSummary> {
        try await self.read { db in try RunTable(db).page(query, countingTo: Self.countBound) }
    }

    package func statistics(job: JobID?, since: Timestamp, in scope: Scope) async throws -> ExecutionStatistics {
        try await self.read { db in try RollupTable(db).statistics(job: job, since: since, in: scope) }
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
            let executions = ExecutionTable(db)
            guard var execution = try executions.find(id) else { throw StoreFault.noExecution(id) }
            guard !execution.status.isTerminal else { return execution }
            // Asked to end before, now to be killed: that is a change as well, though the record looks the same.
            let isForced = force ? try executions.forceCancel(id, on: execution.agentID) : false
            guard !execution.cancelRequested || isForced else { return execution }
            try executions.requestCancel(id, at: change.at)
            execution.cancelRequested = true
            execution.updatedAt = change.at
            try AuditTable(db).record(
                change,
                .executionCancel,
                AuditObject(execution),
                groups: try JobTable(db).groups(of: execution.jobID)
            )
            return execution
        }
    }

    package func runningExecutions(of agent: AgentID) async throws -> [ExecutionID] {
        try await self.read { db in try ExecutionTable(db).openIDs(.running, of: agent) }
    }

    package func infer(
        _ ids: [ExecutionID],
        from expected: ExecutionStatus,
        to status: ExecutionStatus,
        reason: ExecutionReason,
        detail: String,
        at now: Timestamp
    ) async throws -> [Execution] {
        guard !ids.isEmpty else { return [] }
        return try await self.write("infer") { db in
            var inference = Inference(db: db, snapshots: self.snapshots)
            for id in ids {
                guard let execution = try ExecutionTable(db).find(id), execution.status == expected else { continue }
                // Never over what an agent reported as final (`semantics.md` 2, rule 3).
                if execution.status.isTerminal, execution.decidedBy == .agent { continue }
                try inference.infer(execution, status, reason, detail, at: now)
            }
            try inference.finish()
            return inference.changed
        }
    }

    package func giveUpPending(before nominal: Timestamp, limit: Int, at now: Timestamp) async throws -> [Execution] {
        try await self.write("give_up_pending") { db in
            var inference = Inference(db: db, snapshots: self.snapshots)
            for execution in try ExecutionTable(db).pending(before: nominal, limit: limit) {
                let detail = "The agent did not say what became of this before the time to wait for it was over."
                try inference.infer(execution, .skipped, .agentOffline, detail, at: now)
            }
            try inference.finish()
            return inference.changed
        }
    }
}
