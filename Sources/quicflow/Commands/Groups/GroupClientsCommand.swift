// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow group clients`: who is in a group.
struct GroupClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "clients", abstract: "Lists a group's agents.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number of the group; id:9 and name:9 say which.", completion: NameCompletion.groups)
    var group: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get("/groups/\(try await client.groupID(self.group))/clients")
        self.options.output.show(answer) { Terminal.say(ClientTable.text(answer["items"].array)) }
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
        let hosts = try await client.clientIDs(self.members.clients)
        let answer = try await client.post(
            "/groups/\(id)/clients",
            .object(["client_ids": .array(hosts.map(JSONValue.string))])
        )
        self.options.output.show(answer) {
            Terminal.say("Added to group \(id): \(self.members.clients.joined(separator: ", ")).")
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
        // All names are looked up before the first one goes.
        for host in try await client.clientIDs(self.members.clients) {
            _ = try await client.delete("/groups/\(id)/clients/\(ServerAddress.escaped(host))")
        }
        self.options.output.show(.null) {
            Terminal.say("Removed from group \(id): \(self.members.clients.joined(separator: ", ")).")
        }
    }
}

/// A group and some agents.
struct GroupMembers: ParsableArguments {
    @Argument(help: "Name or number of the group; id:9 and name:9 say which.", completion: NameCompletion.groups)
    var group: String

    @Argument(help: "Agents, by id or name.", completion: NameCompletion.clients)
    var clients: [String]
}
