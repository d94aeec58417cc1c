// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow break-glass`: all rights for a while, in an emergency.
struct BreakGlassCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "break-glass",
        abstract: "Takes all rights for a while, in an emergency: without the second person, and audited.",
        discussion: """
            Needs the permission breakglass:use and the password again; whom an OpenID provider signs in signs in there anew, by a \
            browser. It ends by itself; --end gives it back before. Everybody \
            whom a rule with 'break_glass' tells hears of it.
            """
    )

    @OptionGroup var options: ServerOptions

    @Option(help: "Why; it stands in each row of the audit.")
    var reason: String?

    @Option(help: "For how many minutes, from 5; as long as is allowed without it.")
    var minutes: Int?

    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    @Flag(help: "Give the rights back.")
    var end = false

    func run() async throws {
        let client = try self.options.client()
        if self.end {
            _ = try await client.delete("/auth/break-glass")
            self.options.output.show(.null) { Terminal.say("All rights were given back.") }
            return
        }
        guard ServerOptions.environmentToken == nil else {
            // The answer brings another token, and nobody could keep it.
            throw CommandFailure(
                .usage,
                "a token of the environment can't take all rights; sign in with 'quicflow login'"
            )
        }
        guard let reason else { throw CommandFailure(.usage, "say why with --reason") }
        var body: JSONValue = .object(["reason": .string(reason)])
        if let minutes { body["minutes"] = .integer(Int64(minutes)) }
        let me = try await client.get("/auth/me")
        let answer: JSONValue
        if let provider = me["provider"].string {
            answer = try await self.proveAnew(at: provider, as: me["username"].cell, client, body)
        } else {
            let typed =
                self.passwordStdin ? LoginCommand.firstLine(Terminal.readAll()) : Terminal.askSecretly("Password")
            guard let password = typed, !password.isEmpty else {
                throw CommandFailure(.usage, "no password; type it, or use --password-stdin")
            }
            body["password"] = .string(password)
            answer = try await client.post("/auth/break-glass", body)
        }
        try self.options.keepSession(of: answer)
        var shown = answer
        shown["token"] = .null
        self.options.output.show(shown) {
            Terminal.say("All rights are yours until \(DisplayTime.text(answer["until"])). Each change is audited.")
        }
    }

    /// Signs in at the provider once more, and takes all rights for the session that comes of it.
    private func proveAnew(
        at provider: String,
        as username: String,
        _ client: APIClient,
        _ body: JSONValue
    ) async throws -> JSONValue {
        let fresh = try await BrowserSignIn(server: client.server, provider: provider, isFresh: true).run()
        let successor = APIClient(server: client.server, token: fresh["token"].string)
        guard fresh["username"].string == username else {
            _ = try? await successor.post("/auth/logout")
            throw CommandFailure(
                .denied,
                "the browser signed in as \(fresh["username"].cell), and not as \(username); nothing was taken"
            )
        }
        try self.options.keepSession(of: fresh)
        // The one of before is of no more use to anybody.
        _ = try? await client.post("/auth/logout")
        var body = body
        body["proof"] = fresh["proof"]
        return try await successor.post("/auth/break-glass", body)
    }
}
