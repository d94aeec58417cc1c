// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// By when the parents have to have come, and what happens when they have not (D9).
package struct DependencyDeadline: Hashable, Sendable, Codable {
    package enum Action: String, Codable, Sendable, CaseIterable {
        /// The job is recorded as skipped on each host, and what came by then is used up.
        case skip
        /// The job starts without them.
        case run
        /// Rules tell of it, and the job goes on waiting: nothing is used up.
        case alarm
    }

    /// What the time is counted from; exactly one is set.
    package enum Due: Hashable, Sendable {
        /// Each day at a local time.
        case daily(hour: Int, minute: Int, timeZone: String)
        /// So long after the first parent has come; milliseconds.
        case after(milliseconds: Int64)
    }

    package var due: Due
    package var action: Action

    package init(due: Due, action: Action = .skip) {
        self.due = due
        self.action = action
    }

    /// A minute to 30 days.
    package static let afterRange: ClosedRange<Int64> = 60_000...30 * 86_400_000

    /// The next daily instant after another; nil where the time is counted from the first parent.
    ///
    /// - Throws: what is wrong with the zone.
    package func next(after instant: Timestamp, job: JobUID) throws(ScheduleError) -> Timestamp? {
        guard case .daily(let hour, let minute, let timeZone) = self.due else { return nil }
        let spec = ScheduleSpec.cron(expression: "\(minute) \(hour) * * *", timeZone: timeZone, dst: .debian)
        return try CompiledSchedule(spec, job: job).next(after: instant)
    }
}

/// Written as in the API: `{"at": "08:00", "timezone": "Europe/Berlin", "on_deadline": "skip"}`, `{"after_seconds": 7200, …}`.
extension DependencyDeadline {
    private enum CodingKeys: String, CodingKey {
        case at
        case timezone
        case after = "after_seconds"
        case action = "on_deadline"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.action = try container.decode(Action.self, forKey: .action)
        if let seconds = try container.decodeIfPresent(Int64.self, forKey: .after) {
            self.due = .after(milliseconds: seconds * 1000)
            return
        }
        guard let time = Self.time(try container.decode(String.self, forKey: .at)) else {
            throw DecodingError.dataCorruptedError(forKey: .at, in: container, debugDescription: "no time of day")
        }
        self.due = .daily(
            hour: time.hour,
            minute: time.minute,
            timeZone: try container.decode(String.self, forKey: .timezone)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.action, forKey: .action)
        switch self.due {
        case .after(let milliseconds): try container.encode(milliseconds / 1000, forKey: .after)
        case .daily(_, _, let timeZone):
            try container.encode(self.timeText, forKey: .at)
            try container.encode(timeZone, forKey: .timezone)
        }
    }

    /// `08:05`; nil for a time that is counted from the first parent.
    package var timeText: String? {
        guard case .daily(let hour, let minute, _) = self.due else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return two(hour) + ":" + two(minute)
    }

    /// Reads `08:05`, `00:00` to `23:59`.
    package static func time(_ text: String) -> (hour: Int, minute: Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return (hour, minute)
    }
}

/// How a job's deadline stands.
package struct DeadlineState: Hashable, Sendable {
    /// The instant that is decided next; nil = none is waited for.
    package var due: Timestamp?
    /// The newest that parents had missed: their runs that were due before it do not count any more.
    package var resolved: Timestamp?
    /// When parents last started the job since the deadline before; nil when they have not.
    package var startedAt: Timestamp?

    package init(due: Timestamp? = nil, resolved: Timestamp? = nil, startedAt: Timestamp? = nil) {
        self.due = due
        self.resolved = resolved
        self.startedAt = startedAt
    }
}
