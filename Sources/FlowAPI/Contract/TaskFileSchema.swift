// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The JSON Schema of task files, made from the contract of tasks: names stand in the place of numbers.
enum TaskFileSchema {
    static func make() -> JSON {
        let task = JSON.object([.init("$ref", "#/$defs/Task")])
        let workflow = JSON.object([.init("$ref", "#/$defs/Workflow")])
        var definitions: [JSON.Member] = [.init("Task", Self.task.json), .init("Workflow", Self.workflow.json)]
        for name in ["NotifyRule", "NotifyTarget"] {
            if let schema = Schema.named[name] { definitions.append(.init(name, schema.json)) }
        }
        let schema = JSON.object([
            .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
            .init("title", "QuartzFlow task file"),
            .init(
                "description",
                "A task, a workflow, or a list of such. What is left out has the server's default."
            ),
            .init(
                "anyOf",
                [
                    task, workflow,
                    .object([
                        .init("type", "array"), .init("items", JSON.object([.init("anyOf", [task, workflow])])),
                    ]),
                ]
            ),
            .init("$defs", JSON.object(definitions)),
        ])
        return Self.moved(schema)
    }

    private static var task: Schema {
        guard case .either(let kinds)? = Schema.named["TaskBody"]?.kind else { return .any }
        return Schema(.either(kinds.map(Self.inFile)))
    }

    /// A body as a file has it.
    private static func inFile(_ body: Schema) -> Schema {
        guard case .object(let fields, let isClosed) = body.kind else { return body }
        let changed = fields.compactMap { field -> Schema.Field? in
            switch field.name {
            case "group_ids":
                .init("groups", .array(.string).about("Where it runs, by name; 'all' is all hosts."), isRequired: true)
            case "status": .init("enabled", .boolean.byDefault(true).about("Whether its schedule is on."))
            case "task_dependencies": nil
            case "dependencies": .init("dependencies", Self.edges(field.schema))
            default: field
            }
        }
        return Schema(.object(changed + [self.triggers], isClosed: isClosed))
    }

    private static let triggers = Schema.Field(
        "file_triggers",
        .array(
            .body(
                required: ["name": Endpoint.hookName, "path": .string(upTo: JobLimits.pathBytes, from: 1)],
                optional: Endpoint.settleField
            ).with(optional: Endpoint.triggerFields)
        ).about("Files whose appearance on a host starts it; left out, those that the server has stay.")
    )

    /// A workflow as a file has it: `kind` tells it from a task.
    private static var workflow: Schema {
        guard let body = Schema.named["WorkflowBody"], case .object(let fields, let isClosed) = body.kind else {
            return .any
        }
        let kind = Schema.Field("kind", .choice(["workflow"]), isRequired: true)
        let changed = fields.map { field -> Schema.Field in
            switch field.name {
            case "group_ids":
                .init(
                    "groups",
                    .array(.string).about("Who may see and run it, and where its own scripts run; by name.")
                )
            case "nodes": .init("nodes", Self.nodes(field.schema), isRequired: true)
            default: field
            }
        }
        return Schema(.object([kind] + changed, isClosed: isClosed))
    }

    private static func nodes(_ schema: Schema) -> Schema {
        guard case .array(let node) = schema.kind, case .object(let fields, let isClosed) = node.kind else {
            return schema
        }
        let named = fields.map { field in
            switch field.name {
            case "task_id": Schema.Field("task", .string.about("Of a job or a wait: the task, by its name."))
            case "workflow_id": Schema.Field("workflow", .string.about("Of a workflow: which one runs, by its name."))
            default: field
            }
        }
        return .array(Schema(.object(named, isClosed: isClosed)))
    }

    private static func edges(_ schema: Schema) -> Schema {
        guard case .array(let edge) = schema.kind, case .object(let fields, let isClosed) = edge.kind else {
            return schema
        }
        let named = fields.map { field in
            field.name == "task_id"
                ? Schema.Field("task", .string.about("The name of the task it waits for."), isRequired: true) : field
        }
        return Schema.array(Schema(.object(named, isClosed: isClosed))).about(schema.about ?? "")
    }

    /// The same with references that lead into this document.
    private static func moved(_ value: JSON) -> JSON {
        switch value {
        case .array(let elements): .array(elements.map(self.moved))
        case .object(let members):
            .object(
                members.map { member in
                    guard member.name == ExactText("$ref"), case .string(let text) = member.value else {
                        return JSON.Member(name: member.name, value: self.moved(member.value))
                    }
                    return JSON.Member("$ref", text.replacing("#/components/schemas/", with: "#/$defs/"))
                }
            )
        default: value
        }
    }
}
