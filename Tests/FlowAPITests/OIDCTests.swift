// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@testable import FlowAPI

@Suite("Signing in at an OpenID provider", .timeLimit(.minutes(10)))
struct OIDCTests {
    private func serving(
        _ body: @Sendable (TestServer, Caller, ProviderDouble) async throws -> Void
    ) async throws {
        let double = ProviderDouble()
        let provider = OIDCProvider(
            name: "corp",
            title: "Corp & Co",
            issuer: ProviderDouble.issuer,
            clientID: ProviderDouble.clientID,
            clientSecret: "s:cret",
            map: GroupMap(["ops=operator", "admins=admin"].compactMap { GroupMap.Entry($0) }),
            publicURL: "https://flow.example"
        )
        try await TestServer.with(oidc: ([provider], double)) { server in
            double.set { $0.now = server.clock.now }
            try await server.app.test(.router) { try await body(server, Caller(client: $0), double) }
        }
    }

    /// The way there: what the browser carries, and what the provider was told.
    private func depart(
        _ caller: Caller,
        _ double: ProviderDouble,
        returnTo: String = "/tasks",
        more: String = ""
    ) async throws -> (cookie: String, state: String, fields: [String: String]) {
        let answer = try await caller.get("/auth/oidc/corp/start?return_to=\(returnTo)\(more)")
        #expect(answer.status == 302)
        let url = try #require(answer.headers[.location])
        let cookie = try #require(answer.headers[.setCookie]).prefix { $0 != ";" }
        #expect(url.hasPrefix("https://id.example/auth?tenant=1&response_type=code&"))
        let fields = ProviderDouble.fields(String(url.drop { $0 != "?" }.dropFirst()))
        double.set { state in
            state.nonce = fields["nonce"] ?? ""
            state.challenge = fields["code_challenge"] ?? ""
        }
        return (String(cookie), fields["state"] ?? "", fields)
    }

    private func comeBack(_ caller: Caller, _ cookie: String, _ query: String) async throws -> Caller.Answer {
        var caller = caller
        caller.cookie = cookie
        return try await caller.get("/auth/oidc/corp/callback?\(query)")
    }

    /// Asks for all rights, as a page of the console does.
    private func take(_ caller: Caller, _ ask: [String: JSON]) async throws -> Caller.Answer {
        try await caller.with("X-QF-CSRF", "1").with("Origin", "http://localhost").post("/auth/break-glass", ask)
    }

    /// There and back.
    private func signIn(_ caller: Caller, _ double: ProviderDouble) async throws -> Caller.Answer {
        let (cookie, state, _) = try await self.depart(caller, double)
        return try await self.comeBack(caller, cookie, "code=good&state=\(state)")
    }

    private func session(_ answer: Caller.Answer, _ caller: Caller) throws -> Caller {
        let cookies = answer.headers[values: .setCookie]
        var caller = caller
        let session = try #require(cookies.first { $0.hasPrefix("qf_session=") })
        #expect(session.contains("SameSite=Strict"))
        caller.cookie = String(session.prefix { $0 != ";" })
        return caller
    }

