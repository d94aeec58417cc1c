// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task deps`: which tasks start a task, which of them have come, and which it starts itself.
struct TaskDepsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deps",
        abstract: "Shows or sets which tasks start a task.",
        discussion: """
            quicflow task deps report --after load --after clean:end
            quicflow task deps report --after load --hand load:rows=row_count
            Each --after is a task and what has to become of it: success, failure, end or skipped; success without it.
            """
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Option(help: "TASK or TASK:OUTCOME that starts it; repeat for several. Replaces those there are.")
    var after: [String] = []

    @Option(
        name: .customLong("hand"),
        help: "TASK:PARAMETER=OUTPUT: an output of a task that starts it becomes a parameter. Repeat for several."
    )
    var hands: [HandedOutput] = []

    @Option(help: "all: once all have come since its last run; any: for each end of any.")
    var join: DependencyJoin?

    @Option(help: "What its parents do beside its own schedule; only 'start' so far.")
    var mode: DependencyMode?

    @Option(help: "Seconds; a parent that ended longer ago when it is known does not count.")
    var maxAge: Int?

    @Flag(help: "It waits for nothing any more.")
    var none = false

    @Flag(help: "Forget which parents have come.")
    var reset = false

    @Flag(help: "Start it for those that have come.")
    var start = false

    func validate() throws {
        let isChange =
            !self.after.isEmpty || !self.hands.isEmpty || self.join != nil || self.mode != nil || self.maxAge != nil
        guard [isChange, self.none, self.reset, self.start].count(where: { $0 }) <= 1 else {
            throw ValidationError.said("Give --after and what belongs to it, --none, --reset or --start: one of them.")
        }
        for text in self.after where Self.outcome(of: text).outcome == nil {
            let words = DependencyOutcome.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError.said("'\(text)': what has to become of a task is one of \(words).")
        }
    }

    func run() async throws {
        let client = try self.options.client()
        let task = try await client.task(self.reference.reference)
        let path = "/tasks/\(task["id"].cell)/dependencies"
        if self.start {
            let answer = try await client.post(path + "/start")
            return self.options.output.show(answer) { Terminal.say("Started run \(answer["run_id"].cell).") }
        }
        let answer =
            if self.reset {
                try await client.post(path + "/reset")
            } else if let body = try await self.body(over: task, client: client) {
                try await client.put(path, body)
            } else { try await client.get(path) }
        let dependents = try await client.get("/tasks/\(task["id"].cell)/dependents")
        self.options.output.show(.object(["dependencies": answer, "dependents": dependents])) {
            Terminal.say(answer["text"][Language.current.rawValue].cell)
            if !answer["edges"].array.isEmpty { Terminal.say("\n" + Self.table(answer["edges"].array)) }
            let names = dependents["items"].array.map { "'\($0["name"].cell)' (\($0["on"].cell))" }
            if !names.isEmpty {
                Terminal.say("")
                Terminal.say("Starts: \(names.joined(separator: ", "))")
            }
        }
    }

    /// What to send; nil when nothing is to be changed.
    private func body(over task: JSONValue, client: APIClient) async throws -> JSONValue? {
        if self.none { return .object(["dependencies": .array([])]) }
        let isChange = !self.after.isEmpty || !self.hands.isEmpty || self.join != nil || self.mode != nil
        guard isChange || self.maxAge != nil else { return nil }
        var body = JSONValue.object([:])
        for field in ["dependencies", "join", "match", "dependency_mode", "max_age_seconds", "deadline"] {
            body[field] = task[field]
        }
        if !self.after.isEmpty {
            var edges: [JSONValue] = []
            for text in self.after {
                let (name, outcome) = Self.outcome(of: text)
                edges.append(
                    .object([
                        "task_id": .integer(try await client.taskID(Reference(name))),
                        "on": .string((outcome ?? .success).rawValue),
                    ])
                )
            }
            body["dependencies"] = .array(edges)
        }
        for hand in self.hands {
            let id = JSONValue.integer(try await client.taskID(Reference(hand.task)))
            var edges = body["dependencies"].array
            guard let index = edges.firstIndex(where: { $0["task_id"] == id }) else {
                throw CommandFailure(.usage, "'\(hand.task)' does not start it: say --after, too")
            }
            var parameters = edges[index]["parameters"]
            if parameters.isNull { parameters = .object([:]) }
            parameters[hand.parameter] = .string(hand.output)
            edges[index]["parameters"] = parameters
            body["dependencies"] = .array(edges)
        }
        if let join { body["join"] = .string(join.rawValue) }
        if let mode { body["dependency_mode"] = .string(mode.rawValue) }
        if let maxAge { body["max_age_seconds"] = .integer(Int64(maxAge)) }
        return body.withoutNulls
    }

    /// "load:end" is task "load"; "id:9" is task 9, as elsewhere.
    private static func outcome(of text: String) -> (name: String, outcome: DependencyOutcome?) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last, !(parts.count == 2 && ["id", "name"].contains(parts[0])) else {
            return (text, .success)
        }
        return (parts.dropLast().joined(separator: ":"), DependencyOutcome(rawValue: String(last)))
    }

    private static func table(_ edges: [JSONValue]) -> String {
        var table = TextTable(
            ["TASK", "NAME", "ON", "STATE", "RUN", "AT"],
            alignments: [.right, .left, .left, .left, .left, .left]
        )
        for edge in edges {
            table.add([
                edge["task_id"].cell, DisplayWidth.fitted(edge["name"].cell, to: 32), edge["on"].word(),
                edge["state"].word(.edge), edge["run_id"].cell, DisplayTime.text(edge["at"]),
            ])
        }
        return table.plain
    }
}

/// `load:rows=row_count`.
struct HandedOutput: ExpressibleByArgument, Hashable {
    let task: String
    let parameter: String
    let output: String

    init?(argument: String) {
        guard let equals = argument.lastIndex(of: "="),
            let colon = argument[..<equals].lastIndex(of: ":"), colon != argument.startIndex
        else { return nil }
        self.task = String(argument[..<colon])
        self.parameter = String(argument[argument.index(after: colon)..<equals])
        self.output = String(argument[argument.index(after: equals)...])
    }
}

extension DependencyJoin: ExpressibleByArgument {}
extension DependencyMode: ExpressibleByArgument {}
