// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

extension SQLiteStore {
    package func fire(
        _ fires: [PlannedFire],
        online: Set<AgentID>,
        recent: Set<AgentID>?,
        at now: Timestamp
    ) async throws -> [FireOutcome] {
        guard !fires.isEmpty else { return [] }
        return try await self.write("fire", .beside) { db in
            // Here and not before: a stop that has returned is in force on every server.
            if try SchedulerStopTable(db).state().isStopped { return fires.map { _ in .held } }
            // 1. The linearisation point: of all who plan a fire, one moves the schedule on.
            let moved = try ScheduleTable(db).moveOn(fires)
            // 2. What each one is, and on whom.
            let maintained = try MaintenanceTable(db).inForce(at: now)
            let isShared = self.engine.isShared
            let decided = try self.targets.withLock { targets in
                if isShared { targets.membershipsChanged() }
                return try zip(fires, moved).map { fire, moved in
                    let resting = maintained.filter { $1.covers(fire.nominal) }
                    return try self.decide(
                        fire,
                        moved,
                        online: online,
                        recent: recent,
                        but: resting,
                        at: now,
                        &targets,
                        db
                    )
                }
            }
            // 3. The runs and their executions, all of the group together.
            let drafts = decided.compactMap { if case .begins(let draft) = $0 { draft } else { nil } }
            var begun = try RecordWriter(db: db, snapshots: self.snapshots).begin(drafts)[...]
            return decided.map { decision in
                switch decision {
                case .over(let outcome): return outcome
                case .begins(let draft):
                    let records = begun.removeFirst()
                    return .fired(draft.run, executions: records.executions, orders: records.orders)
                }
            }
        }
    }

    private enum Decision {
        case over(FireOutcome)
        case begins(RunDraft)
    }

    private func decide(
        _ fire: PlannedFire,
        _ moved: ScheduleTable.Moved?,
        online: Set<AgentID>,
        recent: Set<AgentID>?,
        but maintained: [AgentID: MaintenancePeriod],
        at now: Timestamp,
        _ targets: inout TargetCache,
        _ db: Database
    ) throws -> Decision {
        guard let moved else {
            let stored = try ScheduleTable(db).state(of: fire.jobID)
            return .over(.superseded(next: stored?.next, version: stored?.version))
        }
        // What is no fire any more runs nowhere, whoever would choose the host.
        guard !fire.isStale else { return .over(.movedOn) }
        let snapshot = try self.snapshots.snapshot(moved.job.uid, version: moved.job.version, db)
        if snapshot == nil, try self.snapshots.isUnreadable(moved.job.uid, version: moved.job.version, db) {
            // It stays due, and is no longer planned here.
            try ScheduleTable(db).giveBack(fire)
            return .over(.superseded(next: nil, version: fire.version))
        }
        if let snapshot, let placement = snapshot.placement, placement.isCoordinated {
            // No host fires or misses it by itself: what the server was too late for is the server's to account for.
            let isLate = RunDraft.isLate(fire, snapshot.policies, at: now)
            let stop = isLate ? try SchedulerStopTable(db).covering(fire.nominal) : nil
            let hosts = placement.hasSlots ? [] : try targets.agents(inAnyOf: moved.groups, db)
            return .begins(
                RunDraft.placedFire(fire, of: moved.job, on: hosts, snapshot.policies, stop: stop, at: now)
            )
        }
        guard !fire.isMissed else { return .over(.movedOn) }
        // The run, also when it finds no host: that is explained, not hidden; and one execution per target.
        var agents = try targets.agents(inAnyOf: moved.groups, db)
        if !maintained.isEmpty, !agents.isEmpty {
            // They hold it back as well, and account for it at the end by the misfire policy.
            agents.removeAll { maintained[$0] != nil }
            guard !agents.isEmpty else { return .over(.owed) }
        }
        if let recent, !agents.isEmpty {
            try OwedTable(db).note(fire, on: agents.filter { !recent.contains($0) })
            agents.removeAll { !recent.contains($0) }
            guard !agents.isEmpty else { return .over(.owed) }
        }
        return .begins(RunDraft.fire(fire, of: moved.job, on: agents, online: online, at: now))
    }
}
