// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension Schema {
    private static let outcomeSums: KeyValuePairs<String, Schema> = [
        "total": .integer, "success": .integer, "failure": .integer, "timeout": .integer, "cancelled": .integer,
        "timed": .integer.about("How many of them have a begin and an end."),
        "total_duration_ms": .integer, "avg_duration_ms": .integer, "max_duration_ms": .integer,
        "min_duration_ms": .integer,
    ]

    private static let jobDay = Schema.answer(
        Self.outcomeSums,
        and: [
            "hourly": Schema.dictionary(.answer(Self.outcomeSums))
                .about("By the hour on the host's clocks, 00 to 23; hours without any are absent.")
        ]
    )

    /// A host's day: its own word, the records, and by what they differ.
    static let hostDays = Schema.answer([
        "client_id": .string,
        "time_zone": Schema.string.about("The host's; UTC until it has told it."),
        "reported_at": Schema.timestamp.orNull.about("When the host last told what it did; null when it never has."),
        "items": .array(
            .answer([
                "date": .string, "from": .timestamp, "to": .timestamp, "total": .integer, "success": .integer,
                "failure": .integer, "timeout": .integer, "cancelled": .integer,
            ])
        ),
    ])

    static let hostDay = Schema.answer([
        "client_id": .string, "name": .string, "date": .string,
        "time_zone": Schema.string.about("The host's; UTC until it has told it."),
        "from": .timestamp, "to": .timestamp,
        "reported_at": Schema.timestamp.orNull.about(
            "When the host last told what it did; null when it never has. Later ends are in none of the sums."
        ),
        "matches": Schema.boolean.orNull.about("Whether nothing differs; null when the host never told."),
        "tasks": .array(
            .answer([
                "task_id": .integer, "task_name": .string,
                "agent": Self.jobDay.orNull.about("What the host says."),
                "server": Self.jobDay.about("What the executions that are recorded here come to."),
                "difference": Schema.answer([
                    "total": .integer, "success": .integer, "failure": .integer, "timeout": .integer,
                    "cancelled": .integer, "total_duration_ms": .integer,
                ]).orNull.about("The host's less the server's."),
            ])
        ).about("Skipped and open executions are not counted."),
    ])
}
