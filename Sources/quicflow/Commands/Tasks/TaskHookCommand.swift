// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow task hook`: addresses by which other programs start a task.
struct TaskHookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Webhooks: addresses by which other programs start a task.",
        discussion: """
            quicflow task hook create deploy push --format github --param COMMIT=/after --when /ref=refs/heads/main
            """,
        subcommands: [
            TaskHookListCommand.self, TaskHookCreateCommand.self, TaskHookUpdateCommand.self,
            TaskHookDeleteCommand.self, TaskHookCallsCommand.self,
        ]
    )

    /// A webhook of a task, by its name or its id.
    static func find(_ text: String, of task: Int64, _ client: APIClient) async throws -> JSONValue {
        let hooks = try await client.get("/tasks/\(task)/hooks")["items"].array
        let candidates = hooks.map { Reference.Candidate(id: $0["id"].cell, name: $0["name"].string ?? "") }
        let id = try Reference(text).choose(among: candidates, kind: "webhook").id
        return hooks.first { $0["id"].cell == id } ?? .null
    }

    /// Shows a secret that the server tells this once, and where to put it.
    static func tell(_ hook: JSONValue, _ client: APIClient) {
        guard let secret = hook["secret"].string else { return }
        Terminal.complain("Shown once. Address and secret for the sender:")
        if let path = hook["call_path"].string {
            Terminal.say(client.server.description + path)
        } else {
            Terminal.say(client.server.description + hook["path"].cell)
            Terminal.say(secret)
        }
    }
}

/// `quicflow task hook list`.
struct TaskHookListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the webhooks of a task.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    func run() async throws {
        let client = try self.options.client()
        let task = try await client.task(self.reference.reference)
        let answer = try await client.get("/tasks/\(task["id"].cell)/hooks")
        self.options.output.show(answer) {
            var table = TextTable(["NAME", "FORMAT", "ENABLED", "PARAMETERS", "WHEN", "FROM", "PATH"])
            for hook in answer["items"].array {
                let when = hook["when"].array.map { "\($0["pointer"].cell)=\($0["is"].cell)" }
                table.add([
                    hook["name"].cell, hook["format"].cell, hook["enabled"].cell,
                    hook["params"].array.map { "\($0["name"].cell)=\($0["pointer"].cell)" }.joined(separator: " "),
                    when.joined(separator: " "),
                    hook["addresses"].array.isEmpty ? "everywhere" : hook["addresses"].cell,
                    hook["path"].string ?? hook["file"]["path"].string ?? hook["topic"].cell,
                ])
            }
            Terminal.say(table.plain)
        }
    }
}

/// Which files start a task.
struct HookFiles: ParsableArguments {
    @Option(help: "With --format file: which files start it, as /srv/in/*.csv; on the host where they appear.")
    var path: String?

    @Option(help: "With --format file: seconds for which a file has not changed when it counts (5).")
    var settle: Int?

    /// Puts what was said into a body; what was not said stays.
    func apply(to body: inout JSONValue) {
        guard self.path != nil || self.settle != nil else { return }
        var file = body["file"]
        if let path { file["path"] = .string(path) }
        if let settle { file["settle_seconds"] = .integer(Int64(settle)) }
        body["file"] = file
    }
}

/// What is said of a webhook, when it is made and when it is changed.
struct HookFields: ParsableArguments {
    @Option(help: "Parameter of the run and where it stands in the body: COMMIT=/after; repeat for several.")
    var param: [String] = []

    @Option(help: "What the body has to say: /ref=refs/heads/main; several of one place mean any of them.")
    var when: [String] = []

    @Option(help: "Who may call: an address or a block such as 192.0.2.0/24; repeat for several.")
    var from: [String] = []

    func validate() throws {
        for text in self.param + self.when where !text.contains("=") {
            throw ValidationError.said("'\(text)': write NAME=/pointer, or /pointer=VALUE.")
        }
    }

    private static func pair(_ text: String) -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }

    /// Puts what was said into a body; what was not said stays.
    func apply(to body: inout JSONValue) {
        if !self.param.isEmpty {
            body["params"] = .array(
                self.param.map { text in
                    let (name, pointer) = Self.pair(text)
                    return .object(["name": .string(name), "pointer": .string(pointer)])
                }
            )
        }
        if !self.when.isEmpty {
            var order: [String] = []
            var values: [String: [JSONValue]] = [:]
            for (pointer, value) in self.when.map(Self.pair) {
                if values[pointer] == nil { order.append(pointer) }
                values[pointer, default: []].append(.string(value))
            }
            body["when"] = .array(order.map { .object(["pointer": .string($0), "is": .array(values[$0] ?? [])]) })
        }
        if !self.from.isEmpty { body["addresses"] = .array(self.from.map(JSONValue.string)) }
    }
}

