// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var taskFileContract: Contract? {
        switch self {
        case .checkTasks:
            Contract(.tasks, "Says what tasks and workflows would become, with all defaults, and stores nothing")
                .about(
                    """
                    The same checks as saving them all: each as a new one or, with 'id', as replacing that one. In 'dependencies' -1 \
                    stands for the first task of the request, -2 for the second, and so in 'task_id' of a step and, for workflows, \
                    in 'workflow_id'. Only whether a new name is free is not said.
                    """
                )
                .body(
                    .body(required: ["tasks": Self.checks], optional: ["workflows": Self.workflowChecks]),
                    examples: [
                        "new": .object([
                            .init("tasks", Self.taskExamples.map { JSON.object([.init("task", $0.value)]) })
                        ])
                    ]
                )
                .answers(
                    .answer([
                        "items": .array(
                            .answer([
                                "task": Schema.definition.orNull
                                    .about("Null where there are faults."),
                                "faults": .array(.reference("Fault")),
                            ]).with(optional: [
                                "file_triggers": Schema.any.orNull.about(
                                    "As webhooks are shown; of a task without faults."
                                )
                            ])
                        ).about("In the order of the request."),
                        "workflows": .array(
                            .answer([
                                "workflow": Schema.any.about("As a workflow is written; null where there are faults."),
                                "faults": .array(.reference("Fault")),
                            ])
                        ),
                    ])
                )
        case .taskFileSchema: Contract(.tasks, "Gives the JSON Schema of task files").answers(.plain(.any))
        default: nil
        }
    }

    private static let workflowChecks = Schema.array(
        .body(
            required: ["workflow": .reference("WorkflowBody")],
            optional: ["id": .integer(1...Int64.max).about("The workflow that it would replace.")]
        )
    ).with(.init("maxItems", TaskRoutes.checkLimit))

    private static let checks = Schema.array(
        .body(
            required: ["task": .reference("TaskBody")],
            optional: [
                "id": .integer(1...Int64.max).about("The task that it would replace."),
                "file_triggers": .array(
                    .body(required: ["name": Self.hookName, "file": Self.hookFile], optional: Self.triggerFields)
                ).with(.init("maxItems", Hook.limit)).about("Webhooks of the format file that it is to have."),
            ]
        )
    ).with(.init("maxItems", TaskRoutes.checkLimit))
}
