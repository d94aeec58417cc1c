// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

extension Endpoint {
    var insightContract: Contract? {
        switch self {
        case .recentExecutions:
            Contract(.executions, "Lists the last executions of several tasks")
                .query(
                    "task_ids",
                    .string(upTo: 4000, from: 1).about("1 to \(InsightService.jobLimit) numbers, separated by commas.")
                        .example("1,2"),
                    isRequired: true
                )
                .query("count", .integer(1...100).byDefault(20))
                .answers(
                    .answer([
                        "items": .array(.answer(["task_id": .integer, "executions": .array(.reference("Execution"))]))
                    ])
                )
        case .executionTrend:
            Contract(.executions, "Counts ended executions by hour and state")
                .query("task_id", .integer)
                .query("hours", .integer(1...(24 * 366)).byDefault(24))
                .answers(
                    .answer([
                        "from": .timestamp, "hours": .integer,
                        "items": .array(
                            .answer([
                                "hour": .timestamp, "status": Schema.status, "count": .integer,
                                "avg_duration": Schema.integer.orNull.about("Milliseconds."),
                            ])
                        ),
                    ])
                )
        case .punctuality:
            Contract(.executions, "Says how late the last 24 hours' starts by schedule came after their times")
                .about(
                    "First attempts count, however they ended; of a day with more than 20,000 executions the newest."
                )
                .answers(
                    .answer(
                        Self.punctualityFigures,
                        and: [
                            "from": .timestamp, "to": .timestamp,
                            "partial": .boolean.about("Older executions of the day were not looked at."),
                            "hours": .array(.answer(Self.punctualityFigures, and: ["hour": .timestamp])),
                        ]
                    )
                )
        case .runReport:
            Contract(
                .executions,
                "Sums up what ended, by task and by group; the last seven days unless the span is said"
            )
            .query("from", .timestamp.about("Whole hours count."))
            .query("to", .timestamp)
            .query("limit", .integer(1...100).byDefault(10).about("Lines of each list."))
            .answers(
                .answer([
                    "from": .timestamp, "to": .timestamp,
                    "at": .timestamp.about(
                        "When the sums were read. A report that takes long is kept for some minutes."
                    ),
                    "job_count": .integer, "total": .answer(Schema.sums),
                    "failing": .array(Self.line("task_id")), "slowest": .array(Self.line("task_id")),
                    "busiest": .array(Self.line("task_id")), "groups": .array(Self.line("group_id")),
                ])
            )
        case .failureReport:
            Contract(
                .executions,
                "Counts failures that read alike; of the last seven days unless the span is said"
            )
            .query("from", .timestamp)
            .query("to", .timestamp)
            .query("task_id", .integer)
            .query("limit", .integer(1...100).byDefault(20).about("The largest first."))
            .answers(.answer(["from": .timestamp, "to": .timestamp, "items": .array(Self.cluster)]))
        case .upcomingFires:
            Contract(.tasks, "Lists coming fires by the minute; the next hour unless the span is said")
                .query("from", .timestamp)
                .query("to", .timestamp.about("At most 14 days later."))
                .query("task_id", .integer)
                .answers(
                    .answer([
                        "total": .integer, "partial": .boolean.about("There are more than are listed."),
                        "items": .array(
                            .answer([
                                "minute": .timestamp, "count": .integer,
                                "tasks": .array(.answer(["id": .integer, "name": .string, "count": .integer])),
                            ])
                        ),
                        "excluded": .array(
                            .answer([
                                "id": .integer, "name": .string, "at": .timestamp, "calendar": .string,
                                "day": .string, "moved_to": .timestamp.orNull.about("Null: it does not happen."),
                            ])
                        ).about("The first 200 fires that calendars leave out or move."),
                        "clock_changes": .array(.answer(["zone": .string], and: Schema.clockChange))
                            .about("Changes of clocks in the span, in zones of tasks that fire in it."),
                        "maintenances": .array(
                            .answer([
                                "client_id": .string, "name": .string, "since": .timestamp, "until": .timestamp,
                                "by": .string, "reason": .string.orNull,
                            ])
                        ).about("Hosts that are in maintenance now: until then the fires do not happen there."),
                    ])
                )
        default: nil
        }
    }

    private static let punctualityFigures: KeyValuePairs<String, Schema> = [
        "count": .integer.about("Starts that were counted."),
        "p50_ms": Schema.integer.orNull.about("Half of them were no later; null without any."),
        "p99_ms": .integer.orNull, "longest_ms": .integer.orNull,
    ]

    private static let cluster = Schema.answer([
        "fingerprint": .string, "outcome": .string.example("FAILURE EXIT 2"),
        "text": .string.orNull.about("Their last lines without what changes; null without `logs:read`."),
        "count": .integer, "task_count": .integer, "client_count": .integer,
        "first_at": .timestamp.about("Within the span."), "last_at": .timestamp,
        "seen_before": .timestamp.orNull.about("The newest before the span."),
        "tasks": .array(.answer(["id": .integer, "name": .string])).about("At most 10."),
        "clients": .array(.answer(["id": .string, "name": .string.orNull])).about("At most 20."),
        "execution_id": .uuid.about("The newest."),
    ])

    private static func line(_ id: String) -> Schema {
        Schema.answer(Schema.sums).with(required: [id: .integer, "name": .string])
    }
}
