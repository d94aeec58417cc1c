// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// A role and where it holds.
struct GrantFields: ParsableArguments {
    @Option(help: "viewer, developer, operator, admin, or one of 'quicflow role list'.")
    var role = "viewer"

    @Option(
        help: "Group on which the role holds, by name or number; repeat for several. Without any it holds everywhere."
    )
    var group: [String] = []

    func body(_ client: APIClient) async throws -> JSONValue {
        var body = JSONValue.object(["role": .string(self.role)])
        if !self.group.isEmpty {
            body["group_ids"] = .array(try await client.groupIDs(self.group).map(JSONValue.integer))
        }
        return body
    }
}

/// `quicflow user grant`.
struct UserGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "grant", abstract: "Gives a user a role.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var fields: GrantFields

    @Argument(help: "Name or number of the user; id:9 and name:9 say which.")
    var user: String

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.userID(self.user)
        let answer = try await client.post("/users/\(id)/grants", try await self.fields.body(client))
        let groups = try await client.groupNames()
        self.options.output.show(answer) { Terminal.say(UserTable.grants([answer], groups: groups)) }
    }
}

/// `quicflow user revoke`.
struct UserRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Takes a role away; 'quicflow user get' shows the numbers."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number of the user; id:9 and name:9 say which.")
    var user: String

    @Argument(help: "Number of the grant.")
    var grant: Int64

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.userID(self.user)
        let answer = try await client.delete("/users/\(id)/grants/\(self.grant)")
        self.options.output.show(answer) { Terminal.say("Took grant \(self.grant) from user \(id).") }
    }
}
