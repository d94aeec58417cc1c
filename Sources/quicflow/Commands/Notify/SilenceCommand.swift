// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow silence`: until when nobody is told of what.
struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Silences of notifications: lists them, makes one, ends one early.",
        discussion: """
            quicflow silence create --host web1 --for 2h --reason "new disk"
            quicflow silence create --incident ID --for 30m --reason "known, being mended"
            What falls into a silence is counted; what still does not work at its end is told then.
            """,
        subcommands: [SilenceListCommand.self, SilenceCreateCommand.self, SilenceEndCommand.self]
    )

    static func table(_ silences: [JSONValue]) -> String {
        var table = TextTable(["ID", "ABOUT", "UNTIL", "STATE", "CAUGHT", "BY", "REASON"])
        for silence in silences {
            table.add([
                silence["id"].cell, DisplayWidth.fitted(Self.about(silence["match"]), to: 48),
                DisplayTime.text(silence["ended_at"].isNull ? silence["until"] : silence["ended_at"]),
                silence["state"].word(.silence), silence["caught"].cell, silence["created_by"].cell,
                DisplayWidth.fitted(silence["reason"].cell, to: 48),
            ])
        }
        return table.plain
    }

    /// `rule nightly, task 7`.
    static func about(_ match: JSONValue) -> String {
        var parts: [String] = []
        func values(_ field: String) -> String? {
            let values = match[field].array.map(\.cell)
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }
        if !match["rule"].isNull { parts.append(spoken("rule \(match["rule"].cell)")) }
        if let tasks = values("task_ids") { parts.append(spoken("task \(tasks)")) }
        if let groups = values("group_ids") { parts.append(spoken("group \(groups)")) }
        if let hosts = values("client_ids") { parts.append(spoken("host \(hosts)")) }
        if case .object(let labels) = match["labels"] {
            parts += labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.cell)" }
        }
        return parts.joined(separator: "; ")
    }
}

/// `quicflow silence list`.
struct SilenceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists silences, the newest first: those that hold, or all."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions

    @Flag(help: "Also those that have ended.")
    var all = false

    func run() async throws {
        let query = self.paging.query + [("state", self.all ? nil : "active")]
        let answer = try await self.options.client().get("/notify/silences", query)
        self.options.output.show(answer) {
            Terminal.say(SilenceCommand.table(answer["items"].array))
            self.paging.remark(on: answer)
        }
    }
}

/// `quicflow silence create`.
struct SilenceCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Keeps messages back until a time; all that is named has to hold.",
        discussion: "A minute to 30 days. Without --incident say --rule, --task, --group, --host or --label."
    )

    @OptionGroup var options: ServerOptions

    @Option(help: "What this incident is about.")
    var incident: String?

    @Option(help: "A rule's name.")
    var rule: String?

    @Option(name: .customLong("task"), help: "A task, by name or number. Repeat for several.")
    var tasks: [String] = []

    @Option(name: .customLong("group"), help: "A group, by name or number. Repeat for several.")
    var groups: [String] = []

    @Option(name: .customLong("host"), help: "A host, by name or id. Repeat for several.")
    var hosts: [String] = []

    @Option(name: .customLong("label"), help: "NAME=VALUE of a task. Repeat for several.")
    var labels: [KeyValue] = []

    @Option(name: .customLong("for"), help: "How long: 90s, 30m, 2h, 1d.")
    var span: TimeSpan?

    @Option(help: "Until when, such as 2026-12-01T08:00:00+08:00.")
    var until: String?

    @Option(help: "Why.")
    var reason: String

    func validate() throws {
        if (self.span == nil) == (self.until == nil) { throw ValidationError.said("Give --for or --until.") }
        let isEmpty =
            self.rule == nil && self.tasks.isEmpty && self.groups.isEmpty && self.hosts.isEmpty && self.labels.isEmpty
        if (self.incident == nil) == isEmpty {
            throw ValidationError.said(
                "Say what about: --incident alone, or --rule, --task, --group, --host and --label."
            )
        }
    }

    private func body(_ client: APIClient) async throws -> JSONValue {
        var body: JSONValue = .object(["reason": .string(self.reason)])
        if let span { body["seconds"] = .integer(span.seconds) }
        if let until { body["until"] = .string(until) }
        if let incident {
            body["incident_id"] = .string(incident)
            return body
        }
        var match: JSONValue = .object([:])
        if let rule { match["rule"] = .string(rule) }
        var tasks: [JSONValue] = []
        for task in self.tasks { tasks.append(.integer(try await client.taskID(Reference(task)))) }
        if !tasks.isEmpty { match["task_ids"] = .array(tasks) }
        let groups = try await client.groupIDs(self.groups).map { JSONValue.integer($0) }
        if !groups.isEmpty { match["group_ids"] = .array(groups) }
        let hosts = try await client.clientIDs(self.hosts).map { JSONValue.string($0) }
        if !hosts.isEmpty { match["client_ids"] = .array(hosts) }
        if !self.labels.isEmpty { match["labels"] = KeyValue.object(self.labels) }
        body["match"] = match
        return body
    }

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.post("/notify/silences", try await self.body(client))
        self.options.output.show(answer) { Terminal.say(SilenceCommand.table([answer])) }
    }
}

/// `quicflow silence end`.
struct SilenceEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "Ends a silence now; what still does not work is told."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The silence's number.")
    var id: Int64

    func run() async throws {
        let answer = try await self.options.client().post("/notify/silences/\(self.id)/end")
        self.options.output.show(answer) {
            Terminal.say("Ended silence \(self.id); it kept \(answer["caught"].cell) events back.")
        }
    }
}
