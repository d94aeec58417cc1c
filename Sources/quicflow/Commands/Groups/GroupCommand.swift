// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow group`: named sets of agents that tasks are bound to.
struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Host groups: which agents run what.",
        subcommands: [
            GroupListCommand.self, GroupGetCommand.self, GroupCreateCommand.self, GroupUpdateCommand.self,
            GroupDeleteCommand.self, GroupClientsCommand.self, GroupAddClientCommand.self,
            GroupRemoveClientCommand.self, GroupRulesCommand.self,
        ]
    )
}

/// `quicflow group list`.
struct GroupListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists groups.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/groups")
        self.options.output.show(answer) { Terminal.say(GroupTable.text(answer.array)) }
    }
}

/// `quicflow group get`.
struct GroupGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Shows a group.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number; id:9 and name:9 say which.", completion: NameCompletion.groups)
    var group: String

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.groupID(self.group)
        let found = try await client.get("/groups").array.first { $0["id"].integer == id } ?? .null
        self.options.output.show(found) { Terminal.say(GroupTable.text([found])) }
    }
}

/// `quicflow group create`.
struct GroupCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Makes a group.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var fields: GroupFields

    @Argument(help: "Name, unique, at most 64 characters.")
    var name: String

    func run() async throws {
        var body = JSONValue.object(["name": .string(self.name)])
        self.fields.apply(to: &body)
        let answer = try await self.options.client().post("/groups", body)
        self.options.output.show(answer) { Terminal.say("Created group \(answer["id"].cell) '\(self.name)'.") }
    }
}

/// `quicflow group update`.
struct GroupUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "update", abstract: "Changes a group.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var fields: GroupFields

    @Argument(help: "Name or number; id:9 and name:9 say which.", completion: NameCompletion.groups)
    var group: String

    @Option(help: "New name.")
    var name: String?

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.groupID(self.group)
        let present = try await client.get("/groups").array.first { $0["id"].integer == id } ?? .null
        var body = JSONValue.object([
            "name": present["name"], "description": present["description"], "tags": present["tags"],
        ])
        if let name { body["name"] = .string(name) }
        self.fields.apply(to: &body)
        let answer = try await client.put("/groups/\(id)", body)
        self.options.output.show(answer) { Terminal.say("Updated group \(id) '\(body["name"].cell)'.") }
    }
}

/// `quicflow group delete`.
struct GroupDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a group that no task is bound to."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number; id:9 and name:9 say which.", completion: NameCompletion.groups)
    var group: String

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.groupID(self.group)
        let answer = try await client.delete("/groups/\(id)")
        self.options.output.show(answer) { Terminal.say("Deleted group \(id).") }
    }
}

/// What can be said about a group besides its name.
struct GroupFields: ParsableArguments {
    @Option(help: "At most 256 characters.")
    var description: String?

    @Option(name: .customLong("tag"), help: "A tag to filter by; repeat for several. Replaces all tags.")
    var tags: [String] = []

    func apply(to body: inout JSONValue) {
        if let description { body["description"] = .string(description) }
        if !self.tags.isEmpty { body["tags"] = .array(self.tags.map(JSONValue.string)) }
    }
}

/// Groups in a table.
enum GroupTable {
    static func text(_ groups: [JSONValue]) -> String {
        var table = TextTable(
            ["ID", "NAME", "ONLINE", "CLIENTS", "TASKS", "TAGS", "DESCRIPTION"],
            alignments: [.right, .left, .right, .right, .right]
        )
        for group in groups {
            table.add([
                group["id"].cell, group["name"].cell, group["online_count"].cell, group["client_count"].cell,
                group["task_count"].cell, group["tags"].cell, DisplayWidth.fitted(group["description"].cell, to: 48),
            ])
        }
        return table.plain
    }
}
