// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import Foundation

/// A sign-in at an OpenID provider, by a browser that may be on another machine.
///
/// The person opens an address there and carries the code back that the page at the end shows. The code is worth nothing without
/// the verifier, which never leaves this program.
struct BrowserSignIn {
    let server: ServerAddress
    let provider: String
    /// The person has to prove anew who they are, whatever session they have there.
    var isFresh = false

    /// - Returns: `token`, `expires_at`, `username`, and `proof` of a fresh one.
    /// - Throws: ``CommandFailure``.
    func run() async throws -> JSONValue {
        let client = APIClient(server: self.server, token: nil)
        let known = try await client.get("/version")["sign_on"]["providers"].array.compactMap { $0["name"].string }
        guard known.contains(self.provider) else {
            throw CommandFailure(
                .usage,
                known.isEmpty
                    ? "\(self.server) knows no provider to sign in at"
                    : "\(self.server) knows no provider '\(self.provider)'; there are: \(known.joined(separator: ", "))"
            )
        }
        let verifier = Self.random()
        let path = "/auth/oidc/\(ServerAddress.escaped(self.provider))"
        let challenge = Self.challenge(of: verifier)
        let address = self.server.url(
            path: path + "/start",
            query: [("challenge", challenge), ("fresh", self.isFresh ? "true" : nil)]
        )
        Terminal.complain("Open this address in a browser, sign in, and bring the code back that it shows then:")
        Terminal.complain(address)
        let mark = Self.mark(of: challenge)
        Terminal.complain(
            "The page with the code shows \(mark) as well; where it does not, it is of another sign-in."
        )
        let typed =
            Terminal.inputIsTerminal ? Terminal.askSecretly("Code") : LoginCommand.firstLine(Terminal.readAll())
        guard let typed = typed?.trimmingCharacters(in: .whitespacesAndNewlines), !typed.isEmpty else {
            throw CommandFailure(.usage, "no code; type it, or send it as a line on standard input")
        }
        return try await client.post(
            path + "/redeem",
            .object(["code": .string(typed), "verifier": .string(verifier)])
        )
    }

    /// 256 bits as text.
    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    /// What a person compares.
    static func mark(of challenge: String) -> String {
        "\(challenge.prefix(4))-\(challenge.dropFirst(4).prefix(4))"
    }

    /// What the server is told of a verifier (RFC 7636, 4.2).
    static func challenge(of verifier: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
    }
}
