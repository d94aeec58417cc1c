// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBLimitedSchedule {
    mutating func setCalendars(_ calendars: ScheduleCalendars) {
        self.calendarZone = calendars.timeZone
        self.calendars = calendars.uses.map { use in
            .with {
                $0.name = use.calendar
                $0.onBlackout =
                    switch use.onBlackout {
                    case .skip: .skip
                    case .before: .before
                    case .after: .after
                    }
                $0.entries = use.entries.map { Entry($0.time) }
            }
        }
    }

    /// What calendars and days are called, and which revision they are of, is not sent.
    func decodedCalendars(_ field: String) throws(WireError) -> ScheduleCalendars? {
        guard !self.calendars.isEmpty else { return nil }
        guard self.calendars.count <= ScheduleCalendars.limit else {
            throw WireError.invalid(field: field + ".calendars", problem: "are more than \(ScheduleCalendars.limit)")
        }
        var uses: [CalendarUse] = []
        for calendar in self.calendars {
            guard calendar.entries.count <= HolidayCalendar.entryLimit else {
                throw WireError.invalid(
                    field: field + ".calendars.entries",
                    problem: "are more than \(HolidayCalendar.entryLimit)"
                )
            }
            let policy: FlowCore.BlackoutPolicy
            switch calendar.onBlackout {
            case .skip: policy = .skip
            case .before: policy = .before
            case .after: policy = .after
            case .UNRECOGNIZED(let value): throw Fields.unknown(value, field + ".calendars.on_blackout")
            }
            var entries: [CalendarEntry] = []
            for entry in calendar.entries {
                entries.append(CalendarEntry(name: "", time: try entry.decoded(field + ".calendars.entries")))
            }
            uses.append(
                CalendarUse(
                    calendar: try Fields.label(calendar.name, field + ".calendars.name"),
                    revision: 0,
                    onBlackout: policy,
                    entries: entries
                )
            )
        }
        return ScheduleCalendars(
            timeZone: try Fields.label(self.calendarZone, field + ".calendar_zone"),
            uses: uses
        )
    }
}

extension PBLimitedSchedule.Entry {
    fileprivate init(_ time: CalendarEntry.Time) {
        self.init()
        switch time {
        case .days(let first, let last, let yearly):
            self.firstDay = Int32(clamping: first)
            self.days = Int32(clamping: last - first + 1)
            self.yearly = yearly
        case .span(let from, let to):
            self.from = from.milliseconds
            self.to = to.milliseconds
        }
    }

    fileprivate func decoded(_ field: String) throws(WireError) -> CalendarEntry.Time {
        guard self.days != 0 else {
            let from = try Fields.instant(self.from, field + ".from")
            let to = try Fields.instant(self.to, field + ".to")
            guard from < to else { throw WireError.invalid(field: field + ".to", problem: "is not after 'from'") }
            return .span(from: from, to: to)
        }
        guard (1...CalendarEntry.longestDays).contains(Int(self.days)), CalendarEntry.days.contains(Int(self.firstDay))
        else { throw WireError.invalid(field: field, problem: "are no days of a calendar") }
        let first = Int(self.firstDay)
        return .days(first: first, last: first + Int(self.days) - 1, yearly: self.yearly)
    }
}
