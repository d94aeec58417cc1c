// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on calendars.
struct CalendarTable {
    private static let columns = "name, description, revision, entries, created_at, updated_at, updated_by"

    let db: Database
    init(_ db: Database) { self.db = db }

    func all() throws -> [HolidayCalendar] {
        try self.db.all("SELECT \(Self.columns) FROM calendar ORDER BY name") { try Self.decode($0) }
    }

    func find(_ name: String) throws -> HolidayCalendar? {
        try self.db.first("SELECT \(Self.columns) FROM calendar WHERE name = ?", [.text(name)]) { try Self.decode($0) }
    }

    func count() throws -> Int64 { try self.db.first("SELECT count(*) FROM calendar") { $0.integer(0) } ?? 0 }

    func save(_ calendar: HolidayCalendar) throws {
        try self.db.run(
            """
            INSERT INTO calendar (name, description, revision, entries, created_at, updated_at, updated_by)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET
                description = excluded.description, revision = excluded.revision, entries = excluded.entries,
                updated_at = excluded.updated_at, updated_by = excluded.updated_by
            """,
            [
                .text(calendar.name), .text(calendar.description), .integer(calendar.revision),
                .text(try JSONColumn.encode(calendar.entries)), .time(calendar.createdAt), .time(calendar.updatedAt),
                .text(calendar.updatedBy),
            ]
        )
    }

    func delete(_ name: String) throws { try self.db.run("DELETE FROM calendar WHERE name = ?", [.text(name)]) }

    /// Jobs whose present version keeps to it.
    func jobs(keepingTo name: String) throws -> [Job] {
        let jobs = JobTable(self.db)
        return try jobs.all().filter { job in
            if job.isUnreadable { return try jobs.mentions(name, in: job.id) }
            return job.definition.schedule.limits?.calendars?.uses.contains { $0.calendar == name } ?? false
        }
    }

    /// Refuses a definition with the times of a calendar that has changed, or gone, since they were read.
    func requireCurrent(_ definition: JobDefinition) throws {
        for use in definition.schedule.limits?.calendars?.uses ?? [] {
            guard let calendar = try self.find(use.calendar), calendar.revision == use.revision else {
                throw StoreFault.calendarMoved(use.calendar)
            }
        }
    }

    private static func decode(_ row: some RecordRow) throws -> HolidayCalendar {
        HolidayCalendar(
            name: row.text(0),
            description: row.text(1),
            revision: row.integer(2),
            entries: try JSONColumn.decode(row.text(3)),
            createdAt: row.time(4),
            updatedAt: row.time(5),
            updatedBy: row.text(6)
        )
    }
}