    @Test("There with PKCE, state and nonce, and back with a session and the roles of the groups")
    func flow() async throws {
        try await self.serving { server, caller, double in
            let (cookie, state, fields) = try await self.depart(caller, double)
            #expect(fields["code_challenge_method"] == "S256")
            #expect(fields["redirect_uri"] == "https://flow.example/api/v1/auth/oidc/corp/callback")
            #expect(fields["scope"] == "openid profile email")
            for name in ["state", "nonce", "code_challenge"] { #expect((fields[name] ?? "").utf8.count >= 43) }
            #expect(!cookie.contains(state))
            let answer = try await self.comeBack(caller, cookie, "code=good&state=\(state)&session_state=x")
            #expect(answer.status == 200)
            #expect(answer.text.contains(#"content="0;url=/tasks""#))
            let me = try await self.session(answer, caller).get("/auth/me").data
            #expect(me["username"]?.text == "ada@corp")
            #expect(me["role"]?.text == "operator")
            let request = double.state.withLock { $0.requests.last { $0.form != nil } }
            // "flow:s%3Acret": each half encoded before they are joined (RFC 6749, 2.3.1).
            #expect(request?.authorization == "Basic ZmxvdzpzJTNBY3JldA==")
            #expect(request?.form?.contains("s%3Acret") == false)
            // A way back is taken once.
            #expect(try await self.comeBack(caller, cookie, "code=good&state=\(state)").status == 400)
        }
    }

    @Test("All rights for a while take a new sign-in at the provider, of this very session, and are over with it")
    func breakGlass() async throws {
        try await self.serving { server, caller, double in
            double.set { $0.groups = ["admins"] }
            let ask: [String: JSON] = ["reason": .string("it burns"), "minutes": .integer(10)]
            let stale = try self.session(try await self.signIn(caller, double), caller)
            #expect(try await stale.get("/auth/me").data["provider"]?.text == "corp")
            let refused = try await self.take(stale, ask)
            #expect(
                refused.status == 409 && refused.text.contains("/auth/oidc/corp/start?fresh=true"),
                "\(refused.text)"
            )

            // The provider is told, and has to say that it did.
            func anew(_ time: Int64?) async throws -> Caller.Answer {
                double.set { state in
                    state.change = { claims in claims["auth_time"] = time.map { JSON.integer($0) } }
                }
                let (cookie, state, fields) = try await self.depart(caller, double, more: "&fresh=true")
                #expect(fields["prompt"] == "login" && fields["max_age"] == "0")
                return try await self.comeBack(caller, cookie, "code=good&state=\(state)")
            }
            let now = server.clock.now.milliseconds / 1000
            for time in [nil, now - 3600, now - 120, now + 3600] {
                #expect(try await anew(time).status == 401, "auth_time \(time ?? 0)")
            }
            let answer = try await anew(now - 5)
            #expect(answer.status == 200)
            let proof = try #require(answer.headers[values: .setCookie].first { $0.hasPrefix("qf_proof=") })
            #expect(proof.contains("; Path=/api/v1/auth/break-glass; HttpOnly; SameSite=Strict; Max-Age=300"))
            let carried = String(proof.prefix { $0 != ";" })
            var fresh = try self.session(answer, caller)
            let own = try #require(fresh.cookie)
            // It is of that session, and of nobody who has the cookie alone.
            var other = stale
            let older = try #require(stale.cookie)
            other.cookie = "\(older); \(carried)"
            #expect(try await self.take(other, ask).status == 409)
            fresh.cookie = "\(own); \(carried)A"
            #expect(try await self.take(fresh, ask).status == 409)
            fresh.cookie = "\(own); \(carried)"
            let taken = try await self.take(fresh, ask)
            #expect(taken.status == 200, "\(taken.text)")
            var strong = try self.session(taken, caller)
            let me = try await strong.get("/auth/me").data
            #expect(me["break_glass"]?["reason"]?.text == "it burns" && me["provider"]?.text == "corp")
            // The proof was of the session that it took the place of.
            let newer = try #require(strong.cookie)
            strong.cookie = "\(newer); \(carried)"
            #expect(try await self.take(strong, ask).status == 409)
        }
    }

    @Test("A proof of a new sign-in is good for five minutes")
    func proofEnds() async throws {
        try await self.serving { server, caller, double in
            double.set { state in
                state.groups = ["admins"]
                let now = JSON.integer(server.clock.now.milliseconds / 1000)
                state.change = { $0["auth_time"] = now }
            }
            let (cookie, state, _) = try await self.depart(caller, double, more: "&fresh=true")
            let answer = try await self.comeBack(caller, cookie, "code=good&state=\(state)")
            let proof = try #require(answer.headers[values: .setCookie].first { $0.hasPrefix("qf_proof=") })
            var fresh = try self.session(answer, caller)
            let own = try #require(fresh.cookie)
            let carried = String(proof.prefix { $0 != ";" })
            fresh.cookie = "\(own); \(carried)"
            server.clock.advance(seconds: 301)
            #expect(try await self.take(fresh, ["reason": .string("late")]).status == 409)
        }
    }

