// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `quicflow group clients`: who is in a group.
struct GroupClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "clients", abstract: "Lists a group's agents.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number of the group.")
    var group: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get("/groups/\(try await client.groupID(self.group))/clients")
        self.options.output.show(answer) { print(ClientTable.text(answer["items"].array)) }
    }
}

/// `quicflow group add-client`.
struct GroupAddClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add-client", abstract: "Puts agents into a group.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var members: GroupMembers

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.groupID(self.members.group)
        let answer = try await client.post("/groups/\(id)/clients", self.members.body)
        self.options.output.show(answer) {
            print("Added to group \(id): \(self.members.clients.joined(separator: ", ")).")
        }
    }
}

/// `quicflow group remove-client`.
struct GroupRemoveClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-client",
        abstract: "Takes agents out of a group."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var members: GroupMembers

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.groupID(self.members.group)
        for member in self.members.clients {
            _ = try await client.delete("/groups/\(id)/clients/\(ServerAddress.escaped(member))")
        }
        self.options.output.show(.null) {
            print("Removed from group \(id): \(self.members.clients.joined(separator: ", ")).")
        }
    }
}

/// A group and some agents.
struct GroupMembers: ParsableArguments {
    @Argument(help: "Name or number of the group.")
    var group: String

    @Argument(help: "Agents, as 'quicflow client list' names them.")
    var clients: [String]

    var body: JSONValue { .object(["client_ids": .array(self.clients.map(JSONValue.string))]) }
}
