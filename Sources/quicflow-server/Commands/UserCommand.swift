// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import Foundation

/// Accounts, from the server's own host: the way back for whoever locked everybody out.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "List, create, enable and disable users, and reset their passwords.",
        discussion: "Run it on the server's host, whether the server runs or not. The audit names you as actor 'host'.",
        subcommands: [
            List.self, Create.self, Enable.self, Disable.self, ResetPassword.self, ResetTOTP.self, GrantRole.self,
        ]
    )

    struct Place: ParsableArguments {
        @Option(help: "The server's data directory.")
        var dataDir = NSHomeDirectory() + "/.quartzflow/server"

        @OptionGroup var database: DatabaseOption

        func users<Value: Sendable>(_ body: (HostUsers) async throws -> Value) async throws -> Value {
            try await HostUsers.with(dataDirectory: self.dataDir, databaseURL: self.database.url, body)
        }
    }

    /// A role and where it holds.
    struct RoleOptions: ParsableArguments {
        @Option(help: "viewer, developer, operator or admin.")
        var role = "viewer"

        @Option(help: "Group on which the role holds; may be repeated. Without any, it holds everywhere.")
        var group: [String] = []

        func parsed() throws -> Role {
            guard let role = Role(rawValue: self.role) else {
                let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError.said("--role is '\(self.role)'; write one of \(known).")
            }
            return role
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all users.")
        @OptionGroup var place: Place

        func run() async throws {
            let users = try await self.place.users { try await $0.list() }
            for user in users {
                let signIn: Wording = user.lastSignIn.map { "last sign-in \($0)" } ?? "never signed in"
                let role = user.role.map { Wording(verbatim: $0.rawValue) } ?? "no role"
                let state = Wording(words: user.state.rawValue)
                print([user.username, state.spoken, role.spoken, signIn.spoken].joined(separator: "\t"))
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a user and print a password, which has to be changed at the first sign-in."
        )
        @Argument(help: "The user's name.") var name: String
        @OptionGroup var options: RoleOptions
        @OptionGroup var place: Place

        func run() async throws {
            let role = try self.options.parsed()
            let password = try await self.place.users {
                try await $0.create(self.name, role: role, groupNames: self.options.group)
            }
            print(password)
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a user sign in again.")
        @Argument(help: "The user's name.") var name: String
        @OptionGroup var place: Place

        func run() async throws {
            try await self.place.users {
                try await $0.setState(.active, of: self.name)
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lock a user out and end all their sessions.")
        @Argument(help: "The user's name.") var name: String
        @OptionGroup var place: Place

        func run() async throws {
            try await self.place.users {
                try await $0.setState(.disabled, of: self.name)
            }
        }
    }

    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-password",
            abstract: "Print a new password, which has to be changed at the next sign-in, and end all sessions."
        )
        @Argument(help: "The user's name.") var name: String
        @OptionGroup var place: Place

        func run() async throws {
            print(
                try await self.place.users {
                    try await $0.resetPassword(of: self.name)
                }
            )
        }
    }

    struct ResetTOTP: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-totp",
            abstract: "Take a user's one-time codes away, for a lost phone, and end all their sessions."
        )
        @Argument(help: "The user's name.") var name: String
        @OptionGroup var place: Place

        func run() async throws {
            try await HostUsers.with(dataDirectory: self.place.dataDir) {
                try await $0.resetSecondFactor(of: self.name)
            }
        }
    }

    struct GrantRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "grant", abstract: "Give a user a role.")
        @Argument(help: "The user's name.") var name: String
        @OptionGroup var options: RoleOptions
        @OptionGroup var place: Place

        func run() async throws {
            let role = try self.options.parsed()
            try await self.place.users {
                try await $0.grant(role, groupNames: self.options.group, to: self.name)
            }
        }
    }
}
