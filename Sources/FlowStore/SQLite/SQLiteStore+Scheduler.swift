// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func scheduler() async throws -> SchedulerState {
        try await self.read { db in try SchedulerStopTable(db).state() }
    }

    package func schedulerStop(at instant: Timestamp) async throws -> SchedulerStop? {
        try await self.read { db in try SchedulerStopTable(db).covering(instant) }
    }

    package func stopScheduler(reason: String?, by change: Change) async throws -> SchedulerState {
        try await self.write("stop_scheduler") { db in
            let table = SchedulerStopTable(db)
            let before = try table.state()
            guard !before.isStopped else { return before }
            // Clocks of servers differ by a little, and two stops never overlap.
            let since = max(change.at, before.stop?.until ?? change.at)
            try table.begin(SchedulerStop(since: since, by: change.actor.name, reason: reason), after: before)
            return try self.audit(.schedulerStop, table.state(), over: before, by: change, db)
        }
    }

    package func startScheduler(by change: Change) async throws -> SchedulerState {
        try await self.write("start_scheduler") { db in
            let table = SchedulerStopTable(db)
            let before = try table.state()
            guard before.isStopped else { return before }
            try table.end(before, by: change.actor.name, at: max(change.at, before.stop?.since ?? change.at))
            return try self.audit(.schedulerStart, table.state(), over: before, by: change, db)
        }
    }

    private func audit(
        _ action: AuditAction,
        _ after: SchedulerState,
        over before: SchedulerState,
        by change: Change,
        _ db: Database
    ) throws -> SchedulerState {
        try AuditTable(db).record(
            change,
            action,
            AuditObject("scheduler", "scheduler"),
            before: ["running": String(!before.isStopped)],
            after: ["running": String(!after.isStopped)]
        )
        return after
    }
}
