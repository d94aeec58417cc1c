// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow profile`: names for servers.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Names for servers, to be used as --profile NAME.",
        discussion: """
            --server counts first, then --profile, QUARTZFLOW_SERVER, QUARTZFLOW_PROFILE, and the profile in use. Each server keeps \
            its own session: sign in at each once.
            """,
        subcommands: [
            ProfileListCommand.self, ProfileSetCommand.self, ProfileUseCommand.self,
            ProfileDeleteCommand.self,
        ]
    )
}

/// `quicflow profile list`.
struct ProfileListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the names.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let profiles = try Profiles(readingFrom: Profiles.standardURL())
        let credentials = try Credentials(readingFrom: Credentials.standardURL())
        var table = TextTable(["", "PROFILE", "SERVER", "SIGNED IN AS"])
        var items: [JSONValue] = []
        for (name, text) in profiles.servers.sorted(by: { $0.key < $1.key }) {
            let isCurrent = name == profiles.current
            let user = ServerAddress(text).flatMap { credentials[$0]?.username }
            table.add([isCurrent ? "*" : "", name, text, user ?? "-"])
            items.append(
                .object([
                    "name": .string(name), "server": .string(text), "current": .bool(isCurrent),
                    "username": user.map { .string($0) } ?? .null,
                ])
            )
        }
        self.output.show(.object(["items": .array(items)])) { Terminal.say(table.plain) }
    }
}

/// `quicflow profile set`.
struct ProfileSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Names a server.")

    @Argument(help: "Letters, digits, '.', '_' and '-'.")
    var name: String

    @Argument(help: "Such as https://flow.example.com.")
    var server: ServerAddress

    func validate() throws {
        if !Profiles.isName(self.name) {
            throw ValidationError.said(
                "'\(self.name)' is no name; write letters, digits, '.', '_' and '-', at most 64."
            )
        }
    }

    func run() throws {
        var profiles = try Profiles(readingFrom: Profiles.standardURL())
        profiles.servers[self.name] = self.server.description
        try profiles.write(to: Profiles.standardURL())
        Terminal.say("\(self.name) is \(self.server).")
    }
}

/// `quicflow profile use`.
struct ProfileUseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Says which server counts when nobody says another."
    )

    @Argument(help: "A name; none: the usual address counts again.")
    var name: String?

    func run() throws {
        var profiles = try Profiles(readingFrom: Profiles.standardURL())
        let address = try self.name.map { name in try profiles.address(of: name) }
        profiles.current = self.name
        try profiles.write(to: Profiles.standardURL())
        Terminal.say("Commands go to \(address ?? .standard) from now on.")
    }
}

/// `quicflow profile delete`.
struct ProfileDeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Forgets a name; the session at its server stays."
    )

    @Argument(help: "The name.")
    var name: String

    func run() throws {
        var profiles = try Profiles(readingFrom: Profiles.standardURL())
        guard profiles.servers.removeValue(forKey: self.name) != nil else {
            throw CommandFailure(.notFound, "there is no profile '\(self.name)'")
        }
        if profiles.current == self.name { profiles.current = nil }
        try profiles.write(to: Profiles.standardURL())
        Terminal.say("\(self.name) is forgotten.")
    }
}
