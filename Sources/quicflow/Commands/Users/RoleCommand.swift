// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow role`: sets of permissions with a name.
struct RoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role",
        abstract: "Roles: the four that are built in, and sets of permissions of your own.",
        subcommands: [
            RoleListCommand.self, RoleCreateCommand.self, RoleSetCommand.self, RoleDeleteCommand.self,
        ]
    )
}

/// `quicflow role list`.
struct RoleListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists roles and what they allow.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/roles")
        self.options.output.show(answer) {
            var table = TextTable(["ROLE", "USERS", "PERMISSIONS", "WHAT"], alignments: [.left, .right])
            for role in answer["items"].array {
                table.add([
                    role["name"].cell, role["users"].cell, role["permissions"].cell, role["description"].cell,
                ])
            }
            Terminal.say(table.plain)
        }
    }
}

/// What a role may, on the command line.
struct RolePermissions: ParsableArguments {
    @Option(help: "Permission, such as jobs:run; repeat for several.")
    var permission: [String]

    @Option(help: "What it is for.")
    var description = ""

    func body() -> JSONValue {
        .object([
            "permissions": .array(self.permission.map(JSONValue.string)), "description": .string(self.description),
        ])
    }
}

/// `quicflow role create`.
struct RoleCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a role.",
        discussion: "quicflow role create night-shift --permission jobs:read --permission executions:kill"
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var permissions: RolePermissions

    @Argument(help: "Name.")
    var name: String

    func run() async throws {
        var body = self.permissions.body()
        body["name"] = .string(self.name)
        let answer = try await self.options.client().post("/roles", body)
        self.options.output.show(answer) { Terminal.say("Made the role '\(self.name)'.") }
    }
}

/// `quicflow role set`.
struct RoleSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Changes what everybody who has a role may do, at once."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var permissions: RolePermissions

    @Argument(help: "Name.")
    var name: String

    func run() async throws {
        let path = "/roles/\(ServerAddress.escaped(self.name))"
        let answer = try await self.options.client().put(path, self.permissions.body())
        self.options.output.show(answer) {
            Terminal.say("Changed the role '\(self.name)', which \(answer["users"].cell) users have.")
        }
    }
}

/// `quicflow role delete`.
struct RoleDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Deletes a role that nobody has.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name.")
    var name: String

    func run() async throws {
        let answer = try await self.options.client().delete("/roles/\(ServerAddress.escaped(self.name))")
        self.options.output.show(answer) { Terminal.say("Deleted the role '\(self.name)'.") }
    }
}
