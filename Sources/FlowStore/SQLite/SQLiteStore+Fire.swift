// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB
import Synchronization

extension SQLiteStore {
    package func fire(
        _ fires: [PlannedFire],
        online: Set<AgentID>,
        recent: Set<AgentID>?,
        at now: Timestamp
    ) async throws -> [FireOutcome] {
        guard !fires.isEmpty else { return [] }
        return try await self.write("fire") { db in
            try self.targets.withLock { targets in
                var outcomes: [FireOutcome] = []
                outcomes.reserveCapacity(fires.count)
                for fire in fires {
                    outcomes.append(try self.fire(fire, online: online, recent: recent, at: now, &targets, db))
                }
                return outcomes
            }
        }
    }

    private func fire(
        _ fire: PlannedFire,
        online: Set<AgentID>,
        recent: Set<AgentID>?,
        at now: Timestamp,
        _ targets: inout TargetCache,
        _ db: Database
    ) throws -> FireOutcome {
        // 1. The linearisation point: of all who plan this fire, one moves the schedule on.
        let schedules = ScheduleTable(db)
        guard let moved = try schedules.moveOn(fire) else {
            let stored = try schedules.state(of: fire.jobID)
            return .superseded(next: stored?.next, version: stored?.version)
        }
        guard !fire.isMissed else { return .movedOn }
        // 2. The run, also when it finds no host: that is explained, not hidden; and one execution per target.
        var agents = try targets.agents(inAnyOf: moved.groups, db)
        if let recent, !agents.isEmpty {
            for agent in agents where !recent.contains(agent) { try OwedTable(db).note(fire, on: agent) }
            agents.removeAll { !recent.contains($0) }
            guard !agents.isEmpty else { return .owed }
        }
        let draft = RunDraft.fire(fire, of: moved.job, on: agents, online: online, at: now)
        let begun = try RecordWriter(db: db, snapshots: self.snapshots).begin(draft)
        return .fired(draft.run, executions: begun.executions, orders: begun.orders)
    }
}
