// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Named times at which tasks that keep to them do not fire, shared by those tasks.
package struct HolidayCalendar: Hashable, Sendable {
    package let name: String
    package let description: String
    /// Rises with each change.
    package let revision: Int64
    package let entries: [CalendarEntry]
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
    package let updatedBy: String

    package static let entryLimit = 500
    /// Calendars of an installation.
    package static let limit = 200

    package init(
        name: String,
        description: String,
        revision: Int64,
        entries: [CalendarEntry],
        createdAt: Timestamp,
        updatedAt: Timestamp,
        updatedBy: String
    ) {
        self.name = name
        self.description = description
        self.revision = revision
        self.entries = entries
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
    }

    /// 1 to 64 of letters, digits, `-` and `_`, beginning with a letter or digit.
    package static func isName(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= 64, first != UInt8(ascii: "-"), first != UInt8(ascii: "_") else {
            return false
        }
        return bytes.allSatisfy { byte in
            (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
    }
}

extension ScheduleSpec {
    /// What hosts are told: the times of calendars without the words for them.
    package var forHosts: ScheduleSpec {
        guard case .limited(let base, var limits) = self, var calendars = limits.calendars else { return self }
        calendars.uses = calendars.uses.map { use in
            CalendarUse(
                calendar: use.calendar,
                revision: 0,
                onBlackout: use.onBlackout,
                entries: use.entries.map { CalendarEntry(name: "", time: $0.time) }
            )
        }
        limits.calendars = calendars
        return .limited(base, limits)
    }

    /// With a calendar as it is now, where it keeps to it; else nil.
    package func updated(to calendar: HolidayCalendar) -> ScheduleSpec? {
        guard case .limited(let base, var limits) = self, var calendars = limits.calendars,
            calendars.uses.contains(where: { $0.calendar == calendar.name })
        else { return nil }
        calendars.uses = calendars.uses.map { use in
            guard use.calendar == calendar.name else { return use }
            return CalendarUse(calendar, onBlackout: use.onBlackout)
        }
        limits.calendars = calendars
        return .limited(base, limits)
    }
}

extension CalendarUse {
    package init(_ calendar: HolidayCalendar, onBlackout: BlackoutPolicy) {
        self.init(
            calendar: calendar.name,
            revision: calendar.revision,
            onBlackout: onBlackout,
            entries: calendar.entries
        )
    }
}
