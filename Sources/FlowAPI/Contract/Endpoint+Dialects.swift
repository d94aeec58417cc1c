// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    /// The routes of S0 and S2; those of S4 are in ``s4Contract``.
    var dialectContract: Contract? {
        switch self {
        case .s0ListTasks:
            Contract(.dialects, "Lists all tasks, at most 10,000").answers(.plain(.array(.reference("S0Task"))))
        case .s0CreateTask:
            Contract(.dialects, "Creates a task")
                .about("Names of fields may begin with a capital letter.")
                .body(.reference("S0TaskBody"), examples: Self.s0Examples)
                .answers(.plain(.reference("S0Task"))).refuses(.conflict)
        case .s0GetTask: Contract(.dialects, "Shows a task").answers(.plain(.reference("S0Task")))
        case .s0UpdateTask:
            Contract(.dialects, "Changes a task; what is left out stays")
                .body(.reference("S0TaskChange"), examples: ["time": .object([.init("cronExpression", "0 3 * * *")])])
                .answers(.plain(.reference("S0Task"))).refuses(.conflict)
        case .s0DeleteTask:
            Contract(.dialects, "Deletes a task; its history stays").answers(.plain(.reference("S0Task")))
                .refuses(.conflict)
        case .s0PauseTask:
            Contract(.dialects, "Disables a task").answers(.plain(.reference("S0Task"))).refuses(.conflict)
        case .s0ResumeTask:
            Contract(.dialects, "Enables a task").answers(.plain(.reference("S0Task"))).refuses(.conflict)
        case .s0TriggerTask:
            Contract(.dialects, "Runs a task now")
                .header("Idempotency-Key", Self.idempotencyKey)
                .answers(
                    .plain(.answer(["taskId": .uuid, "runId": .uuid, "executionIds": .array(.uuid)]))
                ).refuses(.conflict)
        case .s0Logs:
            Contract(.dialects, "Lists what a task did, the newest first, with up to 10 KiB of each output")
                .query("limit", .integer(1...200).byDefault(50))
                .query("before", .uuid.about("Only older ones than this."))
                .answers(
                    .plain(
                        .array(
                            .answer([
                                "taskId": .uuid, "executionId": .uuid, "worker": .string, "start": .timestamp.orNull,
                                "end": .timestamp.orNull, "output": .string.orNull, "success": .boolean.orNull,
                                "status": .string, "durationMs": .integer.orNull,
                            ])
                        )
                    )
                )
        case .s0Workers:
            Contract(.dialects, "Lists hosts")
                .answers(
                    .plain(
                        .array(
                            .answer([
                                "id": .string, "name": .string, "hostname": .string, "address": .string,
                                "status": .choice(["online", "offline"]), "lastHeartbeat": .timestamp.orNull,
                                "runningTasks": .integer,
                            ])
                        )
                    )
                )
        case .s0Report:
            Contract(.dialects, "Keeps how a task went that somebody else has run; sent again, it is the same record")
                .about("Names of fields may begin with a capital letter.")
                .body(
                    .body(
                        required: [
                            "taskId": .string(upTo: 36, from: 1).about("Its id, or its number.").example("1"),
                            "start": .timestamp, "end": .timestamp, "success": .boolean,
                        ],
                        optional: ["output": .string]
                    ),
                    examples: [
                        "report": .object([
                            .init("taskId", "1"), .init("start", "2026-11-21T09:59:00Z"),
                            .init("end", "2026-11-21T09:59:30Z"), .init("output", "42 rows"), .init("success", true),
                        ])
                    ]
                )
                .answers(.plain(.answer(["taskId": .uuid, "runId": .uuid, "executionId": .uuid]))).refuses(.notFound)
        case .s2History:
            Contract(.dialects, "Lists what a task did, the newest first, in S2's words").paged
                .query("status", .string.about("As for `/executions`.").example("failure"))
                .answers(
                    .plain(
                        .answer([
                            "task_id": .integer, "task_name": .string, "total": .integer, "total_exact": .boolean,
                            "page": .integer, "page_size": .integer, "has_next": .boolean,
                            "history": .array(
                                .answer([
                                    "execution_id": .uuid, "run_id": .uuid, "host": .string,
                                    "scheduled_time": .timestamp, "execution_start_time": .timestamp.orNull,
                                    "execution_end_time": .timestamp.orNull,
                                    "execution_duration": Schema.number.orNull.about("Seconds."),
                                    "execution_status": .choice(S2Presenter.statuses), "exit_code": .integer.orNull,
                                ])
                            ),
                        ])
                    )
                )
        default: self.s4Contract
        }
    }

    private static let s0Examples: KeyValuePairs<String, JSON> = [
        "shell": .object([
            .init("name", "nightly report"), .init("description", ""), .init("cronExpression", "0 2 * * *"),
            .init("type", "shell"), .init("command", "/opt/report/run"),
        ])
    ]
}

