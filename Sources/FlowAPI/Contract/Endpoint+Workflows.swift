// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    /// A small workflow.
    static let workflowExamples: KeyValuePairs<String, JSON> = [
        "pipeline": .object([
            .init("name", "nightly"), .init("group_ids", [Int64(1)]), .init("cron_expr", "0 2 * * *"),
            .init(
                "nodes",
                [
                    JSON.object([.init("key", "fetch"), .init("kind", "script"), .init("script", "exit 0")]),
                    JSON.object([
                        .init("key", "found"), .init("kind", "decision"),
                        .init(
                            "cases",
                            [
                                JSON.object([
                                    .init("when", "steps.fetch.exit_code == 0"), .init("to", ["ok"]),
                                ])
                            ]
                        ),
                    ]), JSON.object([.init("key", "ok"), .init("kind", "approval"), .init("message", "Publish?")]),
                    JSON.object([.init("key", "publish"), .init("kind", "script"), .init("script", "exit 0")]),
                ]
            ),
            .init(
                "edges",
                [
                    JSON.object([.init("from", "fetch"), .init("to", "found")]),
                    JSON.object([.init("from", "ok"), .init("to", "publish")]),
                ]
            ),
        ])
    ]

    var workflowContract: Contract? {
        switch self {
        case .listWorkflows:
            Contract(.workflows, "Lists workflows").paged
                .query("keyword", .string(upTo: Query.keywordLimit).about("Part of the name."))
                .answersPage(of: .answer(Schema.workflowSummary).with(optional: Schema.unreadable))
        case .createWorkflow:
            Contract(.workflows, "Creates a workflow")
                .body(.reference("WorkflowBody"), examples: Self.workflowExamples)
                .answers(.reference("Workflow"), status: .created)
                .refuses(.conflict)
        case .getWorkflow: Contract(.workflows, "Shows a workflow").answers(.reference("Workflow"))
        case .listWorkflowVersions:
            Contract(.workflows, "Lists the versions of a workflow that are kept, the newest first").paged
                .answersPage(
                    of: .answer([
                        "version": .integer, "created_at": Schema.timestamp.orNull,
                        "created_by": Schema.string.orNull.about(
                            "Null when an older version of QuartzFlow stored it, as is the time."
                        ),
                    ])
                )
        case .getWorkflowVersion:
            Contract(.workflows, "Shows what a version of a workflow said")
                .answers(.answer(["version": .integer, "definition": Schema.any.about("As a workflow is written.")]))
        case .updateWorkflow:
            Contract(.workflows, "Replaces a workflow's definition; open runs keep to theirs")
                .header("If-Match", .string.about("The ETag you have seen; another version is a 412."))
                .body(.reference("WorkflowBody"), examples: Self.workflowExamples)
                .answers(.reference("Workflow"))
                .refuses(.conflict, .preconditionFailed)
        case .deleteWorkflow:
            Contract(.workflows, "Deletes a workflow that does not run, and that no other runs; its runs stay")
                .header("If-Match", .string.about("The ETag you have seen; another version is a 412."))
                .refuses(.conflict, .preconditionFailed)
        case .enableWorkflow:
            Contract(.workflows, "Switches a workflow's schedule on").answers(.reference("Workflow")).refuses(.conflict)
        case .disableWorkflow:
            Contract(.workflows, "Switches a workflow's schedule off; open runs go on")
                .answers(.reference("Workflow")).refuses(.conflict)
        case .runWorkflow:
            Contract(.workflows, "Begins a run of a workflow")
                .header("Idempotency-Key", Self.idempotencyKey)
                .body(
                    .body(
                        required: [:],
                        optional: ["parameters": .dictionary(.any).about("By the names of parameters.")]
                    ),
                    isRequired: false,
                    examples: ["plain": .object([])]
                )
                .answers(.reference("WorkflowRun"), status: .created)
                .refuses(.conflict, .unprocessableContent)
        case .dryRunWorkflow:
            Contract(.workflows, "Says what a run that began now would do; nothing starts")
                .about("Steps come in an order in which they could run, what undoes and cleans up at the end.")
                .body(
                    .body(
                        required: [:],
                        optional: ["parameters": .dictionary(.any).about("By the names of parameters.")]
                    ),
                    isRequired: false,
                    examples: ["plain": .object([])]
                )
                .answers(.answer(Schema.workflowForecast))
                .refuses(.unprocessableContent)
        case .listWorkflowRuns:
            Contract(.workflows, "Lists runs of workflows, newest first").paged
                .query("workflow_id", .integer)
                .query("phase", .choice(of: FlowPhase.self))
                .query("outcome", .choice(of: FlowOutcome.self))
                .answersPage(of: .answer(Schema.workflowRun))
        case .getWorkflowRun:
            Contract(.workflows, "Shows a run of a workflow with its steps").answers(.reference("WorkflowRun"))
        case .cancelWorkflowRun:
            Contract(.workflows, "Stops a run: what waits ends at once, what runs is asked to stop")
                .about("Repeated, it changes nothing; with force, what runs is killed.")
                .body(
                    .body(required: [:], optional: ["force": .boolean.byDefault(false)]),
                    isRequired: false,
                    examples: ["plain": .object([])]
                )
                .answers(.reference("WorkflowRun"))
        case .pauseWorkflowRun:
            Contract(.workflows, "Holds a run: what runs goes on, nothing further starts, its time stands still")
                .answers(.reference("WorkflowRun"))
        case .resumeWorkflowRun:
            Contract(.workflows, "Lets a held run go on").answers(.reference("WorkflowRun"))
        case .abandonWorkflowRun:
            Contract(.workflows, "Ends a run although hosts do not answer").answers(.reference("WorkflowRun"))
        case .rerunWorkflowRun:
            Contract(.workflows, "Repeats a run that has ended, keeping what succeeded")
                .header("Idempotency-Key", Self.idempotencyKey)
                .body(
                    .body(
                        required: [:],
                        optional: ["from": .string.byDefault("failed").about("'failed', or the key of a step.")]
                    ),
                    isRequired: false,
                    examples: ["failed": .object([.init("from", "failed")])]
                )
                .answers(.reference("WorkflowRun"), status: .created)
                .refuses(.conflict)
        case .messageWorkflowRun:
            Contract(.workflows, "Tells a run something that a step of it waits for")
                .body(
                    .body(
                        required: ["topic": .string(upTo: EventWait.topicLimit, from: 1)],
                        optional: ["data": .dictionary(.string).about("The outputs of the steps that waited.")]
                    ),
                    examples: ["arrived": .object([.init("topic", "arrived")])]
                )
                .answers(.reference("WorkflowRun"))
                .refuses(.conflict, .unprocessableContent)
        case .answerWorkflowStep:
            Contract(.workflows, "Answers the question of a step; the first answer counts")
                .body(
                    .body(
                        required: ["decision": .choice(of: WorkflowRoutes.Decision.self)],
                        optional: ["comment": .string(upTo: 2048)]
                    ),
                    examples: ["approve": .object([.init("decision", "approve")])]
                )
                .answers(.reference("WorkflowRun"))
                .refuses(.conflict)
        default: nil
        }
    }
}

