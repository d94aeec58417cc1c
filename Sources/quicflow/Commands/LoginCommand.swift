// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow login`: trades a password for a session, and keeps the session, not the password.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Signs in at a server and remembers the session.",
        discussion: """
            The password is asked for on the terminal, or comes from a file or standard input; never from an argument. With \
            --provider a browser signs in at an OpenID provider, on any machine, and shows a code for the terminal. A one-time \
            code is asked for as well, or is a line of standard input: with --password-stdin the second one.
            """
    )

    @OptionGroup var options: ServerOptions

    @Option(name: [.short, .long], help: "User name.")
    var username = "admin"

    @Option(help: "File whose first line is the password.")
    var passwordFile: String?

    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    @Option(help: "Sign in at this OpenID provider of the server, by a browser.")
    var provider: String?

    func validate() throws {
        if self.provider != nil, self.passwordFile != nil || self.passwordStdin {
            throw ValidationError.said("With --provider there is no password and no code of a second factor here.")
        }
        if self.passwordFile != nil, self.passwordStdin {
            throw ValidationError.said("Give --password-file or --password-stdin, not both.")
        }
    }

    func run() async throws {
        let address = try self.options.address()
        if let provider {
            let answer = try await BrowserSignIn(server: address, provider: provider).run()
            return try self.keep(answer, name: answer["username"].cell, at: address)
        }
        let (password, next) = try self.password(for: address)
        let anonymous = APIClient(server: address, token: nil)
        let answer: JSONValue
        do {
            answer = try await anonymous.post(
                "/auth/login",
                .object(["username": .string(self.username), "password": .string(password)])
            )
        } catch let failure as CommandFailure where failure.answer["error"].string == "totp_required" {
            answer = try await self.signIn(with: failure.answer["ticket"], code: next, anonymous)
        } catch let failure as CommandFailure where failure.status == .denied {
            throw CommandFailure(.denied, "\(address) did not accept this user name and password")
        }
        try self.keep(answer, name: self.username, at: address)
    }

    private func keep(_ answer: JSONValue, name: String, at address: ServerAddress) throws {
        guard let token = answer["token"].string else {
            throw CommandFailure(.failed, "\(address) does not answer as a QuartzFlow server does")
        }
        let url = Credentials.standardURL()
        var credentials = try Credentials(readingFrom: url)
        credentials[address] = Credentials.Session(
            token: token,
            username: name,
            expiresAt: answer["expires_at"].string
        )
        try credentials.write(to: url)
        var shown = answer
        shown["token"] = .null
        self.options.output.show(shown) {
            Terminal.say("Signed in at \(address) as \(name) until \(DisplayTime.text(answer["expires_at"])).")
            if answer["user"]["must_change_password"].bool == true {
                Terminal.complain("Somebody else knows this password. Change it first: quicflow passwd")
            }
        }
    }

    /// The second step, for who has a second factor.
    ///
    /// - Parameter next: the line of standard input behind the password.
    private func signIn(with ticket: JSONValue, code next: String?, _ client: APIClient) async throws -> JSONValue {
        let orRead = !self.passwordStdin
        guard let code = next ?? Terminal.askSecretly("One-time code, or recovery code", orRead: orRead) else {
            throw CommandFailure(.usage, "no code; type it, or send it as a line on standard input")
        }
        do {
            return try await client.post("/auth/login/totp", .object(["ticket": ticket, "code": .string(code)]))
        } catch let failure as CommandFailure where failure.answer["error"].string == "unauthenticated" {
            throw CommandFailure(.denied, failure.answer["message"].string ?? "the code is wrong")
        }
    }

    /// - Returns: the password, and the line of standard input behind it where it came from there.
    private func password(for address: ServerAddress) throws -> (text: String, next: String?) {
        let text: String?
        var next: String?
        if let passwordFile {
            guard let data = FileManager.default.contents(atPath: passwordFile) else {
                throw CommandFailure(.usage, "\(passwordFile) can't be read")
            }
            text = Self.firstLine(data)
        } else if self.passwordStdin {
            let lines = Self.lines(Terminal.readAll())
            text = lines.first
            next = lines.dropFirst().first
        } else {
            text = Terminal.askSecretly("Password of \(self.username) at \(address)")
        }
        guard let text, !text.isEmpty else {
            throw CommandFailure(.usage, "no password; type it, or use --password-file or --password-stdin")
        }
        return (text, next)
    }

    static func firstLine(_ data: Data) -> String? { self.lines(data).first }

    /// Those that are not empty.
    static func lines(_ data: Data) -> [String] {
        String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
}

/// `quicflow logout`: ends the session at the server and forgets it here.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Ends the session at a server and forgets it."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let address = try self.options.address()
        let url = Credentials.standardURL()
        var credentials = try Credentials(readingFrom: url)
        guard let session = credentials[address] else {
            Terminal.complain("Not signed in at \(address).")
            return
        }
        credentials[address] = nil
        try credentials.write(to: url)
        do {
            _ = try await APIClient(server: address, token: session.token).post("/auth/logout")
        } catch let failure as CommandFailure where failure.status == .denied {
            // The session had ended already.
        }
        self.options.output.show(.null) { Terminal.say("Signed out at \(address).") }
    }
}
