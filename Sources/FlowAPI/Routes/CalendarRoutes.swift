// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// `/calendars`: holidays and maintenance windows that tasks keep to.
struct CalendarRoutes: Sendable {
    let calendars: CalendarService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let items = try await self.calendars.list(as: call.principal).map { JSON.object(Self.summary($0)) }
        return .data([.init("total", items.count), .init("items", items)])
    }

    /// With its times, and the tasks that keep to it.
    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let name = try call.calendarName()
        let calendar = try await self.calendars.get(name, as: call.principal)
        let jobs = try await self.calendars.usage(name, as: call.principal).map { job in
            JSON.object([.init("id", job.id), .init("name", job.definition.name)])
        }
        return .data(Self.members(calendar) + [.init("tasks", jobs)])
    }

    func set(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let description = reader.string("description")
        let text = reader.string("icalendar")
        let entries = reader.objects("entries").map { $0.map(Self.entry) }
        let revision = reader.integer("revision")
        if text != nil, entries != nil {
            reader.fault("entries", "conflict", "give 'entries' or 'icalendar', not both")
        }
        try reader.finish()
        let name = try call.calendarName()
        let times = entries.map { CalendarService.Times.entries($0) } ?? text.map { .icalendar($0) }
        let result = try await self.calendars.set(
            name,
            description: description,
            times: times,
            expected: revision,
            as: call.principal
        )
        return .data(Self.members(result.calendar) + [.init("renewed_tasks", result.renewed)])
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.calendars.delete(call.calendarName(), as: call.principal)
        return .done
    }

    private static func entry(_ reader: FieldReader) -> CalendarService.EntryDraft {
        var reader = reader
        let entry = CalendarService.EntryDraft(
            name: reader.requiredString("name"),
            from: reader.requiredString("from"),
            to: reader.string("to"),
            yearly: reader.bool("yearly") ?? false
        )
        reader.close()
        return entry
    }

    private static func summary(_ calendar: HolidayCalendar) -> [JSON.Member] {
        [
            .init("name", calendar.name),
            .init("description", calendar.description),
            .init("revision", calendar.revision),
            .init("entry_count", calendar.entries.count),
            .init("created_at", calendar.createdAt),
            .init("updated_at", calendar.updatedAt),
            .init("updated_by", calendar.updatedBy),
        ]
    }

    private static func members(_ calendar: HolidayCalendar) -> [JSON.Member] {
        let entries = calendar.entries.map { entry in
            JSON.object([
                .init("name", entry.name), .init("from", entry.from), .init("to", entry.to),
                .init("yearly", entry.isYearly),
            ])
        }
        return Self.summary(calendar) + [.init("entries", entries)]
    }
}
