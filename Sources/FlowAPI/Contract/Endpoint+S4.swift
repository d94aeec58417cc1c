// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    /// The routes of S4, under `/compat/s4`.
    var s4Contract: Contract? {
        self.s4Declared?.fails(as: "S4Failure")
    }

    private var s4Declared: Contract? {
        switch self {
        case .s4Health: Contract(.dialects, "Says that the server lives").answers(.plain(.reference("Health")))
        case .s4Status:
            Contract(.dialects, "Counts the dialect's tasks")
                .answers(
                    .plain(
                        .answer([
                            "is_running": .boolean, "total_tasks": .integer, "pending_tasks": .integer,
                            "running_tasks": .integer, "paused_tasks": .integer, "completed_tasks": .integer,
                            "error_tasks": .integer,
                            "current_running_task": Schema.answer([
                                "task_id": .uuid, "account_id": .string, "started_at": .timestamp.orNull,
                            ]).orNull,
                        ])
                    )
                )
        case .s4Start: Contract(.dialects, "Starts the scheduler, for all tasks").answers(Self.s4Done)
        case .s4Stop:
            Contract(.dialects, "Stops the scheduler, for all tasks; what runs goes on").answers(Self.s4Done)
        case .s4ListTasks:
            Contract(.dialects, "Lists tasks")
                .query("account_id", Schema.s4Account)
                .query("status", .choice(of: S4Presenter.State.self))
                .query("limit", .integer(1...1000).byDefault(100))
                .query("offset", .integer(0...1_000_000_000).byDefault(0))
                .answers(.plain(.answer(["total": .integer, "tasks": .array(.reference("S4Task"))])))
        case .s4CreateTask:
            Contract(.dialects, "Creates a task after the one that its type names")
                .query(
                    "one_per_account",
                    Schema.choice(["true", "false"]).byDefault("true").about("Whether a second one is refused.")
                )
                .body(.reference("S4TaskBody"), examples: ["document": Self.s4Example])
                .answers(
                    .plain(
                        .answer([
                            "success": .boolean, "task_id": .uuid, "message": .string,
                            "task_info": .reference("S4Task"),
                        ])
                    )
                )
        case .s4GetTask: Contract(.dialects, "Shows a task").answers(Self.s4Detail)
        case .s4UpdateTask:
            Contract(.dialects, "Changes a task; what is left out stays")
                .body(.reference("S4TaskChange"), examples: ["interval": .object([.init("interval", 1800)])])
                .answers(Self.s4Detail)
        case .s4DeleteTask: Contract(.dialects, "Deletes a task").answers(Self.s4Done)
        case .s4PauseTask:
            Contract(.dialects, "Disables a task")
                .answers(
                    .plain(
                        .answer([
                            "success": .boolean, "message": .string, "task_id": .uuid, "status": .choice(["paused"]),
                        ])
                    )
                )
        case .s4ResumeTask:
            Contract(.dialects, "Enables a task")
                .answers(
                    .plain(
                        .answer([
                            "success": .boolean, "message": .string, "task_id": .uuid, "status": .choice(["pending"]),
                            "next_execution_time": .timestamp.orNull,
                        ])
                    )
                )
        case .s4ReorderTask:
            Contract(.dialects, "Moves the next run, and with it all later ones")
                .body(
                    .body(
                        required: [
                            "priority_offset": Schema.integer(-31_622_400...31_622_400).about(
                                "Seconds: later, or earlier when negative."
                            )
                        ]
                    ),
                    examples: ["earlier": .object([.init("priority_offset", -1800)])]
                )
                .answers(
                    .plain(
                        .answer([
                            "success": .boolean, "message": .string, "task_id": .uuid,
                            "new_next_execution_time": .timestamp.orNull,
                        ])
                    )
                )
        case .s4AccountTasks:
            Contract(.dialects, "Lists the tasks of an account")
                .answers(
                    .plain(
                        .answer(["account_id": .string, "total": .integer, "tasks": .array(.reference("S4Task"))])
                    )
                )
        default: nil
        }
    }

    private static let s4Done = Contract.Answer.plain(.answer(["success": .boolean, "message": .string]))
    private static let s4Detail = Contract.Answer.plain(
        .answer(Schema.s4Task, and: ["round_num": .integer.orNull, "kwargs": .dictionary(.string)])
    )

    private static let s4Example = JSON.object([
        .init("sys_type", "mac_intel"), .init("task_type", "xhs_type"), .init("xhs_account_id", "account_1"),
        .init("xhs_account_name", "账号1"), .init("user_query", "开始运营"), .init("user_topic", "科技"),
        .init("user_style", "专业"), .init("user_target_audience", "技术爱好者"), .init("task_end_time", "2199-02-08"),
        .init("interval", 3600), .init("valid_time_range", [8, 22]),
    ])
}
