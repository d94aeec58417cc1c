// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: CalendarStore {
    package func calendars() async throws -> [HolidayCalendar] {
        try await self.read { db in try CalendarTable(db).all() }
    }

    package func calendar(named name: String) async throws -> HolidayCalendar? {
        try await self.readFew { db in try CalendarTable(db).find(name) }
    }

    package func jobs(keepingTo calendar: String) async throws -> [Job] {
        try await self.read { db in try CalendarTable(db).jobs(keepingTo: calendar) }
    }

    package func setCalendar(
        named name: String,
        expected: Int64,
        description: String,
        entries: [CalendarEntry],
        by change: Change
    ) async throws -> (calendar: HolidayCalendar, jobs: [ChangedJob]) {
        try await self.write("set_calendar") { db in
            let table = CalendarTable(db)
            let before = try table.find(name)
            guard (before?.revision ?? 0) == expected else { throw StoreFault.calendarMoved(name) }
            if before == nil, try table.count() >= Int64(HolidayCalendar.limit) { throw StoreFault.tooManyCalendars }
            let isSame = before?.entries == entries
            let after = HolidayCalendar(
                name: name,
                description: description,
                revision: expected + (isSame ? 0 : 1),
                entries: entries,
                createdAt: before?.createdAt ?? change.at,
                updatedAt: change.at,
                updatedBy: change.actor.name
            )
            try table.save(after)
            try AuditTable(db).record(
                change,
                .calendarSet,
                AuditObject(after),
                groups: [Group.everyone],
                before: before.map { CalendarAudit($0) },
                after: CalendarAudit(after)
            )
            guard !isSame, before != nil else { return (after, []) }
            return (after, try table.jobs(keepingTo: name).compactMap { try self.renew($0, by: after, change, db) })
        }
    }

    /// The next version of a job, with the times that a calendar has now.
    private func renew(
        _ before: Job,
        by calendar: HolidayCalendar,
        _ change: Change,
        _ db: Database
    ) throws -> ChangedJob? {
        guard let schedule = before.definition.schedule.updated(to: calendar) else { return nil }
        var job = before
        job.definition.schedule = schedule
        // One that this server can't read any more has no fires here, before and after.
        let compiled = try? CompiledSchedule(schedule, job: job.uid)
        job.nextFire = job.isEnabled ? compiled?.next(after: change.at) : nil
        return try self.save(&job, over: before, by: change, db)
    }

    package func deleteCalendar(named name: String, by change: Change) async throws {
        try await self.write("delete_calendar") { db in
            let table = CalendarTable(db)
            guard let calendar = try table.find(name) else { throw StoreFault.noCalendar(name) }
            let jobs = try table.jobs(keepingTo: name)
            guard jobs.isEmpty else { throw StoreFault.calendarInUse(name, jobs: jobs) }
            try table.delete(name)
            try AuditTable(db).record(
                change,
                .calendarDelete,
                AuditObject(calendar),
                groups: [Group.everyone],
                before: CalendarAudit(calendar)
            )
        }
    }
}