extension Schema {
    private static let s0Type = Schema.choice(["shell", "http"])

    static let dialects: [String: Schema] = [
        "S0Task": Schema.answer([
            "id": .uuid, "number": .integer, "name": .string, "description": .string, "cronExpression": .string.orNull,
            "type": .choice(["shell", "http", "plugin", "sql", "builtin", "container"]), "isEnabled": .boolean,
            "nextRunTime": .timestamp.orNull, "createdAt": .timestamp,
            "updatedAt": .timestamp,
        ]).with(optional: ["command": .string, "url": .string, "method": .string]),
        "S0TaskBody": .body(
            required: [
                "name": .string(upTo: 512, from: 1),
                "cronExpression": .string(upTo: 1024, from: 1).example("0 2 * * *"),
            ],
            optional: Self.s0Fields
        ),
        "S0TaskChange": .body(
            required: [:],
            optional: ["name": .string(upTo: 512, from: 1), "cronExpression": .string.example("0 2 * * *")]
        ).with(optional: Self.s0Fields),
        "S4Task": .answer(Self.s4Task),
        "S4Failure": Schema.answer([
            "success": .boolean, "error": .string.about("What was wrong, for people, in Chinese."), "text": .text,
            "code": .string.about("A stable word, for programs."), "details": .array(.reference("Fault")),
            "request_id": .string,
        ]),
        "S4TaskBody": Schema.body(
            required: [
                "sys_type": .string(upTo: 256), "xhs_account_id": Self.s4Account,
                "xhs_account_name": .string(upTo: 256),
            ]
        ).with(optional: Self.s4Fields),
        "S4TaskChange": Schema.body(
            required: [:],
            optional: [
                "sys_type": .string(upTo: 256), "xhs_account_id": Self.s4Account,
                "xhs_account_name": .string(upTo: 256),
            ]
        ).with(optional: Self.s4Fields),
    ]

    private static let s0Fields: KeyValuePairs<String, Schema> = [
        "description": .string, "type": Self.s0Type, "command": .string(upTo: 65_536, from: 1),
        "url": .string(upTo: 2048, from: 1).about("With type http."), "method": .string.about("With type http."),
        "timeZone": .string.byDefault("UTC"), "groupIds": .array(.integer).about("All hosts without it."),
    ]

    static let s4Account = Schema.string(upTo: 100, from: 1).with(.init("pattern", "^[A-Za-z0-9._~@+-]+$"))
        .example("account_1")

    private static let s4Fields: KeyValuePairs<String, Schema> = [
        "task_type": Schema.string(upTo: 128, from: 1).example("xhs_type").about(
            "The name of the task that says what to run; xhs_type without it."
        ),
        "user_query": .string(upTo: 256), "user_topic": .string(upTo: 256), "user_style": .string(upTo: 256),
        "user_target_audience": .string(upTo: 256),
        "task_end_time": .string.example("2199-02-08").about(
            "A date, which counts as a whole, or a time with an offset."
        ),
        "interval": .integer(1...31_622_400).about("Seconds; 3600 without it."),
        "valid_time_range": Schema.array(.integer(0...24)).example([8, 22]).about(
            "The first hour and the one after the last; [8, 22] without it."
        ),
    ]

    static let s4Task: KeyValuePairs<String, Schema> = [
        "task_id": .uuid, "account_id": .string, "account_name": .string, "task_type": .string,
        "status": .choice(of: S4Presenter.State.self), "interval": .integer.orNull,
        "valid_time_range": .array(.integer), "task_end_time": .string.orNull,
        "last_execution_time": .timestamp.orNull, "next_execution_time": .timestamp.orNull, "created_at": .timestamp,
        "updated_at": .timestamp,
    ]
}
