// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Calendars that tasks keep to, as people handle them.
package struct CalendarService: Sendable {
    let store: any CalendarStore
    /// Tells planner and agents of the jobs that a change of a calendar renews.
    let jobs: JobService
    let clock: any WallClock

    /// Times as they were written; nil = they stay.
    package enum Times: Hashable, Sendable {
        case entries([EntryDraft])
        /// Text of an iCalendar file.
        case icalendar(String)
    }

    package struct EntryDraft: Hashable, Sendable {
        package let name: String
        package let from: String
        package let to: String?
        package let yearly: Bool

        package init(name: String, from: String, to: String?, yearly: Bool) {
            self.name = name
            self.from = from
            self.to = to
            self.yearly = yearly
        }
    }

    package func list(as principal: Principal) async throws -> [HolidayCalendar] {
        try principal.require(.jobsRead)
        return try await self.store.calendars()
    }

    package func get(_ name: String, as principal: Principal) async throws -> HolidayCalendar {
        try principal.require(.jobsRead)
        guard let calendar = try await self.store.calendar(named: name) else { throw StoreFault.noCalendar(name) }
        return calendar
    }

    /// The jobs that keep to it, as far as they can be read.
    package func usage(_ name: String, as principal: Principal) async throws -> [Job] {
        let scope = try principal.require(.jobsRead)
        return try await self.store.jobs(keepingTo: name).filter { scope.touches($0.definition.groups) }
    }

    /// Makes a calendar, or changes it and the plan of every job that keeps to it.
    ///
    /// - Parameters:
    ///   - expected: the revision that whoever asks has seen; nil = whatever it is.
    /// - Returns: the calendar, and how many jobs have a new version now.
    package func set(
        _ name: String,
        description: String?,
        times: Times?,
        expected: Int64?,
        as principal: Principal
    ) async throws -> (calendar: HolidayCalendar, renewed: Int) {
        try principal.require(.settingsWrite)
        var faults = FaultCollector()
        let before = try await self.store.calendar(named: name)
        if let description {
            faults.require(
                TextRules.length(description) <= 512 && !description.utf8.contains(0),
                "description",
                "length",
                "a description has at most 512 characters"
            )
        }
        let entries = times.map { Self.entries($0, &faults) } ?? before?.entries ?? []
        try faults.check("The calendar cannot be saved")
        if let expected, expected != before?.revision ?? 0 { throw StoreFault.calendarMoved(name) }
        let result = try await self.store.setCalendar(
            named: name,
            expected: before?.revision ?? 0,
            description: description ?? before?.description ?? "",
            entries: entries,
            by: principal.change(at: self.clock.now)
        )
        for changed in result.jobs { await self.jobs.announce(changed) }
        return (result.calendar, result.jobs.count)
    }

    package func delete(_ name: String, as principal: Principal) async throws {
        try principal.require(.settingsWrite)
        try await self.store.deleteCalendar(named: name, by: principal.change(at: self.clock.now))
    }

    private static func entries(_ times: Times, _ faults: inout FaultCollector) -> [CalendarEntry] {
        switch times {
        case .entries(let drafts):
            faults.require(
                drafts.count <= HolidayCalendar.entryLimit,
                "entries",
                "too_many",
                "a calendar has at most \(HolidayCalendar.entryLimit) entries"
            )
            return drafts.prefix(HolidayCalendar.entryLimit).enumerated().compactMap { index, draft in
                self.entry(draft, "entries[\(index)]", &faults)
            }
        case .icalendar(let text):
            guard text.utf8.count <= ICalendar.textLimit else {
                faults.add("icalendar", "too_long", "an iCalendar file has at most \(ICalendar.textLimit >> 10) KiB")
                return []
            }
            let file = ICalendar(text)
            for fault in file.faults { faults.add("icalendar", "line", "line \(fault.line): \(fault.text)") }
            return file.entries
        }
    }

    private static func entry(
        _ draft: EntryDraft,
        _ path: String,
        _ faults: inout FaultCollector
    ) -> CalendarEntry? {
        faults.require(
            (1...CalendarEntry.nameLength).contains(TextRules.length(draft.name))
                && !TextRules.hasControlCharacters(draft.name),
            path + ".name",
            "length",
            "a name has 1 to \(CalendarEntry.nameLength) characters, and no control characters"
        )
        guard let time = CalendarEntry.time(from: draft.from, to: draft.to, yearly: draft.yearly) else {
            let until: Wording = draft.to.map { " to '\($0)'" } ?? ""
            faults.add(
                path,
                "span",
                "'\(draft.from)'\(until) is no span: write dates such as 2026-10-01 to 2026-10-07 (at most "
                    + "\(CalendarEntry.longestDays) days, 365 of what comes every year), or two times with their zone such "
                    + "as 2026-10-01T22:00:00Z"
            )
            return nil
        }
        return CalendarEntry(name: draft.name, time: time)
    }
}
