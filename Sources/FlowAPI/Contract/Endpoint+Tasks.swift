// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import HTTPTypes

extension Endpoint {
    /// A small task of each kind.
    static let taskExamples: KeyValuePairs<String, JSON> = [
        "shell": .object([
            .init("name", "clean logs"),
            .init("executor_config", JSON.object([.init("command", "find /var/log/app -mtime +7 -delete")])),
            .init("cron_expr", "0 2 * * *"), .init("timezone", "Europe/Berlin"), .init("group_ids", [Int64(1)]),
            .init("retry_count", 2), .init("retry_interval", 60),
        ]),
        "http": .object([
            .init("name", "call a hook"), .init("executor_type", 2),
            .init("executor_config", JSON.object([.init("url", "https://example.org/hook"), .init("method", "POST")])),
            .init("schedule_type", "every"), .init("every_seconds", 300), .init("group_ids", [Int64(1)]),
        ]),
        "plugin": .object([
            .init("name", "report disks"), .init("executor_type", 3),
            .init(
                "executor_config",
                JSON.object([.init("plugin", "disk-report"), .init("parameters", ["path": "/srv"])])
            ),
            .init("schedule_type", "every"), .init("every_seconds", 3600), .init("group_ids", [Int64(1)]),
        ]),
        "sql": .object([
            .init("name", "forget old sessions"), .init("executor_type", 4),
            .init(
                "executor_config",
                JSON.object([
                    .init("connection", "postgres://cleaner@db.example.org/shop"),
                    .init(
                        "statements",
                        [
                            JSON.object([
                                .init("sql", "DELETE FROM session WHERE seen < now() - $1::interval"),
                                .init("parameters", ["30 days"]),
                            ])
                        ]
                    ),
                ])
            ),
            .init("cron_expr", "0 3 * * *"), .init("group_ids", [Int64(1)]),
        ]),
        "builtin": .object([
            .init("name", "old dumps"), .init("executor_type", 5),
            .init(
                "executor_config",
                JSON.object([
                    .init("builtin", "clean_files"), .init("path", "/var/backups/app"), .init("older_than_days", 14),
                    .init("pattern", "*.dump"), .init("dry_run", true),
                ])
            ),
            .init("cron_expr", "30 4 * * *"), .init("group_ids", [Int64(1)]),
        ]),
        "container": .object([
            .init("name", "dump the shop"), .init("executor_type", 6),
            .init(
                "executor_config",
                JSON.object([
                    .init("image", "postgres:16-alpine"),
                    .init("command", ["pg_dump", "--file=/dumps/shop.dump", "shop"]),
                    .init("env", ["PGHOST": "db.example.org"]),
                    .init(
                        "mounts",
                        [
                            JSON.object([
                                .init("source", "/srv/dumps"), .init("target", "/dumps"), .init("read_only", false),
                            ])
                        ]
                    ),
                ])
            ),
            .init("cron_expr", "0 2 * * *"), .init("group_ids", [Int64(1)]),
        ]),
    ]