extension Schema {
    static let workflowSummary: KeyValuePairs<String, Schema> = [
        "id": .integer, "name": .string, "description": .string, "group_ids": .array(.integer), "enabled": .boolean,
        "labels": .dictionary(.string), "version": .integer, "cron_expr": .string.orNull, "timezone": .string.orNull,
        "next_exec_time": .timestamp.orNull,
        "node_count": .integer, "created_by": .string, "created_at": .timestamp, "updated_at": .timestamp,
    ]

    static let unreadable: KeyValuePairs<String, Schema> = [
        "unreadable": .boolean.about(
            "True when a newer server wrote it: this one knows name and groups, and neither runs nor changes it."
        )
    ]

    private static let parameter = Schema.body(
        required: ["name": .string(upTo: 64)],
        optional: [
            "type": .choice(of: WorkflowParameter.Kind.self).byDefault("string"),
            "default": .any.about("Without it the value has to be given."),
        ]
    )

    private static let edge = Schema.body(
        required: ["from": .string, "to": .string],
        optional: [
            "on": .choice(of: WorkflowEdge.Condition.self).byDefault("success"),
            "catch": .boolean.about("Of 'failure': when its target succeeds, the failure does not count."),
        ]
    )

    private static let node = Schema.body(
        required: ["key": .string(upTo: 48), "kind": .choice(NodeWork.kinds)],
        optional: [
            "task_id": .integer.about("Of a job: the task that runs; of a wait: the one whose end is awaited."),
            "script": .string, "interpreter": .string, "work_dir": .string,
            "env": .dictionary(.string),
            "url": .string, "method": .string, "headers": .dictionary(.string), "body": .string,
            "timeout_seconds": .integer, "retry_count": .integer(0...10),
            "parameters": .dictionary(.string).about("With expressions such as {{params.day}}."),
            "seconds": .integer.about("Of a wait."),
            "until": .string.about("Of a wait: a time of day.").example("06:00"),
            "timezone": .string,
            "users": .array(.string).about("Of an approval: who may answer; empty: whoever may decide."),
            "on": .choice(of: EventWait.Condition.self).about("Of a wait for 'task_id': how a run of it has to end."),
            "not_starter": .boolean, "on_timeout": .choice(of: NodeApproval.AtTimeout.self),
            "message": .string.about("Of an approval: what is asked; of a wait: the topic of a message."),
            "cases": .array(
                .body(required: ["when": .string(upTo: ExpressionLimits.text)], optional: ["to": .array(.string)])
            ),
            "else": .array(.string),
            "workflow_id": .integer.about("Of a workflow: which one runs."),
            "over": .either(.string, .array(.string)).about("Of a map: a list, or {{steps.KEY.outputs.NAME}}."),
            "do": .any.about("Of a map: the job, script or request that each item is for; {{item}} is the item."),
            "max_parallel": .integer(1...1000).about("Of a map: items at once."),
            "max_items": .integer(1...10_000).about("Of a map: a longer list fails it."),
            "fail": .either(.choice(["any", "fast", "never"]), .body(required: ["ratio": .number]))
                .about("Of a map: which failures of items fail it."),
            "placement": Self.placement,
            "outputs": .dictionary(.string).about(
                "What it has to hand on, with types (string, int, number, bool, json); of http: JSON pointers by name."
            ),
            "compensate": .string.about("The step that undoes this one when the run fails or is cancelled."),
            "compensator": .boolean.about("It undoes another step."),
            "finally": .boolean.about("It runs at any end."),
            "rule": .either(.choice(["all", "strict"]), .body(required: ["at_least": .integer(1...5000)])),
            "on_failure": .choice(of: FailurePolicy.self), "if_disabled": .choice(of: WorkflowNode.DisabledPolicy.self),
            "skipped_is": .choice(of: WorkflowNode.SkippedPolicy.self),
        ]
    )

