// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow passwd`: changes the own password.
struct PasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd",
        abstract: "Changes your password, and ends your other sessions.",
        discussion: "Both passwords are asked for on the terminal, or come as two lines on standard input."
    )

    @OptionGroup var options: ServerOptions

    @Flag(help: "Read the old password from the first line of standard input and the new one from the second.")
    var passwordStdin = false

    func run() async throws {
        let client = try self.options.client()
        let (old, new) = try self.passwordStdin ? Self.lines() : Self.asked()
        let answer = try await client.post(
            "/auth/password",
            .object(["old_password": .string(old), "new_password": .string(new)])
        )
        try self.options.keepSession(of: answer)
        self.options.output.show(.null) { Terminal.say("Changed the password. Other sessions have ended.") }
    }

    private static func lines() throws -> (String, String) {
        let lines = String(decoding: Terminal.readAll(), as: UTF8.self).split(whereSeparator: \.isNewline)
        guard lines.count == 2 else {
            throw CommandFailure(.usage, "standard input has to be two lines: the old password and the new one")
        }
        return (String(lines[0]), String(lines[1]))
    }

    private static func asked() throws -> (String, String) {
        guard let old = Terminal.askSecretly("Old password"), let new = Terminal.askSecretly("New password") else {
            throw CommandFailure(.usage, "no password; type it, or use --password-stdin")
        }
        guard Terminal.askSecretly("New password again") == new else {
            throw CommandFailure(.usage, "the new passwords differ; nothing was changed")
        }
        return (old, new)
    }
}
