// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB
import Synchronization

extension SQLiteStore {
    package func fire(
        _ fires: [PlannedFire],
        online: Set<AgentID>,
        at now: Timestamp
    ) async throws -> [FireOutcome] {
        guard !fires.isEmpty else { return [] }
        return try await self.write("fire") { db in
            try self.catalog.withLock { catalog in
                var outcomes: [FireOutcome] = []
                outcomes.reserveCapacity(fires.count)
                for fire in fires {
                    outcomes.append(try self.fire(fire, online: online, at: now, &catalog, db))
                }
                return outcomes
            }
        }
    }

    private func fire(
        _ fire: PlannedFire,
        online: Set<AgentID>,
        at now: Timestamp,
        _ catalog: inout JobCatalog,
        _ db: Database
    ) throws -> FireOutcome {
        // 1. The linearisation point: of all who plan this fire, one moves the schedule on.
        let jobs = JobTable(db)
        guard let job = try catalog.entry(fire.job, db) else { return .superseded(next: nil) }
        guard try jobs.moveOn(job.id, from: fire.nominal, to: fire.next) else {
            return .superseded(next: try jobs.nextFire(of: job.id))
        }
        guard !fire.isMissed else { return .movedOn }
        // 2. The run, also when it finds no host: that is explained, not hidden.
        let run = Run(
            id: DeterministicID.run(kind: .cron, job: job.uid, nominal: fire.nominal),
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.name,
            jobVersion: job.version,
            type: .schedule,
            nominal: fire.nominal,
            source: "scheduler",
            createdAt: now
        )
        try RunTable(db).insert(run)
        // 3. One execution per target, unless its agent was first.
        let agents = try catalog.agents(of: job, db)
        let deadline = StartDeadline.of(nominal: fire.nominal, next: fire.next)
        let start = ExecutionStart(
            db: db,
            snapshots: self.snapshots,
            run: run,
            kind: .cron,
            deadline: deadline,
            now: now
        )
        var executions: [Execution] = []
        var orders: [AgentID: Order] = [:]
        executions.reserveCapacity(agents.count)
        for agent in agents {
            let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: fire.nominal, agent: agent)
            let execution = try start.record(id, on: agent)
            executions.append(execution)
            // 4. Its order, where somebody is there to take it and it is still wanted.
            if execution.status == .pending, online.contains(agent), let order = try start.order(execution) {
                orders[agent] = order
            }
        }
        return .fired(run, executions: executions, orders: orders)
    }
}
