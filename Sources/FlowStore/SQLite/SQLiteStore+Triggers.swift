// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

extension SQLiteStore {
    package func start(_ trigger: Trigger, by change: Change) async throws -> StartedRun {
        try await self.write("start") { db in
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
            // 2. Whom it reaches. The job's groups bound what a trigger may name.
            guard let job = try JobTable(db).find(trigger.job) else { throw StoreFault.noJob(trigger.job) }
            var agents = try AgentTable(db).agents(inAnyOf: job.definition.groups)
            if let targets = trigger.targets {
                let wanted = Set(targets)
                agents.removeAll { !wanted.contains($0) }
            }
            guard !agents.isEmpty else { throw StoreFault.noTarget(job.definition.name) }
            // 3. The run and its key.
            let kind: ExecutionKind = trigger.type == .retry ? .rerun : .manual
            let parent = try trigger.retryOf.flatMap { try ExecutionTable(db).find($0) }
            let run = Run(
                id: DeterministicID.run(kind: kind, job: job.uid, nominal: now, discriminator: trigger.uid),
                jobID: job.id,
                jobUID: job.uid,
                jobName: job.definition.name,
                jobVersion: job.version,
                type: trigger.type,
                nominal: now,
                source: trigger.source,
                caller: trigger.caller,
                parameters: trigger.parameters,
                retryOf: parent?.runID,
                createdAt: now
            )
            try runs.insert(run)
            try runs.recordTrigger(trigger.uid, job: job.id, run: run.id)
            // 4. An execution and an order for every target, offline ones too: nobody else would start these.
            let start = ExecutionStart(
                db: db,
                snapshots: self.snapshots,
                run: run,
                kind: kind,
                deadline: StartDeadline.ofTrigger(at: now),
                now: now,
                retryOf: trigger.retryOf
            )
            var executions: [Execution] = []
            var orders: [AgentID: Order] = [:]
            for agent in agents {
                let id = DeterministicID.execution(
                    kind: kind,
                    job: job.uid,
                    nominal: now,
                    agent: agent,
                    discriminator: trigger.uid
                )
                let execution = try start.record(id, on: agent)
                executions.append(execution)
                orders[agent] = try start.order(execution)
            }
            try AuditTable(db).record(
                change,
                trigger.type == .retry ? .executionRetry : .jobRun,
                parent.map { AuditObject($0) } ?? AuditObject(job),
                groups: job.definition.groups,
                after: RunAudit(run, targets: agents)
            )
            return StartedRun(run: run, executions: executions, orders: orders, isRepeat: false)
        }
    }
}
