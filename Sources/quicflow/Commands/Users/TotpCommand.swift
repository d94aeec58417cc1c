// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow totp`: the own second factor.
struct TotpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "totp",
        abstract: "One-time codes beside your password.",
        subcommands: [
            TotpStatusCommand.self, TotpEnableCommand.self, TotpConfirmCommand.self, TotpCodesCommand.self,
            TotpDisableCommand.self,
        ]
    )

    /// - Throws: ``CommandFailure`` when there is none.
    static func code(_ typed: String?) throws -> JSONValue {
        guard let typed, !typed.isEmpty else {
            throw CommandFailure(.usage, "no code; type it, or send it as a line on standard input")
        }
        return .string(typed)
    }

    static func say(codes answer: JSONValue) {
        Terminal.complain("Each of these takes the place of a code, once. They are shown this once; keep them safe:")
        for code in answer["recovery_codes"].array { Terminal.say(code.cell) }
    }
}

/// The own password, once more.
struct OwnPassword: ParsableArguments {
    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    func read() throws -> JSONValue { try self.readBoth().password }

    /// - Returns: the password, and the second line of standard input where the password came from there.
    func readBoth() throws -> (password: JSONValue, next: String?) {
        let lines = self.passwordStdin ? LoginCommand.lines(Terminal.readAll()) : []
        let typed = self.passwordStdin ? lines.first : Terminal.askSecretly("Password")
        guard let typed, !typed.isEmpty else {
            throw CommandFailure(.usage, "no password; type it, or use --password-stdin")
        }
        return (.string(typed), lines.dropFirst().first)
    }
}

/// `quicflow totp status`.
struct TotpStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says whether signing in takes a code, and how many recovery codes are left."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/auth/totp")
        self.options.output.show(answer) {
            guard answer["enabled"].bool == true else {
                Terminal.say(answer["required"].bool == true ? "Off, and needed: turn it on." : "Off.")
                return
            }
            Terminal.say("On; recovery codes left: \(answer["recovery_codes_left"].cell).")
        }
    }
}

/// `quicflow totp enable`.
struct TotpEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Makes a secret for an application of one-time codes; it counts from its first code on.",
        discussion: "On a terminal it asks for that code; else 'quicflow totp confirm' brings it."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var password: OwnPassword

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.post("/auth/totp", .object(["password": try self.password.read()]))
        guard self.options.output.format == .table else { return Terminal.sayJSON(answer.pretty) }
        Terminal.say("Secret for the application: \(answer["secret"].cell)")
        Terminal.say(answer["uri"].cell)
        guard Terminal.inputIsTerminal, let code = Terminal.askSecretly("Its first code") else {
            return Terminal.complain("Then: quicflow totp confirm")
        }
        TotpCommand.say(codes: try await client.post("/auth/totp/confirm", .object(["code": .string(code)])))
    }
}

/// `quicflow totp confirm`.
struct TotpConfirmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Lets the new secret count, by its first code, and prints the recovery codes.",
        discussion: """
            The code that the application shows is asked for on the terminal, or is the first line of standard input; never an \
            argument, which everybody on the host could read.
            """
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try self.options.client()
        let code = try TotpCommand.code(Terminal.askSecretly("Its first code", orRead: true))
        let answer = try await client.post("/auth/totp/confirm", .object(["code": code]))
        self.options.output.show(answer) { TotpCommand.say(codes: answer) }
    }
}

/// `quicflow totp codes`.
struct TotpCodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codes",
        abstract: "Makes other recovery codes; those of before are worth nothing."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var password: OwnPassword

    func run() async throws {
        let client = try self.options.client()
        let body = JSONValue.object(["password": try self.password.read()])
        let answer = try await client.post("/auth/totp/recovery-codes", body)
        self.options.output.show(answer) { TotpCommand.say(codes: answer) }
    }
}

/// `quicflow totp disable`.
struct TotpDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Turns one-time codes off.",
        discussion: """
            It asks for a code of the application, or a recovery code; with --password-stdin that is the second line.
            """
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var password: OwnPassword

    func run() async throws {
        let client = try self.options.client()
        let (password, next) = try self.password.readBoth()
        let code = try TotpCommand.code(next ?? Terminal.askSecretly("One-time code, or recovery code"))
        let body = JSONValue.object(["password": password, "code": code])
        let answer = try await client.post("/auth/totp/disable", body)
        self.options.output.show(answer) { Terminal.say("One-time codes are off.") }
    }
}

/// `quicflow user reset-totp`.
struct UserResetTotpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-totp",
        abstract: "Takes a user's one-time codes away, for a lost phone, and ends all their sessions."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number of the user; id:9 and name:9 say which.")
    var user: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.delete("/users/\(try await client.userID(self.user))/totp")
        self.options.output.show(answer) { Terminal.say("'\(self.user)' signs in with the password alone.") }
    }
}