    static let workflowBody = Schema.body(
        required: ["name": .string(upTo: WorkflowDefinition.nameLimit, from: 1), "nodes": .array(Self.node)],
        optional: [
            "description": .string(upTo: 2048), "group_ids": .array(.integer), "enabled": .boolean.byDefault(true),
            "cron_expr": .string, "timezone": .string.byDefault("UTC"),
            "overlap": .choice(of: WorkflowOverlap.self).byDefault("skip"),
            "misfire": .choice(of: WorkflowMisfire.self).byDefault("run")
                .about("What becomes of a run that the server comes to more than a minute late."),
            "start_deadline_seconds": .integer.about("How long after its time a run may still begin."),
            "timeout_seconds": .integer.byDefault(WorkflowDefinition.standardTimeout),
            "max_parallel": .integer(1...1000).byDefault(WorkflowDefinition.standardParallel),
            "on_failure": .choice(of: FailurePolicy.self).byDefault("stop"), "parameters": .array(Self.parameter),
            "edges": .array(Self.edge),
            "results": .dictionary(.string).about("What a run hands on; texts with expressions, by name."),
            "labels": .dictionary(.string).about(
                "For people and programs; left out of an update they stay as they are."
            ),
        ]
    )

    static let workflow = Schema.answer(
        Self.workflowSummary,
        and: [
            "overlap": .choice(of: WorkflowOverlap.self), "misfire": .choice(of: WorkflowMisfire.self),
            "start_deadline_seconds": .integer.orNull,
            "timeout_seconds": .integer, "max_parallel": .integer,
            "on_failure": .choice(of: FailurePolicy.self), "parameters": .array(.any), "nodes": .array(.any),
            "edges": .array(.any), "results": .dictionary(.string),
        ]
    ).with(optional: Self.unreadable)

