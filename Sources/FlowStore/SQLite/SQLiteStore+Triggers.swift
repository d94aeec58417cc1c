// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func start(_ trigger: Trigger, by change: Change) async throws -> StartedRun {
        try await self.writeTogether("start") { db in
            let now = change.at
            let runs = RunTable(db)
            // 1. A key that was seen answers with what it started, at any later time and even when the job has gone.
            if let id = try runs.run(ofTrigger: trigger.uid, job: trigger.job), let run = try runs.find(id) {
                return StartedRun(
                    run: run,
                    executions: try ExecutionTable(db).of(run: id),
                    orders: try OrderTable(db, self.snapshots).pending(of: id),
                    isRepeat: true
                )
            }
            // 2. What it starts, on whom.
            guard let job = try JobTable(db).readable(trigger.job) else { throw StoreFault.noJob(trigger.job) }
            let parent = try trigger.retryOf.flatMap { try ExecutionTable(db).find($0) }
            let repeated = try trigger.rerunOf.map { try ExecutionTable(db).of(run: $0) } ?? []
            let original = try (parent?.runID ?? trigger.rerunOf).flatMap { try runs.find($0) }
            let isPlaced = job.definition.placement?.hasSlots ?? false
            var draft = try RunDraft.trigger(
                trigger,
                of: JobReference(job),
                reaching: try AgentTable(db).agents(inAnyOf: job.definition.groups),
                parent: parent,
                earlier: Dictionary(repeated.map { ($0.agentID, $0.id) }, uniquingKeysWith: { $1 }),
                dataTime: original?.dataTime,
                isPlaced: isPlaced,
                at: now
            )
            try Self.permit(
                job.definition.takesTwo(to: .run),
                .job(job),
                version: job.version,
                to: "start",
                result: draft.run.id.description,
                by: change,
                db
            )
            let maintained = try MaintenanceTable(db).inForce(at: now)
            if let refusal = draft.refusal(during: maintained, named: trigger.targets != nil) {
                throw StoreFault.inMaintenance(try AgentTable(db).name(of: refusal.agent), refusal.period)
            }
            if isPlaced { draft.shards = try self.shards(toRepeat: repeated, parent, named: trigger.targets, job, db) }
            if job.definition.placement?.kind == .broadcast, draft.wanted == nil {
                draft.wanted = Self.hosts(toRepeat: repeated, parent, named: trigger.targets)
            }
            let begun = try RecordWriter(db: db, snapshots: self.snapshots).begin(draft)
            try AuditTable(db).record(
                change,
                trigger.type == .retry ? .executionRetry : .jobRun,
                parent.map { AuditObject($0) } ?? AuditObject(job),
                groups: job.definition.groups,
                after: RunAudit(draft.run, targets: draft.executions.map(\.agentID))
            )
            return StartedRun(run: draft.run, executions: begun.executions, orders: begun.orders, isRepeat: false)
        }
    }

    /// Which hosts of a broadcast a retry is for: those that did not succeed; nil = all.
    private static func hosts(
        toRepeat executions: [Execution],
        _ parent: Execution?,
        named: [AgentID]?
    ) -> [AgentID]? {
        let wanted =
            parent.map { [$0] }
            ?? executions.filter { $0.status != .success && $0.reason != .moved && named?.contains($0.agentID) ?? true }
        let hosts = Set(wanted.map(\.agentID)).subtracting([.unplaced])
        return hosts.isEmpty ? nil : hosts.sorted()
    }

    /// Which shards a retry is for: those that did not succeed; nil = all.
    private func shards(
        toRepeat executions: [Execution],
        _ parent: Execution?,
        named hosts: [AgentID]?,
        _ job: Job,
        _ db: Database
    ) throws -> [Int]? {
        guard job.definition.placement?.kind == .sharded else { return nil }
        let named = hosts.map { Set($0) }
        let wanted =
            parent.map { [$0] }
            ?? executions.filter { $0.status != .success && $0.reason != .moved && named?.contains($0.agentID) ?? true }
        guard !wanted.isEmpty else { return nil }
        let numbers = try PlacementTable(db).numbers(in: Set(wanted.map(\.runID)))
        let shards = Set(wanted.compactMap { numbers[$0.id] }).filter { $0 < job.definition.placement?.slots ?? 0 }
            .sorted()
        return shards.isEmpty ? nil : shards
    }
}