    @Test("A program gets the session that a person begins for it in a browser: by the page's code and its verifier")
    func program() async throws {
        try await self.serving { server, caller, double in
            double.set { state in
                state.groups = ["admins"]
                let now = JSON.integer(server.clock.now.milliseconds / 1000)
                state.change = { $0["auth_time"] = now }
            }
            // The vector of RFC 7636, appendix B.
            let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            let challenge = "&challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            let short = try await caller.get("/auth/oidc/corp/start?challenge=abc")
            #expect(short.status == 422, "\(short.text)")
            let (cookie, state, _) = try await self.depart(caller, double, more: "&fresh=true" + challenge)
            let reader = try caller.with("Accept-Language", "zh-CN")
            let page = try await self.comeBack(reader, cookie, "code=good&state=\(state)")
            #expect(page.status == 200 && page.text.contains("请把下面的代码复制过去"))
            // Who is signed in, where, and what gets the session: the mark is in the terminal, too.
            #expect(page.text.contains("“Corp &amp; Co”登录为 <strong>ada@corp</strong>"), "\(page.text)")
            #expect(page.text.contains("<code>E9Me-lhoa</code>"))
            #expect(page.headers[.cacheControl] == "no-store")
            let cookies = page.headers[values: .setCookie]
            #expect(cookies.count == 1 && cookies[0].hasPrefix("qf_oidc=;"), "the browser gets no session: \(cookies)")
            let code = String(try #require(page.text.firstMatch(of: /readonly>([^<]+)</)).output.1)

            func redeem(_ code: String, _ verifier: String) async throws -> Caller.Answer {
                try await caller.post(
                    "/auth/oidc/corp/redeem",
                    ["code": .string(code), "verifier": .string(verifier)]
                )
            }
            for (code, verifier) in [
                (code, "another-verifier-that-is-long-enough-to-be-one"), (code + "A", verifier), ("", verifier),
                (String(cookie.dropFirst("qf_oidc=".count)), verifier),
            ] {
                let refused = try await redeem(code, verifier)
                #expect(refused.status == 400, "\(refused.text)")
            }
            let answer = try await redeem(code, verifier)
            #expect(answer.status == 200 && answer.data["username"]?.text == "ada@corp", "\(answer.text)")
            // It is good once, whoever has it with its verifier; what was carried opens nothing itself.
            let again = try await redeem(code, verifier)
            #expect(again.status == 400 && again.error == "oidc_expired", "\(again.text)")
            let token = try #require(answer.data["token"]?.text)
            let proof = try #require(answer.data["proof"])
            let program = try caller.with("Authorization", "Bearer \(token)")
            #expect(try await program.get("/auth/me").data["provider"]?.text == "corp")
            // A new sign-in was asked for, and takes the place of the password.
            let ask: [String: JSON] = ["reason": .string("it burns"), "minutes": .integer(10)]
            #expect(try await program.post("/auth/break-glass", ask).status == 409)
            let taken = try await program.post("/auth/break-glass", ask.merging(["proof": proof]) { $1 })
            #expect(taken.status == 200, "\(taken.text)")

            let late = try await self.depart(caller, double, more: challenge)
            let second = try await self.comeBack(caller, late.cookie, "code=good&state=\(late.state)")
            let old = String(try #require(second.text.firstMatch(of: /readonly>([^<]+)</)).output.1)
            #expect(try await redeem(old, verifier).data["proof"] == .null)
            server.clock.advance(seconds: 300)
            #expect(try await redeem(old, verifier).status == 400, "five minutes are over")
        }
    }

    @Test("Roles follow the groups at each sign-in; without any of them nobody gets in, and nothing is made")
    func roles() async throws {
        try await self.serving { server, caller, double in
            double.set { $0.groups = ["guests"] }
            #expect(try await self.signIn(caller, double).status == 403)
            let before = try await server.store.users().count
            double.set { $0.groups = ["admins"] }
            let first = try await self.signIn(caller, double)
            #expect(try await self.session(first, caller).get("/auth/me").data["role"]?.text == "admin")
            #expect(try await server.store.users().count == before + 1)
            double.set { $0.groups = ["ops"] }
            let second = try await self.signIn(caller, double)
            #expect(try await self.session(second, caller).get("/auth/me").data["role"]?.text == "operator")
            // The same name with another subject is somebody else.
            double.set { $0.subject = "u-2" }
            let other = try await self.signIn(caller, double)
            #expect(try await self.session(other, caller).get("/auth/me").data["username"]?.text == "ada-2@corp")
            let id = try #require(try await server.store.user(named: "ada-2@corp")?.id)
            _ = try await server.store.setState(.disabled, of: id, by: .system(at: server.clock.now))
            #expect(try await self.signIn(caller, double).status == 403)
        }
    }

    @Test("Groups that are not in the token are asked for, of the same subject only")
    func userInfo() async throws {
        try await self.serving { _, caller, double in
            double.set { state in
                state.groups = nil
                state.userInfo = ["sub": .string("u-1"), "groups": .array([.string("ops")])]
            }
            #expect(try await self.signIn(caller, double).status == 200)
            double.set { $0.userInfo = ["sub": .string("u-2"), "groups": .array([.string("admins")])] }
            let answer = try await self.signIn(caller, double)
            #expect(answer.status == 401)
            #expect(answer.error == "oidc_untrusted")
        }
    }

    @Test("A way back without its way there, of another browser, or too late, signs nobody in")
    func states() async throws {
        try await self.serving { server, caller, double in
            let (cookie, state, _) = try await self.depart(caller, double)
            for (cookie, query) in [
                ("", "code=good&state=\(state)"), (cookie, "code=good&state=other"), (cookie, "code=good"),
                ("qf_oidc=nonsense", "code=good&state=\(state)"), (cookie, ""),
            ] {
                let answer = try await self.comeBack(caller, cookie, query)
                #expect(answer.status == 400)
                #expect(answer.error == "oidc_expired")
                #expect(answer.headers[values: .setCookie].allSatisfy { !$0.hasPrefix("qf_session") })
            }
            let refused = try await self.comeBack(caller, cookie, "error=access_denied&state=\(state)")
            #expect(refused.error == "oidc_refused")
            let late = try await self.depart(caller, double)
            server.clock.advance(seconds: 600)
            #expect(try await self.comeBack(caller, late.cookie, "code=good&state=\(late.state)").status == 400)
            #expect(try await caller.get("/auth/oidc/other/start").status == 404)
        }
    }

    @Test("A code is worth nothing with another verifier")
    func codes() async throws {
        try await self.serving { _, caller, double in
            let (cookie, state, _) = try await self.depart(caller, double)
            #expect(try await self.comeBack(caller, cookie, "code=stolen&state=\(state)").error == "oidc_refused")
            let second = try await self.depart(caller, double)
            double.set { $0.challenge = "x" }
            let answer = try await self.comeBack(caller, second.cookie, "code=good&state=\(second.state)")
            #expect(answer.error == "oidc_refused")
        }
    }

    static let wrongClaims: [(String, JSON)] = [
        ("iss", JSON.string("https://id.example/")), ("iss", .null), ("aud", .string("other")),
        ("aud", .array([.string("flow"), .string("other")])), ("azp", .string("other")),
        ("nonce", .string("other")),
        ("exp", .integer(1_795_255_200 - 61)), ("exp", .null), ("iat", .integer(1_795_255_200 + 61)),
        ("iat", .integer(1_795_255_200 - 661)), ("nbf", .integer(1_795_255_200 + 61)), ("sub", .string("")),
        ("sub", .string(String(repeating: "a", count: 256))), ("sub", .integer(1)),
    ]

    @Test(
        "A token with a wrong claim is not believed",
        arguments: OIDCTests.wrongClaims
    )
    func claims(name: String, value: JSON) async throws {
        try await self.serving { _, caller, double in
            double.set { $0.change = { $0[name] = value } }
            let answer = try await self.signIn(caller, double)
            #expect(answer.status == 401)
            #expect(answer.error == "oidc_untrusted")
        }
    }

    @Test("Clocks may be a minute apart, and several audiences need the right party")
    func skew() async throws {
        let now: Int64 = 1_795_255_200
        let changes: [@Sendable (inout [String: JSON]) -> Void] = [
            { $0["exp"] = .integer(now - 59) }, { $0["iat"] = .number(Double(now) + 59.5) },
            { claims in
                claims["aud"] = .array([.string("x"), .string("flow")])
                claims["azp"] = .string("flow")
            },
        ]
        try await self.serving { _, caller, double in
            for change in changes {
                double.set { $0.change = change }
                let answer = try await self.signIn(caller, double)
                #expect(answer.status == 200)
            }
        }
    }

    private typealias Forgery = @Sendable ([String: JSON], [ProviderKey]) throws -> String

    private static let unsigned: Forgery = { claims, _ in
        let header = ProviderKey.text(Array(#"{"alg":"none"}"#.utf8))
        return header + "." + ProviderKey.text(JSONWriter.bytes(claims.json)) + "."
    }

    /// Key confusion: whoever knows the public key could sign (RFC 8725, 2.1).
    private static let confused: Forgery = { claims, keys in
        guard case .es256(_, let key) = keys[0] else { return "" }
        let header = ProviderKey.text(Array(#"{"alg":"HS256","kid":"one"}"#.utf8))
        let signed = header + "." + ProviderKey.text(JSONWriter.bytes(claims.json))
        let secret = SymmetricKey(data: Array(key.publicKey.pemRepresentation.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: secret)
        return signed + "." + ProviderKey.text(Array(code))
    }

    private static let changed: Forgery = { claims, keys in
        let parts = try keys[0].token(claims).split(separator: ".").map(String.init)
        var other = claims
        other["sub"] = .string("admin")
        return parts[0] + "." + ProviderKey.text(JSONWriter.bytes(other.json)) + "." + parts[2]
    }

    private static let ownKey: Forgery = { claims, _ in try ProviderKey.p256("one").token(claims) }
    private static let unknownKey: Forgery = { claims, _ in try ProviderKey.p256("unknown").token(claims) }
    private static let otherKind: Forgery = { claims, _ in
        try ProviderKey.edDSA("one", Curve25519.Signing.PrivateKey()).token(claims)
    }
    private static let otherAlgorithm: Forgery = { claims, keys in
        try keys[0].token(claims, header: ["alg": .string("RS256")])
    }
    private static let critical: Forgery = { claims, keys in
        try keys[0].token(claims, header: ["crit": .array([.string("x")])])
    }
    private static let padded: Forgery = { claims, keys in try keys[0].token(claims) + "=" }
    private static let nonsense: Forgery = { _, _ in "nonsense" }
    private static let empty: Forgery = { _, _ in "" }

    @Test("Without a signature, with the public key as a secret, or with another key, a token is nothing")
    func forgeries() async throws {
        try await self.serving { _, caller, double in
            let forgeries: [Forgery] = [
                Self.unsigned, Self.confused, Self.changed, Self.ownKey, Self.unknownKey, Self.otherKind,
                Self.otherAlgorithm, Self.critical, Self.padded, Self.nonsense, Self.empty,
            ]
            for (index, forgery) in forgeries.enumerated() {
                double.set { $0.forge = forgery }
                let answer = try await self.signIn(caller, double)
                #expect(answer.error == "oidc_untrusted", "forgery \(index)")
            }
            double.set { $0.forge = nil }
            #expect(try await self.signIn(caller, double).status == 200)
        }
    }

    @Test("RSA and Ed25519 keys serve as well")
    func algorithms() async throws {
        try await self.serving { _, caller, double in
            let keys = [
                ProviderKey.rs256("rsa", try _RSA.Signing.PrivateKey(keySize: .bits2048)),
                .edDSA("ed", Curve25519.Signing.PrivateKey()),
            ]
            double.set { $0.keys = keys }
            for index in keys.indices {
                double.set { $0.signer = index }
                #expect(try await self.signIn(caller, double).status == 200)
            }
        }
    }

    @Test("Keys are changed under way: one request for an unknown one, and no more than one a minute")
    func rotation() async throws {
        try await self.serving { server, caller, double in
            let first = try await self.signIn(caller, double)
            #expect(first.status == 200)
            #expect(double.count("/keys") == 1)
            double.set { $0.keys = [ProviderKey.p256("two")] }
            let second = try await self.signIn(caller, double)
            #expect(second.status == 200)
            #expect(double.count("/keys") == 2)
            double.set { $0.forge = { claims, _ in try ProviderKey.p256("three").token(claims) } }
            for _ in 0..<3 {
                let forged = try await self.signIn(caller, double)
                #expect(forged.status == 401)
            }
            #expect(double.count("/keys") == 2)
            server.clock.advance(seconds: 61)
            double.set { $0.now = server.clock.now }
            let later = try await self.signIn(caller, double)
            #expect(later.status == 401)
            #expect(double.count("/keys") == 3)
        }
    }

    @Test("A provider that is away is told to people, and sessions go on")
    func away() async throws {
        try await self.serving { server, caller, double in
            double.set { $0.isDown = true }
            let answer = try await caller.get("/auth/oidc/corp/start")
            #expect(answer.status == 503)
            #expect(answer.error == "oidc_unreachable")
            double.set { $0.isDown = false }
            let session = try await self.session(self.signIn(caller, double), caller)
            double.set { $0.isDown = true }
            #expect(try await session.get("/auth/me").status == 200)
        }
    }

    @Test("Document and keys go on for a bounded time while they do not answer, and not everybody waits for them")
    func grace() async throws {
        try await self.serving { server, caller, double in
            func signIn(after seconds: Int64) async throws -> Int {
                server.clock.advance(seconds: seconds)
                double.set { $0.now = server.clock.now }
                return try await self.signIn(caller, double).status
            }
            #expect(try await signIn(after: 0) == 200)
            double.set { $0.silent = ["/openid-configuration", "/keys"] }
            // The document is a day old, and the keys more than an hour.
            #expect(try await signIn(after: 86_401) == 200)
            let asked = (double.count("/openid-configuration"), double.count("/keys"))
            #expect(asked == (2, 2))
            #expect(try await signIn(after: 30) == 200)
            #expect((double.count("/openid-configuration"), double.count("/keys")) == asked, "not within a minute")
            #expect(try await signIn(after: 60) == 200)
            #expect((double.count("/openid-configuration"), double.count("/keys")) == (3, 3))
            // The keys were not confirmed for a day more than they are good for.
            #expect(try await signIn(after: 3600) == 503)
            double.set { $0.silent = ["/openid-configuration"] }
            #expect(try await signIn(after: 61) == 200)
            server.clock.advance(seconds: 86_400)
            let answer = try await caller.get("/auth/oidc/corp/start")
            #expect(answer.status == 503 && answer.error == "oidc_unreachable", "two days without a document")
        }
    }

    @Test("What says that it is another provider is not one that is away")
    func impostor() async throws {
        try await self.serving { server, caller, double in
            #expect(try await self.signIn(caller, double).status == 200)
            server.clock.advance(seconds: 86_401)
            double.set { $0.document = { $0["issuer"] = .string("https://evil.example") } }
            let answer = try await caller.get("/auth/oidc/corp/start")
            #expect(answer.error == "oidc_untrusted")
        }
    }

    @Test("A discovery document of another issuer, or with plain HTTP, is not believed")
    func discovery() async throws {
        for (name, value) in [("issuer", "https://evil.example"), ("token_endpoint", "http://id.example/token")] {
            try await self.serving { _, caller, double in
                double.set { $0.document = { $0[name] = .string(value) } }
                let answer = try await caller.get("/auth/oidc/corp/start")
                #expect(answer.error == "oidc_untrusted")
            }
        }
    }

    @Test("A provider that names itself on the way back has to be the right one (RFC 9207)")
    func mixUp() async throws {
        try await self.serving { _, caller, double in
            double.set { $0.namesItself = true }
            for (suffix, status) in [("", 401), ("&iss=https://evil.example", 401), ("&iss=https://id.example", 200)] {
                let (cookie, state, _) = try await self.depart(caller, double)
                let answer = try await self.comeBack(caller, cookie, "code=good&state=\(state)\(suffix)")
                #expect(answer.status == status)
            }
        }
    }

    @Test("People are sent to paths of this site only, and browsers get pages in their language")
    func pages() async throws {
        try await self.serving { _, caller, double in
            for path in ["//evil.example", "/%5Cevil.example", "https://evil.example", "javascript:alert(1)"] {
                let (cookie, state, _) = try await self.depart(caller, double, returnTo: path)
                let answer = try await self.comeBack(caller, cookie, "code=good&state=\(state)")
                #expect(answer.text.contains(#"content="0;url=/""#))
            }
            let odd = try await self.depart(caller, double, returnTo: "/a%22%3E%3Cscript%3E")
            let page = try await self.comeBack(caller, odd.cookie, "code=good&state=\(odd.state)")
            #expect(!page.text.contains("<script>"))
            let browser = try caller.with("Accept", "text/html,*/*").with("Accept-Language", "zh-CN,en")
            let refusal = try await browser.get("/auth/oidc/corp/callback?state=x")
            #expect(refusal.status == 400)
            #expect(refusal.text.contains("请重新登录"))
            let refused = try await self.depart(caller, double)
            let english = try caller.with("Accept", "text/html")
            let no = try await self.comeBack(english, refused.cookie, "error=access_denied&state=\(refused.state)")
            #expect(no.text.contains("Corp &amp; Co"))
        }
    }

    @Test(
        "Signing out ends the session here and says where to do so there; the button is told to who has not signed in"
    )
    func end() async throws {
        try await self.serving { _, caller, double in
            let version = try await caller.get("/version").data["sign_on"]
            #expect(
                version?["providers"] == .array([["name": JSON.string("corp"), "title": .string("Corp & Co")].json])
            )
            let session = try await self.session(self.signIn(caller, double), caller).with("X-QF-CSRF", "1")
            let answer = try await session.post("/auth/logout")
            #expect(answer.data["url"]?.text?.hasPrefix("https://id.example/end?client_id=flow&") == true)
            #expect(try await session.get("/auth/me").status == 401)
        }
    }
}
