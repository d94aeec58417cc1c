// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow workflow run`: run now.
struct WorkflowRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Begins a run of a workflow now.",
        discussion: "With --wait, exit code 1 tells that the run did not succeed."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowReference

    @Option(name: .customLong("param"), help: "NAME=VALUE of a parameter of the workflow. Repeat for several.")
    var parameters: [KeyValue] = []

    @Flag(help: "Wait for the run to end.")
    var wait = false

    func run() async throws {
        let client = try self.options.client()
        let workflow = try await client.workflow(self.reference)
        let parameters = try WorkflowView.values(self.parameters, of: workflow)
        var answer = try await client.post("/workflows/\(workflow["id"].cell)/run", .object(["parameters": parameters]))
        while self.wait, answer["phase"].string != "ended" {
            // Asked for by a person, so seconds matter; the API has no call that waits.
            try await Task.sleep(for: .milliseconds(300))
            answer = try await client.get("/workflow-runs/\(answer["run_id"].cell)")
        }
        let last = answer
        self.options.output.show(last) { Terminal.say(WorkflowView.run(last)) }
        guard !self.wait || last["outcome"].string == "succeeded" else { throw ExitCode(CommandStatus.failed.rawValue) }
    }
}

/// `quicflow workflow runs`.
struct WorkflowRunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Lists runs of workflows, newest first."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions

    @Option(help: "Only of this workflow, by name or number.")
    var workflow: String?

    @Option(help: "queued, running, paused, stopping, compensating, finalising or ended.")
    var phase: String?

    @Option(help: "succeeded, failed, cancelled or skipped.")
    var outcome: String?

    func run() async throws {
        let client = try self.options.client()
        var query = self.paging.query + [("phase", self.phase), ("outcome", self.outcome)]
        if let workflow {
            var reference = WorkflowReference()
            reference.workflow = workflow
            query.append(("workflow_id", try await client.workflow(reference)["id"].cell))
        }
        let answer = try await client.get("/workflow-runs", query)
        self.options.output.show(answer) {
            var table = TextTable(["RUN", "WORKFLOW", "STATE", "STEPS", "BEGAN", "BY"])
            for item in answer["items"].array {
                table.add([
                    item["run_id"].cell, item["workflow_name"].cell, WorkflowView.state(item),
                    WorkflowView.progress(item),
                    DisplayTime.text(item["created_at"]), item["caller"].string ?? item["source"].cell,
                ])
            }
            Terminal.say(table.plain)
        }
    }
}

/// The run of a workflow that is meant.
struct WorkflowRunReference: ParsableArguments {
    @Argument(help: "The run's id, as 'workflow runs' shows it.")
    var run: String

    var path: String { "/workflow-runs/\(ServerAddress.escaped(self.run))" }
}

/// `quicflow workflow status`.
struct WorkflowStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Shows a run with its steps.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowRunReference

    func run() async throws {
        let answer = try await self.options.client().get(self.reference.path)
        self.options.output.show(answer) { Terminal.say(WorkflowView.run(answer)) }
    }
}

/// `quicflow workflow cancel`.
struct WorkflowCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Stops a run.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowRunReference

    @Flag(help: "Kill what runs.")
    var force = false

    @Flag(help: "End the run although hosts do not answer.")
    var abandon = false

    func run() async throws {
        let client = try self.options.client()
        let answer =
            self.abandon
            ? try await client.post("\(self.reference.path)/abandon")
            : try await client.post("\(self.reference.path)/cancel", .object(["force": .bool(self.force)]))
        self.options.output.show(answer) { Terminal.say(WorkflowView.run(answer)) }
    }
}

/// `quicflow workflow pause`.
struct WorkflowPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Holds a run: what runs goes on, nothing further starts."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowRunReference

    func run() async throws {
        let answer = try await self.options.client().post("\(self.reference.path)/pause")
        self.options.output.show(answer) { Terminal.say(WorkflowView.run(answer)) }
    }
}

/// `quicflow workflow resume`.
struct WorkflowResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Lets a held run go on.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowRunReference

    func run() async throws {
        let answer = try await self.options.client().post("\(self.reference.path)/resume")
        self.options.output.show(answer) { Terminal.say(WorkflowView.run(answer)) }
    }
}

/// `quicflow workflow rerun`.
struct WorkflowRerunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rerun",
        abstract: "Repeats a run that has ended; what succeeded is kept."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowRunReference

    @Option(help: "'failed', or the key of a step: that and all that follows from it run again.")
    var from = "failed"

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.post("\(self.reference.path)/rerun", .object(["from": .string(self.from)]))
        self.options.output.show(answer) { Terminal.say(WorkflowView.run(answer)) }
    }
}

/// A question of a run.
struct WorkflowQuestion: ParsableArguments {
    @OptionGroup var reference: WorkflowRunReference

    @Argument(help: "The key of the step that asks.")
    var step: String

    @Option(help: "Why.")
    var comment = ""

    func answer(_ decision: String, _ options: ServerOptions) async throws {
        let answer = try await options.client().post(
            "\(self.reference.path)/nodes/\(ServerAddress.escaped(self.step))/answer",
            .object(["decision": .string(decision), "comment": .string(self.comment)])
        )
        options.output.show(answer) { Terminal.say(WorkflowView.run(answer)) }
    }
}

/// `quicflow workflow approve`.
struct WorkflowApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Says yes to the question of a step."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var question: WorkflowQuestion

    func run() async throws { try await self.question.answer("approve", self.options) }
}

/// `quicflow workflow reject`.
struct WorkflowRejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Says no to the question of a step."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var question: WorkflowQuestion

    func run() async throws { try await self.question.answer("reject", self.options) }
}