    var taskContract: Contract? {
        switch self {
        case .listTasks:
            Contract(.tasks, "Lists tasks").paged.narrowedByTraits.narrowedAsTasks
                .query("sort", .choice(JobQuery.Sort.allCases.flatMap { [$0.rawValue, "-" + $0.rawValue] }))
                .answersPage(of: .reference("Task"))
        case .createTask:
            Contract(.tasks, "Creates a task")
                .body(.reference("TaskBody"), examples: Self.taskExamples)
                .answers(.reference("Task"), status: .created)
                .refuses(.conflict)
        case .getTask: Contract(.tasks, "Shows a task").answers(.reference("Task"))
        case .updateTask:
            Contract(.tasks, "Replaces a task's definition")
                .about("What is left out gets its default. Running executions end as they began.")
                .header("If-Match", .string.about("The ETag you have seen; another version is a 412."))
                .body(.reference("TaskChange"), examples: Self.taskExamples)
                .answers(.reference("Task"))
                .refuses(.conflict, .preconditionFailed)
        case .deleteTask:
            Contract(.tasks, "Deletes a task; its history stays")
                .query(
                    "detach",
                    .choice(["true", "false"]).about(
                        "Tasks that it starts lose their interest in it, instead of a 409."
                    )
                )
                .header("If-Match", .string.about("The ETag you have seen; another version is a 412."))
                .refuses(.conflict, .preconditionFailed)
        case .enableTask:
            Contract(.tasks, "Enables a task; a pause ends").answers(.reference("Task")).refuses(.conflict)
        case .disableTask:
            Contract(
                .tasks,
                "Disables a task, or pauses it until a time: nothing starts by itself, waiting retries end"
            )
            .body(
                .body(
                    required: [:],
                    optional: [
                        "until": .timestamp.orNull.about("When the server's clock resumes it; never without it."),
                        "reason": Schema.string(upTo: ReasonRule.limit, from: 1).orNull.about(
                            "Why it is paused; with 'until'."
                        ),
                    ]
                ),
                isRequired: false,
                examples: [
                    "pause": .object([
                        .init("until", "2030-01-31T08:00:00Z"), .init("reason", "stocktaking"),
                    ])
                ]
            )
            .answers(.reference("Task"))
            .refuses(.conflict)
        case .triggerTask:
            Contract(.tasks, "Runs a task now")
                .header("Idempotency-Key", Self.idempotencyKey)
                .body(
                    .body(
                        required: [:],
                        optional: ["params": .dictionary(.string).about("Environment variables QF_PARAM_*.")]
                    ),
                    isRequired: false,
                    examples: ["parameters": .object([.init("params", JSON.object([.init("day", "monday")]))])]
                )
                .answers(.reference("Started"), status: .created)
                .refuses(.conflict)
        case .shiftTask:
            Contract(.tasks, "Moves the next run of a task with a fixed interval, and with it all later ones")
                .about("A new version of the task. Refused while the task runs, and where it does not run by itself.")
                .body(
                    .body(
                        required: [
                            "seconds": Schema.integer(-TaskRoutes.shiftLimit...TaskRoutes.shiftLimit).about(
                                "Later, or earlier when negative."
                            )
                        ]
                    ),
                    examples: ["earlier": .object([.init("seconds", -1800)])]
                )
                .answers(.reference("Task"))
                .refuses(.conflict)
        case .testTask:
            Contract(.tasks, "Runs a task that is not saved, once, on one host")
                .about(
                    """
                    With the checks of saving it. Its execution has the kind `test`: lists and sums leave it out unless asked for \
                    it, nobody is told of it, and it is not tried again. The host has to be connected.
                    """
                )
                .body(
                    .body(
                        required: ["task": .reference("TaskBody"), "client_id": .string],
                        optional: [
                            "id": Schema.integer(1...Int64.max).orNull.about("The task that it would replace."),
                            "params": .dictionary(.string).about("Environment variables QF_PARAM_*."),
                        ]
                    ),
                    examples: [
                        "new": .object([
                            .init("task", Self.taskExamples[0].value), .init("client_id", "web1-7f3a"),
                        ])
                    ]
                )
                .answers(.reference("Started"), status: .created)
                .refuses(.notFound, .conflict)
        case .explainTask:
            Contract(.tasks, "Says what happened or will happen at an instant, and which rule decided")
                .query("at", .timestamp.example("2026-01-31T08:00:00Z"), isRequired: true)
                .answers(
                    .answer([
                        "verdict": .choice(of: FireExplanation.Verdict.self), "rule": .string, "at": .timestamp,
                        "executions": .array(.reference("Execution")), "text": .text,
                        "dependencies": .reference("Dependencies").orNull.about("How the tasks stand that start it."),
                    ])
                )
        case .taskUpcoming:
            Contract(.tasks, "Lists coming fires of a task, with its hosts; of the next day unless the span is said")
                .query("from", .timestamp)
                .query("to", .timestamp.about("At most 14 days later."))
                .query("limit", .integer(1...Int64(JobService.comingLimit)).byDefault(100))
                .answers(
                    .answer([
                        "items": .array(
                            .answer([
                                "at": .timestamp,
                                "clock_change": Schema.answer(Schema.clockChange).orNull
                                    .about("Set where clocks change on that day in the task's time zone."),
                            ])
                        ),
                        "partial": .boolean.about("There are more than are listed."),
                        "placement": Schema.string.about("'each' of the hosts runs it, or the server chooses so."),
                        "offline": Schema.choice(of: OfflinePolicy.self).about("What hosts that are away do."),
                        "offline_max_seconds": .integer.orNull,
                        "clients": .array(.answer(["id": .string, "name": .string, "online": .boolean])),
                    ])
                )
        case .taskPlacement:
            Contract(.tasks, "Says where a run would go if it began now; nothing is changed")
                .answers(
                    .answer([
                        "placement": Schema.any.about("As in the task."),
                        "slots": Schema.array(.reference("PlacementChoice")).about("None of a task on each host."),
                    ])
                )
        case .taskRollout:
            Contract(.tasks, "Says how far the present version has come, host by host")
                .answers(
                    .answer([
                        "version": .integer, "total": .integer,
                        "counts": .dictionary(.integer).about("By state."),
                        "items": .array(
                            .answer([
                                "client_id": .string, "state": .choice(of: JobRollout.self), "connected": .boolean,
                                "plan": Schema.choice(of: PlanOrigin.self).orNull.about(
                                    "Whose zone rules the host goes by; `orders` = it runs the task on orders only."
                                ),
                            ])
                        ),
                    ])
                )
        case .listOwed:
            Contract(.tasks, "Lists hosts that are away and owe an account of fires")
                .answers(
                    .answer([
                        "total": .integer,
                        "items": .array(
                            .answer([
                                "client_id": .string, "since": .timestamp, "until": .timestamp.orNull,
                                "count": .integer.orNull,
                                "is_at_least": .boolean.about("There may be more than counted."),
                            ])
                        ),
                    ])
                )
        case .parseCron:
            Contract(.tasks, "Explains a cron expression and says when it fires next")
                .query("expr", .string(upTo: 1024, from: 1).example("0 2 * * *"), isRequired: true)
                .query("timezone", .string.byDefault("UTC").example("Asia/Shanghai"))
                .query("dst", .choice(of: DSTPolicy.self).byDefault(DSTPolicy.debian.rawValue))
                .query("count", .integer(1...100).byDefault(5))
                .query(
                    "also",
                    .string.about("Further expressions, with semicolons between them.").example("0 12 * * 6")
                )
                .query("except", .string.about("Expressions whose times are left out.").example("* 12 * * *"))
                .answers(
                    .answer([
                        "canonical": .string, "description": .text,
                        "warnings": .array(.answer(["code": .string, "zh": .string, "en": .string])),
                        "next_executions": .array(.timestamp), "timezone": .string,
                    ])
                )
        // One expression over all parts is more than the compiler takes.
        default: self.taskFileContract ?? self.versionContract ?? self.dependencyContract
        }
    }

    static let idempotencyKey = Schema.string(upTo: 128, from: 1).with(.init("pattern", "^[!-~]+$"))
        .about("The same key starts one run: a repetition is answered 200 with what the first one started.")
}
