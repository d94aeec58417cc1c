// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What becomes of a fire that falls into a calendar's times.
package enum BlackoutPolicy: String, Codable, Sendable, CaseIterable {
    /// It does not happen.
    case skip
    /// It happens at the same time of the day, on the nearest day before that is free.
    case before
    /// As ``before``, on the nearest day after.
    case after
}

/// A calendar that a job keeps to, as it was when the job was stored.
///
/// The times stand inside the job, so that one version of it means one thing, on every host and without a server; a change
/// of the calendar makes a new version of each job that keeps to it.
package struct CalendarUse: Hashable, Sendable, Codable {
    package let calendar: String
    /// Of the calendar; 0 where it does not matter.
    package let revision: Int64
    package let onBlackout: BlackoutPolicy
    package let entries: [CalendarEntry]

    package init(calendar: String, revision: Int64, onBlackout: BlackoutPolicy, entries: [CalendarEntry]) {
        self.calendar = calendar
        self.revision = revision
        self.onBlackout = onBlackout
        self.entries = entries
    }

    private enum CodingKeys: String, CodingKey {
        case calendar
        case revision
        case onBlackout = "on_blackout"
        case entries
    }
}

/// The calendars that a schedule keeps to; where several forbid a fire, the first of them says what becomes of it.
package struct ScheduleCalendars: Hashable, Sendable, Codable {
    /// Whose days are meant.
    package var timeZone: String
    package var uses: [CalendarUse]

    /// Calendars of one task.
    package static let limit = 5

    package init(timeZone: String, uses: [CalendarUse]) {
        self.timeZone = timeZone
        self.uses = uses
    }

    private enum CodingKeys: String, CodingKey {
        case timeZone = "timezone"
        case uses
    }
}
