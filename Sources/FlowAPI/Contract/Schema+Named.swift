// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension Schema {
    /// What several routes speak of, by name.
    static let named: [String: Schema] = [
        Self.notifications, Self.dialects, Self.hooks, Self.backfills, Self.approvals,
    ].reduce(Self.general) { all, more in all.merging(more) { first, _ in first } }

    private static let general: [String: Schema] = [
        "Failure": .answer([
            "code": .integer.about("The status and two digits; never 0."),
            "error": .string.about("A stable word, for programs."),
            "message": .string.about("What was wrong and what to do, for people, in English."),
            "text": .text,
            "details": .array(.reference("Fault")),
            "request_id": .string,
        ]),
        "Problem": Schema.answer([
            "type": .string.about("urn:quartzflow:problem: and the word of `error`."),
            "title": .string.about("The status in words."), "status": .integer,
            "detail": .string.about("What was wrong and what to do, for people, in English."), "text": .text,
            "code": .integer.about("The status and two digits; never 0."),
            "error": .string.about("A stable word, for programs."), "details": .array(.reference("Fault")),
            "request_id": .string,
        ]).with(optional: ["instance": .string.about("The request, as urn:quartzflow:request: and its id.")]),
        "Fault": Schema(
            .object(
                [
                    .init("path", .string.about("Where, such as executor_config.command."), isRequired: true),
                    .init("message", .string, isRequired: true),
                    .init("text", .text),
                    .init("code", .string, isRequired: true),
                    .init("position", .integer.about("Where in a cron expression.")),
                ],
                isClosed: false
            )
        ),
        "User": Schema.answer(["id": .integer, "username": .string, "role": Self.role.orNull])
            .with(optional: ["must_change_password": .boolean]),
        "Scope": .either(.choice(["all"]), .array(.integer)).about("All groups, or the ids of some."),
        "Grant": .answer([
            "id": .integer, "role": .string, "scope": .reference("Scope"),
            "source": Schema.string.orNull.about(
                "The provider whose groups the role stands for; it takes it back, too."
            ),
        ]),
        "Task": Self.task,
        "TaskBody": Self.taskBody(isChange: false), "TaskChange": Self.taskBody(isChange: true),
        "Group": .answer(Self.group),
        "Client": Self.client,
        "Execution": .answer(Self.execution), "Attempt": Self.attempt, "Output": Self.output,
        "PlacementChoice": .answer([
            "chosen": .string.orNull, "strategy": .choice(of: PlacementStrategy.self),
            "online": Schema.integer.about("Hosts that could have taken it."),
            "hosts": Schema.integer.about("Hosts of the task's groups."),
            "candidates": .array(
                .answer([
                    "host": .string, "name": Schema.string.orNull.about("What it is called; null when it is gone."),
                    "score": Schema.string.orNull.about("What the strategy went by."),
                    "out": Schema.choice(of: PlacementBar.self).orNull.about("Why it was not asked."),
                ])
            ).about("The chosen one first; of many only some."),
            "text": .text,
        ]),
        "Run": Self.run,
        "Started": .answer([
            "execution_id": .uuid.orNull, "run_id": .uuid, "long_running": .boolean.about("It has several units."),
            "executions": .array(.answer(["id": .uuid, "client_id": .string])),
        ]),
        "Dependencies": Self.dependencyStates,
        "WorkflowBody": Self.workflowBody,
        "Workflow": Self.workflow,
        "WorkflowRun": Self.workflowRunDetail,
        "Health": .answer(["status": .choice(["healthy"]), "timestamp": .timestamp, "version": .string]),
    ]

    static let role = Schema.choice(of: Role.self)
    static let status = Schema.integer(1...7).about(
        ExecutionStatus.allCases.map { "\($0.rawValue) \($0.name)" }.joined(separator: ", ")
    )

    /// Counts of ended executions.
    static let sums: KeyValuePairs<String, Schema> = [
        "total_count": .integer, "success_count": .integer, "failure_count": .integer, "timeout_count": .integer,
        "cancelled_count": .integer, "skipped_count": .integer, "success_rate": Schema.number.orNull.about("Per cent."),
        "avg_duration": Schema.integer.orNull.about("Milliseconds."),
    ]

    // MARK: Groups and hosts

    static let group: KeyValuePairs<String, Schema> = [
        "id": .integer, "name": .string, "description": .string, "tags": .array(.string),
        "builtin": .boolean.about("Group 1, all hosts, can't be changed."),
    ]

    private static let client = Schema.answer([
        "client_id": .string, "name": .string, "hostname": .string, "ip": .string, "version": .string, "os": .string,
        "status": .choice(["online", "offline"]),
        "groups": .array(.answer(["id": .integer, "name": .string])),
        "config_version": .integer, "running": .integer, "last_heartbeat": .timestamp.orNull, "created_at": .timestamp,
        "certificate_expires_at": .timestamp.orNull,
        "duplicates": .array(
            .answer([
                "hostname": .string, "ip": .string, "machine_id": .string, "first_seen": .timestamp,
                "last_seen": .timestamp,
            ])
        ).about("Hosts that use this one's identity and are kept out."),
    ]).with(optional: [
        "labels": .dictionary(.string), "host_labels": .dictionary(.string),
        "trouble": .string.orNull.about("Why the host starts nothing, such as a full disk."),
        "trouble_text": Schema.text.orNull,
        "authority_refusal": Schema.choice(of: AuthorityRefusal.self).orNull.about(
            "Why the host did not take an authority that it was told of, and keeps those that it trusts."
        ),
        "foreign_zones": .array(.string).about(
            "Time zones that the host's own files lack or know otherwise; the server's rules are used."
        ),
        "executors": .array(.string).about("Kinds of tasks that it carries out; empty while it is away."),
        "control_groups": .array(.string).about(
            "What cgroup v2 is used for there: kill, memory, cpu, pids; empty without any, and while it is away."
        ),
        "systemd": Schema.choice(["system", "user", "none"]).about(
            "Whose units tasks with a 'unit' can run in there; none also while it is away."
        ),
        "config_pushed": Schema.integer.orNull.about(
            "The configuration that it was sent last: with another 'config_version' it has not taken that yet; null while it is away."
        ),
        "ordered_tasks": .integer.about("Tasks that the host runs on orders only, and not while it is away."),
        "maintenance": Schema.answer([
            "since": .timestamp, "until": .timestamp, "by": .string, "reason": .string.orNull, "text": .text,
            "told": Schema.boolean.orNull.about(
                "Whether the host has heard of it; null while it is away, false of an agent that is too old."
            ),
        ]).orNull.about("Nothing new starts there until then; null when everything may."),
    ])

    // MARK: Executions

    static let execution: KeyValuePairs<String, Schema> = [
        "id": .uuid, "run_id": .uuid, "task_id": .integer, "task_name": .string, "client_id": .string,
        "client_name": .string.orNull, "kind": .choice(of: ExecutionKind.self), "status": Self.status,
        "status_name": .choice(ExecutionStatus.allCases.map(\.name)),
        "reason": Schema.answer(["code": .choice(of: ExecutionReason.self), "text": .text]).orNull,
        "scheduled_time": .timestamp, "start_time": .timestamp.orNull, "end_time": .timestamp.orNull,
        "duration": .integer.orNull.about("Milliseconds."), "exit_code": .integer.orNull, "retry_count": .integer,
        "attempt": .integer, "provisional": .boolean.about("A later report of the host may still change it."),
        "retry_of": .uuid.orNull, "http_status": .integer.orNull,
    ]

    private static let attempt = Schema.answer([
        "attempt": .integer, "status": Self.status, "status_name": .choice(ExecutionStatus.allCases.map(\.name)),
        "reason": Schema.answer(["code": .choice(of: ExecutionReason.self), "text": .text]).orNull,
        "error": .string.orNull, "error_text": Schema.text.orNull, "start_time": .timestamp.orNull,
        "end_time": .timestamp.orNull,
        "duration": .integer.orNull.about("Milliseconds."), "exit_code": .integer.orNull,
        "http_status": .integer.orNull, "output_bytes": .integer, "output_truncated": .boolean,
    ])

    private static let output = Schema.answer([
        "attempt": .integer, "last_attempt": .integer,
        "output": .string.about("Standard output alone."), "error": .string.about("Standard error alone."),
        "pieces": .array(
            .answer([
                "from": .integer.about("Offset in bytes."), "stream": Schema.choice(["stdout", "stderr"]).orNull,
                "left_out": Schema.integer.orNull.about("Bytes that were cut away here."), "text": .string,
            ])
        ).about("Both in the order in which they were written."),
        "truncated": .boolean, "total_bytes": .integer, "complete": .boolean, "ended": .boolean,
        "next": .integer.about("The byte with which the next page begins."),
        "line": Schema.integer.orNull.about("The number of the first line, where lines were asked for."),
        "next_line": Schema.integer.orNull.about("The line with which the next page begins."),
    ])

    static let runMembers: KeyValuePairs<String, Schema> = [
        "id": .uuid, "task_id": .integer, "task_name": .string, "task_version": .integer,
        "type": .choice(of: RunType.self), "trigger": .string.about("The type in the words of the task centre."),
        "status": .string, "can_stop": .boolean, "source": .string,
        "caller": .string.orNull,
        "scheduled_time": .timestamp,
        "data_time": Schema.timestamp.orNull.about("The past time that a backfill makes up for."),
        "created_at": .timestamp, "started_at": .timestamp.orNull,
        "finished_at": .timestamp.orNull, "duration": Schema.integer.orNull.about("Milliseconds, once it has ended."),
        "retry_of": .uuid.orNull,
        "units": .dictionary(.integer).about("How many executions are in each state, and 'total'."), "summary": .text,
    ]

    private static let run = Schema.answer(Self.runMembers)

    // MARK: Tasks

    private static let environment = Schema.dictionary(.string)

    private static let shell = Schema.body(
        required: ["command": .string(upTo: 65_536, from: 1)],
        optional: [
            "interpreter": .string.orNull.about("/bin/sh without it."), "work_dir": .string.orNull,
            "scratch_dir": .boolean.about("An empty directory of its own."),
            "leave_processes": .boolean.about("What it starts in the background may stay."),
            "interpreter_args": .array(.string).about("Between the interpreter and the script; [\"-c\"] without it."),
            "success_codes": .array(.integer).about("Exit codes that mean success; 0 alone without it."),
            "umask": .string.orNull.about("Octal digits such as 022; the agent's own without it."),
            "nice": .integer(-20...19).orNull.about("The higher, the more it gives way; the agent's own without it."),
            "run_as": .string.orNull.about("A user of the host; the agent's own without it."),
            "limits": Self.limits, "unit": Self.unit, "env": Self.environment,
        ]
    )

    private static let http = Schema.body(
        required: ["url": .string(upTo: 2048, from: 1).example("https://example.org/hook")],
        optional: [
            "method": .string.byDefault("GET"), "headers": .dictionary(.string), "body": .string.orNull,
            "expected_status": .array(.integer).about("Empty: 200 to 299."),
            "outputs": .dictionary(.string)
                .about(
                    "What of a JSON answer it hands on: JSON pointers by the outputs' names; with any, 'status' too."
                ),
            "expect": .dictionary(.string)
                .about("What has to stand in a JSON answer, by JSON pointers; what is no text, as JSON."),
            "retry_statuses": .array(.integer).orNull
                .about("After which statuses it is tried again; after every one that is not expected without it."),
            "client_certificate": .string(upTo: 64).orNull
                .about("The name under which the host's policy has the certificate that is shown to the server."),
        ]
    )

    private static let configuration = Schema.either(
        Self.shell,
        Self.http,
        Self.plugin,
        Self.sql,
        Self.cleanFiles,
        Self.checkTCP,
        Self.checkHTTP,
        Self.checkDisk,
        Self.container
    )

    /// The kind of executor says which configuration belongs to it.
    private static func taskBody(isChange: Bool) -> Schema {
        func type(_ number: Int) -> Schema { Schema(.integer, [.init("enum", [number])]) }
        func body(_ number: Int, _ configuration: Schema) -> Schema {
            self.taskBody(executor: type(number), configuration, isRequired: true, isChange: isChange)
        }
        return .either(
            self.taskBody(executor: type(1).byDefault(1), self.shell, isRequired: false, isChange: isChange),
            body(2, self.http),
            body(3, self.plugin),
            body(4, self.sql),
            body(5, .either(self.cleanFiles, self.checkTCP, self.checkHTTP, self.checkDisk)),
            body(6, self.container)
        )
    }

    private static func taskBody(
        executor: Schema,
        _ configuration: Schema,
        isRequired: Bool,
        isChange: Bool
    ) -> Schema {
        let timeout = Int64(Policies.timeoutRange.lowerBound)...Int64(Policies.timeoutRange.upperBound)
        let standard = Policies()
        let type = Field(
            "executor_type",
            executor.about("1 shell, 2 HTTP, 3 plugin, 4 SQL, 5 built-in, 6 container."),
            isRequired: isRequired
        )
        let others = Schema.body(
            required: [
                "name": .string(upTo: 512, from: 1).about("Unique; at most 128 characters."),
                "executor_config": configuration,
                "group_ids": .array(.integer).about("Where it runs; 1 is all hosts."),
            ],
            optional: [
                "description": .string.about("At most 512 characters."),
                "schedule_type": Self.scheduleType.about(
                    "Cron where an expression is given."
                ),
                "cron_expr": .string.example("0 2 * * *"),
                "timezone": .string.byDefault("UTC").example("Asia/Shanghai"),
                "dst": .choice(of: DSTPolicy.self).byDefault(DSTPolicy.debian.rawValue),
                "every_seconds": .number.orNull, "once_at": .timestamp.orNull,
                "timeout": .either(.integer(timeout), .integer(0...0)).byDefault(standard.timeoutSeconds).about(
                    "Seconds; 0: no limit, which takes settings:write."
                ),
                "retry_count": .integer(0...10).byDefault(standard.retry.count),
                "retry_interval": .integer(1...3600).byDefault(standard.retry.intervalSeconds).about("Seconds."),
                "concurrency": .integer(1...100).byDefault(standard.concurrency),
                "overlap": .choice(of: OverlapPolicy.self), "misfire": .choice(of: MisfirePolicy.self),
                "labels": .dictionary(.string), "status": .integer(0...1).byDefault(1).about("0 disabled, 1 enabled."),
            ]
        )
        let version = Schema.integer.orNull.about("The version you have seen; another one is a 409.")
        let last = isChange ? [Field("version", version)] : []
        let fields = [type] + (others.fields ?? []) + last
        return Schema(.object(fields, isClosed: true)).with(optional: Self.policies).with(optional: Self.dependencies)
    }

    private static let scheduleType = Schema.choice(["cron", "every", "once", "manual", "delay"])

    /// The finer policies of a task, the same in bodies and answers.
    static let policies: KeyValuePairs<String, Schema> = [
        "delay_seconds": .number.orNull, "queue_limit": .integer, "misfire_limit": .integer.orNull,
        "misfire_threshold_seconds": .number, "catch_up_seconds": .number, "start_deadline_seconds": .integer.orNull,
        "jitter_seconds": .number, "retry_backoff": .number, "retry_max_interval": .integer, "retry_jitter": .integer,
        "retry_on": .array(.string), "task_notify": .array(.reference("NotifyRule")),
        "not_before": Schema.timestamp.orNull.about("No fire is earlier."),
        "not_after": Schema.timestamp.orNull.about("No fire is later; then the task is finished."),
        "window": Self.window,
        "calendars": Self.calendars,
        "pool": Self.pool,
        "on_interrupt": Schema.choice(of: InterruptPolicy.self).orNull.about(
            "What follows when agent or host died meanwhile, whatever retry_count says; null = as retry_on says."
        ),
        "offline": Schema.choice(of: OfflinePolicy.self).byDefault(OfflinePolicy.run.rawValue).about(
            "What a host does with its fires while it has no connection to a server."
        ),
        "offline_max_seconds": Schema.integer(60...31_536_000).orNull.about("How long 'run_for' goes on."),
        "cron_exprs": Self.expressions.about("Further expressions: it fires at the times of any, once an instant."),
        "cron_except": Self.expressions.about("Expressions whose times are left out."),
        "parameters": Self.parameters,
        "placement": Self.placement,
        "two_person": Schema.array(.choice(of: TwoPersonAction.self)).about(
            "What takes two persons: changing the task, starting it by hand. Taking a mark away is a change."
        ),
        "pause_after_failures": Schema.integer(1...1000).orNull.about("Runs that failed one after the other."),
        "on_edit_while_running": .choice(of: EditPolicy.self).byDefault(EditPolicy.pinned.rawValue),
        "on_disable_while_running": .choice(of: DisablePolicy.self).byDefault(DisablePolicy.finish.rawValue),
    ]

    private static let pool = Schema.body(
        required: [
            "name": .string(upTo: 64, from: 1).example("db-heavy"),
            "places": .integer(1...1000).about("It starts when fewer of the pool's are under way on the host."),
        ],
        optional: [:]
    ).orNull.about("Places that tasks share on each host; those that find none wait.")

    private static let expressions = Schema.array(.string(upTo: 1024, from: 1).example("0 12 * * 6"))

    private static let calendars = Schema.array(
        .body(
            required: ["calendar": .string.example("cn-holidays")],
            optional: ["on_blackout": .choice(of: BlackoutPolicy.self).byDefault(BlackoutPolicy.skip.rawValue)]
        )
    ).about("In whose times it does not fire, or on another day; the first that has something against a fire decides.")

    private static let waves = Schema.body(
        required: [
            "size": Schema.either(.integer(1...10_000), .string.with(.init("pattern", "^[0-9]{1,3}%$")).example("10%"))
                .about("Hosts of a wave, or which part of them.")
        ],
        optional: [
            "canary": Schema.integer(0...1000).byDefault(0).about("Hosts that go first, alone."),
            "pause_seconds": Schema.integer(0...86_400).byDefault(0).about("Between two waves."),
            "max_failure_ratio": Schema.number.byDefault(0).about(
                "More failures than this part of what has ended, 0 to 1, and no further wave begins."
            ),
        ]
    ).about("'each' goes over its hosts one part after another, and the server says when.")

    static let placement = Schema.body(
        required: [:],
        optional: [
            "kind": .choice(of: Placement.Kind.self).byDefault("each"),
            "strategy": Schema.choice(of: PlacementStrategy.self).byDefault("least_running"),
            "count": Schema.integer(1...1000).about("Hosts of n_of, shards of sharded; not of broadcast."),
            "items": Schema.array(.string).about("A shard for each, which finds its item in QF_SHARD_ITEM."),
            "order": Schema.array(.string).about("Hosts in the order in which failover tries them, or waves begin."),
            "where": Schema.string.about("What a host's labels say: region=eu,!gpu,tier!=test,zone in (a|b)."),
            "exclude": Schema.array(.string).about("Hosts that are never chosen."),
            "hash_key": Schema.string.about("What consistent_hash goes by; the task itself without it."),
            "lease_seconds": Schema.integer(6...3600).byDefault(Placement.standardLease).about(
                "How long a host may hold it without having heard of a server."
            ),
            "fenced": Schema.boolean.byDefault(true).about("A host ends what it runs when its lease is over."),
            "waves": Self.waves,
        ]
    ).about("On which hosts of its groups it runs. Left out of a change, what is stored stays; 'each' takes it away.")

    private static let parameters = Schema.array(
        .body(
            required: ["name": .string.example("region")],
            optional: [
                "type": Schema.choice(of: ParameterDeclaration.Kind.self).byDefault("string").about(
                    "Values of a 'secret' are shown to nobody."
                ),
                "default": Schema.string.orNull.about("What scheduled runs have; 'secret:NAME' of a secret."),
                "choices": Schema.array(.string).about("The values that are taken; all without any."),
                "required": Schema.boolean.byDefault(false).about("Whoever triggers it has to say it."),
            ]
        )
    ).about("What may be handed to it as QF_PARAM_<NAME>; without any, whatever is handed to it.")

    /// Written out where it is used, since its members are required.
    private static let window = Schema.body(
        required: [
            "from": .string(upTo: 5, from: 5).example("09:00"), "to": .string(upTo: 5, from: 5).example("17:00"),
        ],
        optional: [:]
    ).orNull.about(
        "The part of each day in which it fires, in 'timezone'; 'to' is excluded, and may be the next day's."
    )

    /// What can be written of a task but its policies and dependencies, as it is shown.
    private static let basics: KeyValuePairs<String, Schema> = [
        "name": .string, "description": .string, "executor_type": .integer(1...6),
        "executor_config": Self.configuration, "schedule_type": Self.scheduleType, "cron_expr": .string,
        "timezone": .string, "dst": .choice(of: DSTPolicy.self), "every_seconds": .number.orNull,
        "once_at": .timestamp.orNull, "timeout": .integer, "retry_count": .integer, "retry_interval": .integer,
        "concurrency": .integer, "overlap": .choice(of: OverlapPolicy.self), "misfire": .choice(of: MisfirePolicy.self),
        "group_ids": .array(.integer), "labels": .dictionary(.string), "status": .integer(0...1),
    ]

    /// All that can be written of a task, with its defaults.
    static let definition = Schema.answer(Self.basics).with(required: Self.policies)
        .with(optional: Self.shownDependencies)

    private static let hold = Schema.answer([
        "kind": .choice(of: JobHold.Kind.self), "since": .timestamp, "until": .timestamp.orNull,
        "reason": .string.orNull, "failures": .integer.orNull, "execution_id": .uuid.orNull, "text": .text,
    ]).orNull.about("Why the task rests though nobody switched it off.")

    private static let task = Schema.answer([
        "id": .integer, "uid": .string, "version": .integer, "schedule_text": .text, "groups": .array(.string),
        "hidden_groups": .boolean.about("There are others that you may not see."),
        "hold": Self.hold,
        "class": Schema.choice(["autonomous", "coordinated"]).about("Who fires it: its hosts, or the server alone."),
        "next_exec_time": .timestamp.orNull,
        "last_execution": Schema.answer([
            "id": .uuid, "status": Self.status, "status_name": .string, "start_time": .timestamp.orNull,
        ]).orNull,
        "created_by": .string.orNull, "created_at": .timestamp, "updated_at": .timestamp,
    ]).with(required: Self.basics).with(required: Self.policies).with(optional: Self.shownDependencies)
        .with(optional: Self.unreadableTask)

    private static let unreadableTask: KeyValuePairs<String, Schema> = [
        "unreadable": .boolean.about(
            "True when a newer server wrote it: this one knows name and groups, what else is shown means nothing, and it is neither "
                + "started nor changed here."
        )
    ]
}
