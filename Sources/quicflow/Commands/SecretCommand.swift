// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow secret`: values that tasks use without holding them.
struct SecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Secrets: values that tasks name as secret:NAME and nobody can read.",
        subcommands: [
            SecretListCommand.self, SecretGetCommand.self, SecretSetCommand.self, SecretDeleteCommand.self,
        ]
    )
}

/// `quicflow secret list`.
struct SecretListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists secrets, without values.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get("/secrets")
        let groups = try await client.groupNames()
        self.options.output.show(answer) { Terminal.say(Self.table(answer["items"].array, groups: groups)) }
    }

    fileprivate static func table(_ secrets: [JSONValue], groups: [Int64: String]) -> String {
        var table = TextTable(["NAME", "VERSION", "FOR", "SET", "BY"], alignments: [.left, .right])
        for secret in secrets {
            table.add([
                secret["name"].cell, secret["version"].cell, UserTable.scope(secret["owner_groups"], groups: groups),
                DisplayTime.text(secret["updated_at"]), secret["updated_by"].cell,
            ])
        }
        return table.plain
    }
}

/// `quicflow secret get`: who may use it and who does; never the value.
struct SecretGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Shows a secret and the tasks that name it, without its value."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name.")
    var name: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get("/secrets/\(ServerAddress.escaped(self.name))")
        let groups = try await client.groupNames()
        self.options.output.show(answer) {
            Terminal.say(SecretListCommand.table([answer], groups: groups))
            Terminal.say("Named by: \(answer["tasks"].cell)")
            let channels = answer["channels"].array.map(\.cell).joined(separator: ", ")
            if !channels.isEmpty { Terminal.say("Named by channels: \(channels)") }
        }
    }
}

/// `quicflow secret set`.
struct SecretSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Sets a secret's value, or who may use it.",
        discussion: """
            The value is asked for on the terminal, or comes from a file or standard input; never from an argument, which \
            everybody on the host could read. One line feed at its end is left out.
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Letters, digits and '_', at most 64.")
    var name: String

    @Option(help: "File that holds the value.")
    var file: String?

    @Flag(help: "Read the value from standard input.")
    var stdin = false

    @Option(help: "Group whose tasks may name it, by name or number; repeat for several.")
    var group: [String] = []

    @Flag(help: "Tasks of every group may name it.")
    var everywhere = false

    @Flag(help: "Leave the value and only change for which groups it is.")
    var keep = false

    @Flag(help: "Also when tasks that name it could not run any more.")
    var force = false

    func validate() throws {
        if self.file != nil, self.stdin { throw ValidationError.said("Give --file or --stdin, not both.") }
        if self.everywhere, !self.group.isEmpty {
            throw ValidationError.said("Give --group or --everywhere, not both.")
        }
        if self.keep, self.file != nil || self.stdin { throw ValidationError.said("--keep leaves the value as it is.") }
    }

    func run() async throws {
        let client = try self.options.client()
        var body = JSONValue.object([:])
        if !self.keep { body["value"] = .string(try self.value()) }
        if self.everywhere { body["owner_groups"] = "all" }
        if !self.group.isEmpty {
            body["owner_groups"] = .array(try await client.groupIDs(self.group).map(JSONValue.integer))
        }
        if self.force { body["force"] = true }
        let answer = try await client.put("/secrets/\(ServerAddress.escaped(self.name))", body)
        self.options.output.show(answer) {
            Terminal.say("Secret '\(self.name)' is at version \(answer["version"].cell).")
        }
    }

    private func value() throws -> String {
        let data: Data
        if let file {
            guard let content = FileManager.default.contents(atPath: file) else {
                throw CommandFailure(.usage, "\(file) can't be read")
            }
            data = content
        } else if self.stdin {
            data = Terminal.readAll()
        } else {
            guard let typed = Terminal.askSecretly("Value of \(self.name)") else {
                throw CommandFailure(.usage, "no value; type it, or use --file or --stdin")
            }
            return typed
        }
        return try HiddenParameters.text(data)
    }
}

/// `quicflow secret delete`.
struct SecretDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Deletes a secret.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name.")
    var name: String

    @Flag(help: "Also while tasks name it, which then do not run any more.")
    var force = false

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.delete(
            "/secrets/\(ServerAddress.escaped(self.name))" + (self.force ? "?force=true" : "")
        )
        self.options.output.show(answer) { Terminal.say("Deleted secret '\(self.name)'.") }
    }
}
