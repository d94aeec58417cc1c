// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var dependencyContract: Contract? {
        switch self {
        case .getDependencies:
            Contract(.tasks, "Shows which tasks start a task, and which of them have come").answers(
                .reference("Dependencies")
            )
        case .setDependencies:
            Contract(.tasks, "Sets which tasks start a task")
                .about("What it knows of parents that stay is kept; saving starts nothing.")
                .header("If-Match", .string.about("The ETag you have seen; another version is a 412."))
                .body(
                    .body(required: [:], optional: Schema.dependencies),
                    examples: [
                        "both": .object([
                            .init(
                                "dependencies",
                                [
                                    JSON.object([.init("task_id", Int64(7))]),
                                    JSON.object([.init("task_id", Int64(9)), .init("on", "end")]),
                                ]
                            ), .init("join", "all"),
                        ])
                    ]
                )
                .answers(.reference("Dependencies"))
                .refuses(.conflict, .preconditionFailed)
        case .listDependents:
            Contract(.tasks, "Lists the tasks that a task starts")
                .answers(
                    .answer([
                        "total": .integer, "hidden": .integer.about("Others that you may not see."),
                        "items": .array(
                            .answer([
                                "task_id": .integer, "name": .string, "on": .choice(of: DependencyOutcome.self).orNull,
                                "join": .choice(of: DependencyJoin.self).orNull, "status": .integer(0...1),
                            ])
                        ),
                    ])
                )
        case .dependencyMap:
            Contract(.tasks, "Shows which tasks start which, around a task")
                .query("depth", .integer(1...32).byDefault(5).about("How many steps away, whatever their direction."))
                .answers(
                    .answer([
                        "nodes": .array(
                            .answer([
                                "task_id": .integer, "name": .string, "status": .integer(0...1),
                                "join": .choice(of: DependencyJoin.self).orNull,
                                "scheduled": .boolean.about("Whether it has a schedule besides."),
                            ])
                        ),
                        "edges": .array(
                            .answer(["from": .integer, "to": .integer, "on": .choice(of: DependencyOutcome.self)])
                        ).about("From the task that ends to the one that it starts."),
                        "hidden": .integer.about("Others that you may not see."),
                        "whole": .boolean.about("Whether these are all within the depth; at most 500 are shown."),
                    ])
                )
        case .resetDependencies:
            Contract(.tasks, "Forgets which of a task's parents have come")
                .answers(.reference("Dependencies"))
                .refuses(.conflict)
        case .startDependent:
            Contract(.tasks, "Starts a task for the parents that have come, without waiting for the others")
                .answers(.reference("Started"), status: .created)
                .refuses(.conflict)
        default: nil
        }
    }
}

extension Schema {
    private static let share = Schema.either(
        .choice(["all", "any"]),
        .body(required: ["ratio": .number.example(0.8)])
    ).about("On how many hosts; of 'failure' any, else all.")

    private static let edge = Schema.body(
        required: ["task_id": .integer],
        optional: [
            "on": .choice(of: DependencyOutcome.self).byDefault(DependencyOutcome.success.rawValue)
                .about("'end' is anything but skipped."),
            "hosts": Self.share, "parameters": Self.handed,
        ]
    )

    private static let handed = Schema.dictionary(.string)
        .about("Which outputs of it become parameters of this task: the output's name by the parameter's.")

    private static let deadline = Schema.body(
        required: [:],
        optional: [
            "at": .string.about("A time of day.").example("08:00"), "timezone": .string.byDefault("UTC"),
            "after_seconds": .integer.about("Instead of 'at': so long after the first parent has come."),
            "on_deadline": .choice(of: DependencyDeadline.Action.self).byDefault("skip"),
        ]
    )

    /// What a task waits for, the same in its own body and beside it.
    static let dependencies: KeyValuePairs<String, Schema> = [
        "dependencies": .array(Self.edge).about("The tasks that start it; empty: none."),
        "task_dependencies": .array(.integer).about("The same with only their numbers: on success."),
        "join": Schema.choice(of: DependencyJoin.self).orNull.about("All of them since its last run, or each of any."),
        "match": Schema.choice(of: DependencyMatch.self).orNull
            .about("The newest end of each, or the first of each, then the second of each."),
        "max_age_seconds": Schema.integer.orNull.about("What ended longer ago when it is known does not count."),
        "dependency_mode": Schema.choice(of: DependencyMode.self).orNull.about("To be said beside a schedule."),
        "deadline": Self.deadline.orNull.about("By when all parents have to have come."),
    ]

    /// As a task shows them.
    static let shownDependencies: KeyValuePairs<String, Schema> = [
        "dependencies": .array(
            .answer(["task_id": .integer, "on": .choice(of: DependencyOutcome.self), "hosts": Self.share])
                .with(optional: ["parameters": Self.handed])
        ),
        "join": Schema.choice(of: DependencyJoin.self).orNull,
        "match": Schema.choice(of: DependencyMatch.self).orNull, "max_age_seconds": Schema.integer.orNull,
        "dependency_mode": Schema.choice(of: DependencyMode.self).orNull, "deadline": Self.deadline.orNull,
    ]

    static let dependencyStates = Schema.answer([
        "version": .integer,
        "edges": .array(
            .answer([
                "task_id": .integer, "on": .choice(of: DependencyOutcome.self), "hosts": Self.share,
                "name": .string.orNull.about("Null when you may not see the task."),
                "state": .choice(of: EdgeState.News.self), "run_id": .uuid.orNull, "at": .timestamp.orNull,
            ]).with(optional: ["parameters": Self.handed])
        ),
        "join": Schema.choice(of: DependencyJoin.self).orNull,
        "match": Schema.choice(of: DependencyMatch.self).orNull, "max_age_seconds": Schema.integer.orNull,
        "dependency_mode": Schema.choice(of: DependencyMode.self).orNull, "deadline": Self.deadline.orNull,
        "due": .timestamp.orNull.about("When the deadline is next."),
        "met": .integer.about("How many parents have come since its last run."),
        "ready": .boolean.about("Whether it can be started for those that have come."),
        "owner": .string.orNull.about("As whom it starts: who saved it last."),
        "marks": .array(
            .answer([
                "task_id": .integer, "name": .string.orNull, "run_id": .uuid,
                "state": .choice(of: DependencyMark.State.self), "at": .timestamp, "started_run_id": .uuid.orNull,
            ])
        ).about("What the newest ends of parents came to, newest first."),
        "text": .text,
    ])
}
