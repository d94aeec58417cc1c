// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on the times in which the scheduler stood still.
///
/// The first stop has the number 1, and each has two revisions: an odd one while it goes on, an even one when it is over.
struct SchedulerStopTable {
    private static let columns = "id, stopped_at, stopped_by, reason, started_at, started_by"
    /// Older ones are forgotten, and explained no more.
    private static let limit: Int64 = 1000

    let db: Database
    init(_ db: Database) { self.db = db }

    func state() throws -> SchedulerState {
        let sql = "SELECT \(Self.columns) FROM scheduler_stop ORDER BY id DESC LIMIT 1"
        let newest = try self.db.first(sql) { row in (id: row.integer(0) as Int64, stop: Self.decode(row)) }
        guard let (id, stop) = newest else {
            return SchedulerState()
        }
        return SchedulerState(revision: stop.until == nil ? 2 * id - 1 : 2 * id, stop: stop)
    }

    func begin(_ stop: SchedulerStop, after state: SchedulerState) throws {
        let id = state.revision / 2 + 1
        try self.db.run(
            "INSERT INTO scheduler_stop (id, stopped_at, stopped_by, reason) VALUES (?, ?, ?, ?)",
            [.integer(id), .time(stop.since), .text(stop.by), .text(stop.reason)]
        )
        try self.db.run("DELETE FROM scheduler_stop WHERE id <= ?", [.integer(id - Self.limit)])
    }

    func end(_ state: SchedulerState, by name: String, at now: Timestamp) throws {
        try self.db.run(
            "UPDATE scheduler_stop SET started_at = ?, started_by = ? WHERE id = ?",
            [.time(now), .text(name), .integer((state.revision + 1) / 2)]
        )
    }

    func covering(_ instant: Timestamp) throws -> SchedulerStop? {
        try self.db.first(
            """
            SELECT \(Self.columns) FROM scheduler_stop
            WHERE stopped_at <= ? AND (started_at IS NULL OR started_at > ?) ORDER BY id DESC LIMIT 1
            """,
            [.time(instant), .time(instant)]
        ) { Self.decode($0) }
    }

    private static func decode(_ row: some RecordRow) -> SchedulerStop {
        SchedulerStop(
            since: row.time(1),
            by: row.text(2),
            reason: row.optionalText(3),
            until: row.optionalTime(4),
            endedBy: row.optionalText(5)
        )
    }
}
