// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow client`: the agents a server knows.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "The agents a server knows, one on each host.",
        subcommands: [
            ClientListCommand.self, ClientLabelCommand.self, ClientMaintenanceCommand.self, ClientStatsCommand.self,
            ClientDeleteCommand.self,
        ]
    )
}

/// `quicflow client list`.
struct ClientListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists agents.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var watching: WatchOptions

    @Option(help: "Only agents of this group, by name or number.")
    var group: String?

    @Option(help: "Only agents whose id, name, host or address has this text.")
    var keyword: String?

    @Flag(help: "Only agents that are, or are not, connected.")
    var only: ConnectionFilter?

    func run() async throws {
        let client = try self.options.client()
        var query: [(String, String?)] = [("keyword", self.keyword), ("status", self.only?.rawValue)]
        if let group { query.append(("group_id", String(try await client.groupID(group)))) }
        let asked = query
        try await self.watching.show {
            let answer = try await client.get("/clients", asked)
            self.options.output.show(answer) { Terminal.say(ClientTable.text(answer["items"].array)) }
        }
    }
}

/// `quicflow client label`.
struct ClientLabelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label",
        abstract: "Says something of a host; rules may put it into groups by that.",
        discussion: "Replaces what people said before. Labels that the host's own agent gives stay."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Agent, by id or name.", completion: NameCompletion.clients)
    var client: String

    @Argument(help: "NAME=VALUE; none takes all away.")
    var labels: [String] = []

    func run() async throws {
        let labels = try HostLabels.parsed(self.labels)
        let client = try self.options.client()
        guard let id = try await client.clientIDs([self.client]).first else { return }
        let answer = try await client.put(
            "/clients/\(ServerAddress.escaped(id))/labels",
            .object(["labels": .object(labels.mapValues(JSONValue.string))])
        )
        self.options.output.show(answer) { Terminal.say("\(self.client): \(answer["labels"].cell)") }
    }
}

/// `--online` or `--offline`.
enum ConnectionFilter: String, EnumerableFlag {
    case online
    case offline
}

/// Agents in a table.
enum ClientTable {
    static func text(_ clients: [JSONValue]) -> String {
        // Two hosts may have joined under one name: a mark makes that visible.
        let counts = Dictionary(clients.map { ($0["name"].cell, 1) }) { $0 + $1 }
        var table = TextTable(["NAME", "CLIENT", "STATUS", "HOST", "ADDRESS", "GROUPS", "RUNNING", "LAST HEARTBEAT"])
        for item in clients {
            let name = item["name"].cell
            table.add([
                counts[name, default: 1] > 1 && name != "-"
                    ? spoken("\(name) (\(counts[name, default: 1]) of this name)") : name,
                item["client_id"].cell, item["status"].word() + self.notes(item),
                item["hostname"].cell, item["ip"].cell,
                item["groups"].cell, item["running"].cell, DisplayTime.text(item["last_heartbeat"]),
            ])
        }
        return table.plain
    }

    /// What is out of the ordinary about a host, in brackets.
    private static func notes(_ item: JSONValue) -> String {
        var notes: [Wording] = []
        if let trouble = item["trouble"].string {
            notes.append(Wording(verbatim: item["trouble_text"][Language.current.rawValue].string ?? trouble))
        }
        if let code = item["authority_refusal"].string {
            notes.append("does not take an authority that it was told of (\(code))")
        }
        let until = item["maintenance"]["until"]
        if !until.isNull { notes.append("in maintenance until \(DisplayTime.text(until))") }
        let zones = item["foreign_zones"].array.compactMap(\.string)
        if !zones.isEmpty { notes.append("the server's rules are used for \(zones.joined(separator: ", "))") }
        if let count = item["ordered_tasks"].integer, count > 0 { notes.append("\(count) of its tasks on orders only") }
        return notes.isEmpty ? "" : " (\(notes.map(\.spoken).joined(separator: "; ")))"
    }
}
