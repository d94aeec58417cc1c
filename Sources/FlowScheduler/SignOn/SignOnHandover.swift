// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore

/// A session that was begun in a browser, on its way to the program that asked for it: a text that the person carries over.
///
/// It is sealed with the key that all servers of an installation have, so that any of them opens it and none has to keep it. Who
/// sees it on the way has nothing: it opens only for the verifier whose hash the program gave at the start, as a code does in
/// RFC 7636. The token in it is good for one exchange: the session gets another one then, in the database that all servers share.
struct SignOnHandover: Hashable, Sendable {
    /// Milliseconds that a person has for carrying it over.
    static let lifetime: Int64 = 300_000
    /// No secret has a blank in its name, so none of them opens as this.
    static let name = "sign-on handover"
    /// Of what it says: a server beside this one that knows another form refuses the code.
    ///
    /// The person signs in once more then. With form 1 a code was good more than once.
    static let form: Int64 = 2
    private static let limit = 4096

    let provider: String
    let challenge: String
    let token: String
    let user: UserID
    let username: String
    let sessionEndsAt: Timestamp
    /// Whether the sign-on was a new one, because that was asked for.
    let isFresh: Bool
    let endsAt: Timestamp

    init(provider: String, challenge: String, signIn: SignIn, at now: Timestamp) {
        self.provider = provider
        self.challenge = challenge
        self.token = signIn.token
        self.user = signIn.user.id
        self.username = signIn.user.username
        self.sessionEndsAt = signIn.expiresAt
        self.isFresh = signIn.proof != nil
        self.endsAt = now.advanced(byMilliseconds: Self.lifetime)
    }

    func sealed(_ seal: SecretSeal) throws -> String {
        let text = JSONWriter.text(
            .object([
                .init("p", self.provider), .init("c", self.challenge), .init("t", self.token),
                .init("i", self.user), .init("u", self.username), .init("s", self.sessionEndsAt.milliseconds),
                .init("f", self.isFresh), .init("e", self.endsAt.milliseconds),
            ])
        )
        return try seal.seal(text, name: Self.name, version: Self.form)
    }

    init?(_ text: String, seal: SecretSeal) {
        guard text.utf8.count <= Self.limit, let content = seal.open(text, name: Self.name, version: Self.form),
            let json = try? JSONParser.parse(Array(content.utf8)), let provider = json["p"]?.claim,
            let challenge = json["c"]?.claim, let token = json["t"]?.claim, let user = json["i"]?.seconds,
            let username = json["u"]?.claim, let sessionEnd = json["s"]?.seconds, let end = json["e"]?.seconds
        else { return nil }
        self.provider = provider
        self.challenge = challenge
        self.token = token
        self.user = user
        self.username = username
        self.sessionEndsAt = Timestamp(milliseconds: sessionEnd)
        self.isFresh = json["f"] == .bool(true)
        self.endsAt = Timestamp(milliseconds: end)
    }

    /// Whether this verifier is the one whose hash was given at the start.
    func fits(_ verifier: String) -> Bool {
        ConstantTime.equal(Array(Self.challenge(of: verifier).utf8), Array(self.challenge.utf8))
    }

    static func challenge(of verifier: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
    }

    /// What terminal and page both show, so that a person sees that they belong together.
    static func mark(of challenge: String) -> String {
        "\(challenge.prefix(4))-\(challenge.dropFirst(4).prefix(4))"
    }

    /// Whether a text may be a challenge: the 43 characters of a SHA-256.
    static func isChallenge(_ text: String) -> Bool {
        text.utf8.count == 43
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d
                    || $0 == 0x5f
            }
    }
}