/// `quicflow task hook create`.
struct TaskHookCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a webhook and prints its address and secret, this once."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Argument(help: "Name, unique among the task's.")
    var name: String

    @Option(
        help:
            "How callers prove that they may: github, standard, stripe or token; or what starts it instead: message, host_joined, file."
    )
    var format: HookFormat = .github

    @Option(help: "With --format message: which messages start it.")
    var topic: String?

    @OptionGroup var files: HookFiles

    @OptionGroup var fields: HookFields

    @Option(help: "File with a secret that the sender has made; a fresh one without it.")
    var secretFile: String?

    func run() async throws {
        let client = try self.options.client()
        let task = try await client.task(self.reference.reference)
        var body = JSONValue.object(["name": .string(self.name), "format": .string(self.format.rawValue)])
        if let topic { body["topic"] = .string(topic) }
        self.files.apply(to: &body)
        self.fields.apply(to: &body)
        if let secretFile { body["secret"] = .string(try Self.secret(inFile: secretFile)) }
        let answer = try await client.post("/tasks/\(task["id"].cell)/hooks", body)
        self.options.output.show(answer) {
            guard answer["path"].string != nil else { return Terminal.say("Made '\(answer["name"].cell)'.") }
            TaskHookCommand.tell(answer, client)
        }
    }

    private static func secret(inFile path: String) throws -> String {
        guard let content = FileManager.default.contents(atPath: path),
            let text = String(data: content, encoding: .utf8)
        else { throw CommandFailure(.usage, "\(path) can't be read as text") }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// `quicflow task hook update`.
struct TaskHookUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Changes a webhook; what is not said stays."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Argument(help: "Name or id of the webhook.")
    var hook: String

    @Option(help: "With --format message: which messages start it.")
    var topic: String?

    @OptionGroup var files: HookFiles

    @OptionGroup var fields: HookFields

    @Flag(inversion: .prefixedEnableDisable, help: "Whether calls start anything.")
    var calls: Bool?

    @Flag(help: "Makes a fresh secret and prints it; the one before is good for a day.")
    var rotate = false

    func run() async throws {
        let client = try self.options.client()
        let task = try await client.task(self.reference.reference)["id"].integer ?? 0
        let hook = try await TaskHookCommand.find(self.hook, of: task, client)
        var body = JSONValue.object([:])
        for field in ["name", "format", "topic", "file", "addresses", "params", "when", "enabled"] {
            body[field] = hook[field]
        }
        if let topic { body["topic"] = .string(topic) }
        self.files.apply(to: &body)
        self.fields.apply(to: &body)
        if let calls { body["enabled"] = .bool(calls) }
        if self.rotate { body["rotate"] = .bool(true) }
        let answer = try await client.put("/tasks/\(task)/hooks/\(hook["id"].cell)", body)
        self.options.output.show(answer) {
            Terminal.say("Changed webhook '\(answer["name"].cell)'.")
            TaskHookCommand.tell(answer, client)
        }
    }
}

/// `quicflow task hook delete`.
struct TaskHookDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Deletes a webhook.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Argument(help: "Name or id of the webhook.")
    var hook: String

    func run() async throws {
        let client = try self.options.client()
        let task = try await client.task(self.reference.reference)["id"].integer ?? 0
        let hook = try await TaskHookCommand.find(self.hook, of: task, client)
        let answer = try await client.delete("/tasks/\(task)/hooks/\(hook["id"].cell)")
        self.options.output.show(answer) { Terminal.say("Deleted webhook '\(hook["name"].cell)'.") }
    }
}

/// `quicflow task hook calls`.
struct TaskHookCallsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calls",
        abstract: "Lists who called a webhook, and what came of it."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions
    @OptionGroup var reference: TaskReference

    @Argument(help: "Name or id of the webhook.")
    var hook: String

    func run() async throws {
        let client = try self.options.client()
        let task = try await client.task(self.reference.reference)["id"].integer ?? 0
        let hook = try await TaskHookCommand.find(self.hook, of: task, client)
        let answer = try await client.get("/hooks/\(hook["id"].cell)/deliveries", self.paging.query)
        self.options.output.show(answer) {
            var table = TextTable(
                ["AT", "OUTCOME", "FROM", "BYTES", "RUN", "WHY"],
                alignments: [.left, .left, .left, .right]
            )
            for call in answer["items"].array {
                table.add([
                    DisplayTime.text(call["at"]), call["outcome"].word(.hook), call["address"].cell, call["bytes"].cell,
                    call["run_id"].cell,
                    call["detail_text"][Language.current.rawValue].string ?? call["detail"].cell,
                ])
            }
            Terminal.say(table.plain)
            self.paging.remark(on: answer)
        }
    }
}

extension HookFormat: ExpressibleByArgument {}