    static let workflowForecast: KeyValuePairs<String, Schema> = [
        "workflow_id": .integer, "workflow_name": .string, "version": .integer,
        "steps": .array(
            .answer([
                "key": .string, "kind": .choice(NodeWork.kinds), "parameters": .dictionary(.string),
                "open_parameters": Schema.array(.string).about("What only steps before it can tell."),
                "items": Schema.integer.orNull.about("Of a map, if it is known."),
                "until": Schema.timestamp.orNull.about("Of a wait that began now."),
                "chosen": Schema.array(.string).orNull.about("Of a decision that asks about no step."),
                "hosts": Schema.array(.answer(["id": .string, "name": .string])).orNull
                    .about("Of its groups; null where no host does it, or you may not see them all."),
                "placement": Schema.array(Schema.text).about("Who would get each slot now."),
                "obstacle": Schema.text.orNull.about("Why it would not start as things are."),
            ])
        ),
    ]

    static let workflowRun: KeyValuePairs<String, Schema> = [
        "run_id": .uuid, "workflow_id": .integer, "workflow_name": .string, "version": .integer,
        "type": .choice(of: RunType.self), "source": .string, "caller": .string.orNull,
        "phase": .choice(of: FlowPhase.self),
        "outcome": Schema.choice(of: FlowOutcome.self).orNull,
        "halt": Schema.choice(of: FlowHalt.self).orNull.about("Why no further step starts."),
        "parameters": .dictionary(.any), "scheduled_time": .timestamp, "deadline": .timestamp.orNull,
        "rerun_of": .uuid.orNull,
        "owner_run_id": .uuid.orNull.about("The run that it is a step of."), "owner_key": .string.orNull,
        "results": Schema.dictionary(.string).orNull.about("What it hands on."),
        "results_fault": .string.orNull.about("Why results are missing."), "created_at": .timestamp,
        "ended_at": .timestamp.orNull,
        "counts": .dictionary(.integer).about("Steps in each state."),
    ]

    static let workflowRunDetail = Schema.answer(
        Self.workflowRun,
        and: [
            "nodes": .array(
                .answer([
                    "key": .string, "kind": .choice(NodeWork.kinds), "state": .choice(of: NodeState.self),
                    "reason": Schema.choice(of: NodeReason.self).orNull, "detail": .string.orNull,
                    "detail_text": Schema.text.orNull,
                    "task_id": .integer.orNull, "task_name": .string.orNull, "workflow_id": .integer.orNull,
                    "role": .choice(["compensator", "finally"]).orNull, "child_run_id": .uuid.orNull,
                    "ready_at": .timestamp.orNull, "started_at": .timestamp.orNull, "ended_at": .timestamp.orNull,
                    "wake_at": .timestamp.orNull, "stopping": .boolean,
                    "result": Schema.answer(["counts": .dictionary(.integer), "exit_code": .integer.orNull]).orNull,
                    "chosen": Schema.array(.string).orNull,
                    "answer": Schema.answer([
                        "decision": .choice(of: WorkflowRoutes.Decision.self), "by": .string.orNull, "comment": .string,
                        "at": .timestamp,
                    ]).orNull, "message": .string.orNull, "kept_from": .uuid.orNull,
                    "kept_items": Schema.integer.orNull.about("Of a repeated map: items that were done before."),
                ])
            ),
            "edges": .array(
                .answer([
                    "from": .string, "to": .string, "on": .choice(of: WorkflowEdge.Condition.self), "catch": .boolean,
                    "choice": .boolean.about("Of a decision."), "state": .choice(["open", "taken", "void", "unmet"]),
                ])
            ),
        ]
    )
}
