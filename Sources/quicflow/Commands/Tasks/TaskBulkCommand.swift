// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task bulk`.
struct TaskBulkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulk",
        abstract: "Enables, disables, deletes, labels or binds all tasks that a filter finds.",
        discussion: "The number is shown and has to be agreed to; it is done to those that were counted, or to none."
    )

    enum Action: String, CaseIterable, ExpressibleByArgument {
        case enable, disable, delete, label, group
    }

    @OptionGroup var options: ServerOptions
    @OptionGroup var question: BulkQuestion

    @Argument(help: "What to do: enable, disable, delete, label or group.")
    var action: Action

    @Option(help: "Only tasks with this text in name or description.")
    var keyword: String?

    @Option(help: "Only tasks bound to this group, by name or number.")
    var group: String?

    @Option(help: "Only tasks with this label: name or name=value.")
    var label: String?

    @Flag(help: "Only enabled, or only disabled tasks.")
    var only: EnabledFilter?

    @Option(help: "Of disable: resume them at this RFC 3339 time.")
    var until: String?

    @Option(help: "Of label: set name=value; repeatable.")
    var set: [String] = []

    @Option(help: "Of label: take this label away; repeatable.")
    var remove: [String] = []

    @Option(help: "Of group: bind to this group, by name or number; repeatable.")
    var addGroup: [String] = []

    @Option(help: "Of group: unbind from this group, by name or number; repeatable.")
    var removeGroup: [String] = []

    func validate() throws {
        try self.question.check(
            isNarrowed: self.keyword != nil || self.group != nil || self.label != nil || self.only != nil
        )
        for text in self.set where !text.contains("=") {
            throw ValidationError.said("'\(text)' is no name=value.")
        }
    }

    func run() async throws {
        let client = try self.options.client()
        var query: [(String, String?)] = [
            ("keyword", self.keyword), ("label", self.label),
            ("status", self.only.map { $0 == .enabled ? "1" : "0" }),
        ]
        if let group { query.append(("group_id", String(try await client.groupID(group)))) }
        var body = JSONValue.object(["action": .string(self.action.rawValue)])
        if let until { body["until"] = .string(until) }
        if !self.set.isEmpty {
            var labels = JSONValue.object([:])
            for text in self.set {
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                labels[String(parts[0])] = .string(String(parts[1]))
            }
            body["labels"] = labels
        }
        if !self.remove.isEmpty { body["remove_labels"] = .array(self.remove.map { .string($0) }) }
        if !self.addGroup.isEmpty {
            body["add_groups"] = .array(try await client.groupIDs(self.addGroup).map { .integer($0) })
        }
        if !self.removeGroup.isEmpty {
            body["remove_groups"] = .array(try await client.groupIDs(self.removeGroup).map { .integer($0) })
        }
        try await self.question.run(
            client,
            "/tasks/bulk",
            query,
            body,
            verb: self.verb,
            things: "tasks",
            output: self.options.output
        )
    }

    private var verb: Wording {
        switch self.action {
        case .enable: "Enable"
        case .disable: self.until.map { "Pause until \($0)" as Wording } ?? "Disable"
        case .delete: "Delete"
        case .label: "Label"
        case .group: "Bind anew"
        }
    }
}
