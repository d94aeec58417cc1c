// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow user`: who may use a server, and for what.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Accounts: who may do what where.",
        discussion:
            "Whoever has locked everybody out finds the way back with 'quicflow-server user' on the server's host.",
        subcommands: [
            UserListCommand.self, UserGetCommand.self, UserCreateCommand.self, UserRenameCommand.self,
            UserDisableCommand.self, UserEnableCommand.self, UserDeleteCommand.self, UserResetPasswordCommand.self,
            UserResetTotpCommand.self, UserGrantCommand.self, UserRevokeCommand.self, UserSessionsCommand.self,
            UserEndSessionsCommand.self,
        ]
    )
}

/// `quicflow user list`.
struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists users.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get("/users")
        let groups = try await client.groupNames()
        self.options.output.show(answer) { Terminal.say(UserTable.text(answer["items"].array, groups: groups)) }
    }
}

/// `quicflow user get`: a user with the numbers of the grants.
struct UserGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Shows a user and their grants.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number; id:9 and name:9 say which.")
    var user: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get("/users/\(try await client.userID(self.user))")
        let groups = try await client.groupNames()
        self.options.output.show(answer) {
            Terminal.say(UserTable.text([answer], groups: groups))
            Terminal.say("")
            Terminal.say(UserTable.grants(answer["grants"].array, groups: groups))
        }
    }
}

/// `quicflow user create`.
struct UserCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Creates a user and prints a password, which has to be changed at the first sign-in."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var fields: GrantFields

    @Argument(help: "Letters, digits, '.', '_' and '-'; at most 64.")
    var name: String

    func run() async throws {
        let client = try self.options.client()
        var body = try await self.fields.body(client)
        body["username"] = .string(self.name)
        let answer = try await client.post("/users", body)
        self.options.output.show(answer) {
            Terminal.complain("Created user '\(self.name)'. The password is shown once and has to be changed:")
            Terminal.say(answer["password"].cell)
        }
    }
}

/// `quicflow user rename`.
struct UserRenameCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rename", abstract: "Gives a user another name.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number; id:9 and name:9 say which.")
    var user: String

    @Argument(help: "The new name.")
    var name: String

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.userID(self.user)
        let answer = try await client.put("/users/\(id)", .object(["username": .string(self.name)]))
        self.options.output.show(answer) { Terminal.say("User \(id) is '\(self.name)' now.") }
    }
}

/// `quicflow user disable`.
struct UserDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Locks a user out and ends all their sessions."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number; id:9 and name:9 say which.")
    var user: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.post("/users/\(try await client.userID(self.user))/disable")
        self.options.output.show(answer) { Terminal.say("Disabled user '\(answer["username"].cell)'.") }
    }
}

/// `quicflow user enable`.
struct UserEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Lets a user sign in again.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number; id:9 and name:9 say which.")
    var user: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.post("/users/\(try await client.userID(self.user))/enable")
        self.options.output.show(answer) { Terminal.say("Enabled user '\(answer["username"].cell)'.") }
    }
}

/// `quicflow user delete`.
struct UserDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a user; what they did stays in the audit."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number; id:9 and name:9 say which.")
    var user: String

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.userID(self.user)
        let answer = try await client.delete("/users/\(id)")
        self.options.output.show(answer) { Terminal.say("Deleted user \(id).") }
    }
}

/// `quicflow user reset-password`.
struct UserResetPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-password",
        abstract: "Prints a new password, which has to be changed at the next sign-in, and ends all sessions."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number; id:9 and name:9 say which.")
    var user: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.post("/users/\(try await client.userID(self.user))/reset-password")
        self.options.output.show(answer) {
            Terminal.complain("The password is shown once and has to be changed:")
            Terminal.say(answer["password"].cell)
        }
    }
}
