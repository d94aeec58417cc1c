// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow cluster`: the servers that share a database.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "The servers that share a PostgreSQL.",
        subcommands: [
            ClusterStatusCommand.self, ClusterDrainCommand.self, ClusterResumeCommand.self,
            ClusterRebalanceCommand.self,
        ]
    )

    /// The one server that somebody means.
    static func find(_ word: String, _ options: ServerOptions) async throws -> (id: String, name: String) {
        let items = try await options.client().get("/cluster")["items"].array
        let found = items.filter { $0["id"].string == word || $0["name"].string == word }
        if found.count > 1 {
            let ids = found.map { $0["id"].cell }.joined(separator: ", ")
            throw CommandFailure(.conflict, "\(found.count) servers are called '\(word)'; give one's id: \(ids)")
        }
        guard let id = found.first?["id"].string else {
            throw CommandFailure(
                .notFound,
                "no server of the cluster is called '\(word)'; see 'quicflow cluster status'"
            )
        }
        return (id, found[0]["name"].cell)
    }
}

/// `quicflow cluster status`.
struct ClusterStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Lists the servers, and each one's part of the work."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/cluster")
        self.options.output.show(answer) {
            guard answer["mode"].string == "cluster" else {
                return Terminal.say("One server: its database is no PostgreSQL that others could share.")
            }
            var table = TextTable(["SERVER", "AGENTS", "VERSION", "SINCE", "SHARDS", "HOSTS", ""])
            for item in answer["items"].array {
                var notes: [String] = []
                if item["is_this"].bool == true { notes.append(spoken("answers")) }
                if item["is_keeper"].bool == true { notes.append(spoken("keeper")) }
                if item["is_draining"].bool == true { notes.append(spoken("stopping")) }
                if item["is_resting"].bool == true { notes.append(spoken("rests")) }
                let roles = item["roles"].array.compactMap(\.string)
                // Servers of before say nothing, and do everything.
                if !roles.isEmpty, roles.count < 3 { notes.append(roles.joined(separator: ", ")) }
                table.add([
                    item["name"].cell, item["agents_address"].cell, item["version"].cell, item["started_at"].cell,
                    item["shards"].cell, item["hosts"].cell, notes.joined(separator: ", "),
                ])
            }
            Terminal.say(table.plain)
            if let free = answer["shards_free"].integer, free > 0 {
                Terminal.say("\(free) of 256 shards are nobody's at the moment.")
            }
        }
    }
}

/// `quicflow cluster drain`.
struct ClusterDrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Has a server hand its work and hosts over to the others, while it goes on answering.",
        discussion: """
            It lasts until 'quicflow cluster resume', or until that server is started again. Hosts that know no other server's \
            address have none meanwhile, and go by their own clocks.
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Its name, or its id where several have one name.")
    var server: String

    func run() async throws {
        let server = try await ClusterCommand.find(self.server, self.options)
        let answer = try await self.options.client().post("/cluster/\(server.id)/drain")
        self.options.output.show(answer) { Terminal.say("\(server.name) hands its work over.") }
    }
}

/// `quicflow cluster resume`.
struct ClusterResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Has a server take its share of work and hosts again."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Its name, or its id where several have one name.")
    var server: String

    func run() async throws {
        let server = try await ClusterCommand.find(self.server, self.options)
        let answer = try await self.options.client().post("/cluster/\(server.id)/resume")
        self.options.output.show(answer) { Terminal.say("\(server.name) takes its share again.") }
    }
}

/// `quicflow cluster rebalance`.
struct ClusterRebalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebalance",
        abstract: "Spreads the connected hosts evenly over the servers.",
        discussion: """
            Hosts stay where they are connected, so after servers were replaced one by one all of them may be with one. Shards of \
            tasks even out by themselves.
            """
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().post("/cluster/rebalance")
        self.options.output.show(answer) {
            switch answer["hosts_moved"].integer ?? 0 {
            case 0: Terminal.say("Each server has its share of hosts already.")
            case 1: Terminal.say("One host goes to another server.")
            case let count: Terminal.say("\(count) hosts go to another server.")
            }
        }
    }
}
