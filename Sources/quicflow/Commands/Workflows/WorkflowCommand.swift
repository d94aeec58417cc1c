// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow workflow`: steps that lead to one another, and their runs.
struct WorkflowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow",
        abstract: "Workflows: tasks, scripts, waits, decisions and questions that lead to one another.",
        subcommands: [
            WorkflowListCommand.self, WorkflowShowCommand.self, WorkflowNewCommand.self, WorkflowCreateCommand.self,
            WorkflowUpdateCommand.self, WorkflowDeleteCommand.self, WorkflowEnableCommand.self,
            WorkflowDisableCommand.self, WorkflowRunCommand.self, WorkflowDryRunCommand.self,
            WorkflowRunsCommand.self, WorkflowStatusCommand.self, WorkflowCancelCommand.self, WorkflowPauseCommand.self,
            WorkflowResumeCommand.self, WorkflowRerunCommand.self, WorkflowApproveCommand.self,
            WorkflowRejectCommand.self, WorkflowMessageCommand.self, WorkflowVersionsCommand.self,
        ]
    )
}

/// How a workflow is named on the command line.
struct WorkflowReference: ParsableArguments {
    @Argument(help: "Name or number of the workflow; id:9 and name:9 say which.", completion: NameCompletion.workflows)
    var workflow: String
}

extension APIClient {
    /// The workflow that is meant, whole.
    func workflow(_ reference: WorkflowReference) async throws -> JSONValue {
        let reference = Reference(reference.workflow)
        var candidates: [Reference.Candidate] = []
        if reference.meaning != .name, let id = Int64(reference.text), id > 0 {
            do {
                candidates.append(Self.workflowCandidate(try await self.get("/workflows/\(id)")))
            } catch let failure as CommandFailure where failure.status == .notFound {
                // A name may be all digits.
            }
        }
        if reference.meaning != .id {
            var page = 1
            while true {
                let query = [("keyword", reference.text), ("page", String(page)), ("page_size", "100")]
                let found = try await self.get("/workflows", query)
                let named = found["items"].array.filter { $0["name"].string == reference.text }.map(
                    Self.workflowCandidate
                )
                candidates += named.filter { !candidates.contains($0) }
                guard found["has_next"].bool == true, named.isEmpty else { break }
                page += 1
            }
        }
        return try await self.get("/workflows/\(try reference.choose(among: candidates, kind: "workflow").id)")
    }

    private static func workflowCandidate(_ item: JSONValue) -> Reference.Candidate {
        Reference.Candidate(id: item["id"].cell, name: item["name"].string ?? "")
    }
}

/// `quicflow workflow list`.
struct WorkflowListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists workflows.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions

    @Option(help: "Part of the name.")
    var keyword: String?

    func run() async throws {
        let answer = try await self.options.client().get("/workflows", self.paging.query + [("keyword", self.keyword)])
        self.options.output.show(answer) {
            var table = TextTable(
                ["ID", "NAME", "STEPS", "SCHEDULE", "ENABLED", "NEXT"],
                alignments: [.right, .left, .right]
            )
            for item in answer["items"].array {
                table.add([
                    item["id"].cell, item["name"].cell,
                    item["unreadable"].bool == true ? spoken("unreadable") : item["node_count"].cell,
                    item["cron_expr"].cell,
                    item["enabled"].cell,
                    DisplayTime.text(item["next_exec_time"]),
                ])
            }
            Terminal.say(table.plain)
        }
    }
}

/// `quicflow workflow show`.
struct WorkflowShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows a workflow with its steps.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowReference

    func run() async throws {
        let answer = try await self.options.client().workflow(self.reference)
        self.options.output.show(answer) { Terminal.say(WorkflowView.definition(answer)) }
    }
}

/// Where a definition comes from.
struct WorkflowFileOptions: ParsableArguments {
    @Option(name: [.customShort("f"), .long], help: "File with the definition, YAML or JSON; - is standard input.")
    var file: String

    func body() throws -> JSONValue {
        let data = self.file == "-" ? Terminal.readAll() : FileManager.default.contents(atPath: self.file)
        guard let data, data.count <= 1 << 20 else {
            throw CommandFailure(.usage, "\(self.file) can't be read, or is larger than 1 MiB")
        }
        let yaml = YAMLReader(Array(data))
        guard yaml.faults.isEmpty, yaml.documents.count == 1 else {
            let details: [Wording] = yaml.faults.map { "\(self.file):\($0.mark.line):\($0.mark.column): \($0.text)" }
            throw CommandFailure(.usage, "\(self.file) is no single document of YAML or JSON", details: details)
        }
        return yaml.documents[0].value
    }
}

/// `quicflow workflow create`.
struct WorkflowCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Creates a workflow from a file.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var file: WorkflowFileOptions

    func run() async throws {
        let answer = try await self.options.client().post("/workflows", try self.file.body())
        self.options.output.show(answer) {
            Terminal.say("Created workflow '\(answer["name"].cell)' (\(answer["id"].cell)).")
        }
    }
}

/// `quicflow workflow update`.
struct WorkflowUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Replaces a workflow's definition from a file; open runs keep to theirs."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowReference
    @OptionGroup var file: WorkflowFileOptions

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.workflow(self.reference)["id"].cell
        let answer = try await client.put("/workflows/\(id)", try self.file.body())
        self.options.output.show(answer) {
            Terminal.say("Workflow '\(answer["name"].cell)' is at version \(answer["version"].cell).")
        }
    }
}

/// `quicflow workflow delete`.
struct WorkflowDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a workflow; its runs stay."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowReference

    func run() async throws {
        let client = try self.options.client()
        let workflow = try await client.workflow(self.reference)
        let answer = try await client.delete("/workflows/\(workflow["id"].cell)")
        self.options.output.show(answer) { Terminal.say("Deleted workflow '\(workflow["name"].cell)'.") }
    }
}

/// `quicflow workflow enable`.
struct WorkflowEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Switches a workflow's schedule on."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowReference

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.workflow(self.reference)["id"].cell
        let answer = try await client.post("/workflows/\(id)/enable")
        self.options.output.show(answer) { Terminal.say("Enabled '\(answer["name"].cell)'.") }
    }
}

/// `quicflow workflow disable`.
struct WorkflowDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Switches a workflow's schedule off; open runs go on."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowReference

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.workflow(self.reference)["id"].cell
        let answer = try await client.post("/workflows/\(id)/disable")
        self.options.output.show(answer) { Terminal.say("Disabled '\(answer["name"].cell)'.") }
    }
}
