// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow user sessions`.
struct UserSessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "Lists where a user is signed in; without a name, where you are."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number of the user; id:9 and name:9 say which.")
    var user: String?

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get(try await client.sessionsPath(of: self.user))
        self.options.output.show(answer) { Terminal.say(Self.table(answer["items"].array)) }
    }

    private static func table(_ sessions: [JSONValue]) -> String {
        var table = TextTable(["SESSION", "SINCE", "LAST USED", "UNTIL", "ADDRESS", "PROGRAM"])
        for session in sessions {
            table.add([
                session["current"].bool == true ? spoken("\(session["id"].cell) (this one)") : session["id"].cell,
                DisplayTime.text(session["created_at"]), DisplayTime.text(session["last_used_at"]),
                DisplayTime.text(session["expires_at"]), session["address"].cell,
                DisplayWidth.fitted(session["user_agent"].cell, to: 48),
            ])
        }
        return table.plain
    }
}

/// `quicflow user end-sessions`.
struct UserEndSessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-sessions",
        abstract: "Ends a user's sessions; without a name, all of yours but this one."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number of the user; id:9 and name:9 say which.")
    var user: String?

    @Option(help: "Only this session.")
    var session: String?

    func run() async throws {
        let client = try self.options.client()
        var path = try await client.sessionsPath(of: self.user)
        if let session { path += "/" + ServerAddress.escaped(session) }
        let answer = try await client.delete(path)
        self.options.output.show(answer) { Terminal.say("Ended.") }
    }
}

extension APIClient {
    /// Of a user, or of whoever asks.
    fileprivate func sessionsPath(of user: String?) async throws -> String {
        guard let user else { return "/auth/sessions" }
        return "/users/\(try await self.userID(user))/sessions"
    }
}
