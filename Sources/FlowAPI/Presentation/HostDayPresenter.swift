// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// A host's day as the API shows it.
enum HostDayPresenter {
    static func members(_ day: HostDay) -> [JSON.Member] {
        [
            .init("client_id", day.agent),
            .init("name", day.name),
            .init("date", day.date),
            .init("time_zone", day.zone),
            .init("from", day.span.lowerBound),
            .init("to", day.span.upperBound),
            .init("reported_at", day.toldAt),
            .init("matches", day.agrees),
            .init("tasks", day.lines.map(Self.line)),
        ]
    }

    static func members(_ days: HostDays) -> [JSON.Member] {
        [
            .init("client_id", days.agent), .init("time_zone", days.zone), .init("reported_at", days.toldAt),
            .init(
                "items",
                days.days.map { day in
                    JSON.object([
                        .init("date", day.date), .init("from", day.span.lowerBound), .init("to", day.span.upperBound),
                        .init("total", day.outcomes.total), .init("success", day.outcomes.success),
                        .init("failure", day.outcomes.failure), .init("timeout", day.outcomes.timeout),
                        .init("cancelled", day.outcomes.cancelled),
                    ])
                }
            ),
        ]
    }

    private static func line(_ line: HostDay.Line) -> JSON {
        .object([
            .init("task_id", line.id),
            .init("task_name", line.name),
            .init("agent", line.told.map(Self.day)),
            .init("server", Self.day(line.counted)),
            .init("difference", line.difference.map(Self.difference)),
        ])
    }

    private static func day(_ day: JobDay) -> JSON {
        let hours = day.hours.sorted { $0.key < $1.key }.map { hour, outcomes in
            JSON.Member((hour < 10 ? "0" : "") + String(hour), JSON.object(Self.sums(outcomes)))
        }
        return .object(Self.sums(day.total) + [.init("hourly", JSON.object(hours))])
    }

    /// As S1-FR-5.2 names them, with what averages are made of.
    private static func sums(_ outcomes: OutcomeSum) -> [JSON.Member] {
        [
            .init("total", outcomes.total),
            .init("success", outcomes.success),
            .init("failure", outcomes.failure),
            .init("timeout", outcomes.timeout),
            .init("cancelled", outcomes.cancelled),
            .init("timed", outcomes.timed),
            .init("total_duration_ms", outcomes.duration),
            .init("avg_duration_ms", outcomes.averageDuration),
            .init("max_duration_ms", outcomes.longest),
            .init("min_duration_ms", outcomes.shortest),
        ]
    }

    private static func difference(_ difference: HostDay.Difference) -> JSON {
        .object([
            .init("total", difference.total),
            .init("success", difference.success),
            .init("failure", difference.failure),
            .init("timeout", difference.timeout),
            .init("cancelled", difference.cancelled),
            .init("total_duration_ms", difference.duration),
        ])
    }
}
