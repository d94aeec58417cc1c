// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow token`: what programs sign in with.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "API tokens: what programs sign in with instead of a password.",
        discussion: "A program sends it as 'Authorization: Bearer …'; quicflow itself takes it from $QUARTZFLOW_TOKEN.",
        subcommands: [TokenListCommand.self, TokenCreateCommand.self, TokenDeleteCommand.self]
    )
}

/// `quicflow token list`.
struct TokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists your tokens.")

    @OptionGroup var options: ServerOptions

    @Flag(help: "Everybody's, for administrators.")
    var all = false

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get("/tokens", [("all", self.all ? "true" : nil)])
        let groups = try await client.groupNames()
        self.options.output.show(answer) { Terminal.say(Self.table(answer["items"].array, groups: groups)) }
    }

    private static func table(_ tokens: [JSONValue], groups: [Int64: String]) -> String {
        var table = TextTable(
            ["ID", "OWNER", "NAME", "BEGINS WITH", "ON", "UNTIL", "LAST USED", "PERMISSIONS"],
            alignments: [.right]
        )
        for token in tokens {
            let end = DisplayTime.text(token["expires_at"])
            table.add([
                token["id"].cell, token["username"].cell, token["name"].cell, token["prefix"].cell,
                UserTable.scope(token["scope"], groups: groups),
                token["expired"].bool == true ? spoken("\(end) (ended)") : end,
                DisplayTime.text(token["last_used_at"]), token["permissions"].cell,
            ])
        }
        return table.plain
    }
}

/// `quicflow token create`.
struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a token and prints it, this once."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name, unique among yours: what it is for.")
    var name: String

    @Option(help: "Gives it what this role may: viewer, developer, operator, admin, or one of your own.")
    var role: String?

    @Option(help: "Gives it this permission, such as jobs:run; repeat for several.")
    var permission: [String] = []

    @Option(help: "Only on this group, by name or number; repeat for several. Without any, wherever you may.")
    var group: [String] = []

    @Option(help: "Days until it ends, at most 366; 90 unless said otherwise.")
    var days: Int = 90

    func validate() throws {
        guard self.role != nil || !self.permission.isEmpty else {
            throw ValidationError.said("Say what the token may: --role viewer, or --permission jobs:read.")
        }
        guard (1...366).contains(self.days) else { throw ValidationError.said("--days is 1 to 366.") }
    }

    func run() async throws {
        let client = try self.options.client()
        let end = Date().addingTimeInterval(Double(self.days) * 86_400 - 60)
        var body = JSONValue.object([
            "name": .string(self.name), "expires_at": .string(end.formatted(.iso8601)),
        ])
        if let role { body["role"] = .string(role) }
        if !self.permission.isEmpty { body["permissions"] = .array(self.permission.map(JSONValue.string)) }
        if !self.group.isEmpty {
            body["group_ids"] = .array(try await client.groupIDs(self.group).map(JSONValue.integer))
        }
        let answer = try await client.post("/tokens", body)
        self.options.output.show(answer) {
            Terminal.complain(
                "Token '\(self.name)', until \(DisplayTime.text(answer["expires_at"])). It is shown once:"
            )
            Terminal.say(answer["token"].cell)
        }
    }
}

/// `quicflow token delete`.
struct TokenDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Ends a token at once."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name of one of your tokens, or the number of any that you may end; id:9 and name:9 say which.")
    var token: String

    func run() async throws {
        let client = try self.options.client()
        let candidates = try await client.get("/tokens")["items"].array.map { token in
            Reference.Candidate(id: token["id"].cell, name: token["name"].string ?? "")
        }
        let reference = Reference(self.token)
        let id: String
        if let number = Int64(reference.text), reference.meaning != .name,
            !candidates.contains(where: { $0.name == reference.text })
        {
            // An administrator ends tokens of others by number.
            id = String(number)
        } else {
            id = try reference.choose(among: candidates, kind: "token").id
        }
        let answer = try await client.delete("/tokens/\(id)")
        self.options.output.show(answer) { Terminal.say("Ended token \(id).") }
    }
}
