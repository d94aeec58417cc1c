// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import HummingbirdTesting
import NIOHTTP1
import Testing

@testable import FlowAPI

@Suite("Headers by which a proxy says who asks (S3-3, ForwardAuth)", .timeLimit(.minutes(10)))
struct TrustedHeadersTests {
    private static func trusted(_ proxies: String = "127.0.0.0/8") -> TrustedHeaders {
        TrustedHeaders(
            proxies: [AddressRange(proxies)].compactMap(\.self),
            map: GroupMap(["admins=admin", "ops=operator", "red-team=viewer@red"].compactMap { GroupMap.Entry($0) })
        )
    }

    private func identity(
        _ fields: [(String, String)],
        peer: String? = "127.0.0.1",
        _ change: (inout TrustedHeaders) -> Void = { _ in }
    ) throws -> ExternalIdentity? {
        var trusted = Self.trusted()
        change(&trusted)
        return try trusted.identity(peer: peer, fields: fields.map { (name: $0.0, value: $0.1) })
    }

    @Test("The proxy's word counts, anybody else's does not")
    func words() throws {
        let found = try #require(try self.identity([("remote-USER", " ada "), ("Remote-Groups", "ops, ,admins")]))
        #expect(found.subject == "ada")
        #expect(found.groups == ["ops", "admins"])
        #expect(try self.identity([("Remote-User", "ada")], peer: "::ffff:127.0.0.9")?.subject == "ada")
        for peer in ["192.0.2.1", "::1", "nonsense", nil] {
            #expect(try self.identity([("Remote-User", "ada")], peer: peer) == nil, "\(peer ?? "-")")
        }
        #expect(try self.identity([("Remote-User", "")]) == nil)
        #expect(try self.identity([("Remote_User", "ada")]) == nil)
        #expect(try self.identity([("Remote-Groups", "admins")]) == nil)
        let piped = try self.identity([("Remote-User", "ada"), ("Remote-Groups", "a,b|c")]) { $0.separator = "|" }
        #expect(piped?.groups == ["a,b", "c"])
    }

    @Test("What can be understood in two ways is refused")
    func unclear() throws {
        let long = String(repeating: "a", count: 256)
        for fields in [
            [("Remote-User", "ada"), ("Remote-User", "admin")], [("Remote-User", long)], [("Remote-User", "a\u{1}b")],
            [("Remote-User", "ada"), ("Remote-Groups", "a"), ("Remote-Groups", "admins")],
        ] {
            let error = #expect(throws: APIFailure.self) { _ = try self.identity(fields) }
            #expect(error?.status == .badRequest)
        }
    }

    @Test("With a secret, the address alone is not enough")
    func secret() throws {
        func ask(_ fields: [(String, String)]) throws -> ExternalIdentity? {
            try self.identity([("Remote-User", "ada")] + fields) { $0.secret = ("X-Proxy-Secret", "open sesame") }
        }
        #expect(try ask([]) == nil)
        #expect(try ask([("X-Proxy-Secret", "open")]) == nil)
        #expect(try ask([("X-Proxy-Secret", "open sesame"), ("X-Proxy-Secret", "open sesame")]) == nil)
        #expect(try ask([("x-proxy-secret", "open sesame")])?.subject == "ada")
    }

    @Test(
        "A header that means something else names nobody",
        arguments: [
            "Host", "AUTHORIZATION", "cookie", "X-Forwarded-For", "x_request_id", "Content-Type", "X-QF-CSRF",
            "If-Match",
        ]
    )
    func taken(name: String) {
        #expect(TrustedHeaders.isTaken(name))
        for name in ["Remote-User", "X-Forwarded-User", "X-Authentik-Groups"] {
            #expect(!TrustedHeaders.isTaken(name))
        }
    }

    @Test("Without a secret, loopback is every program of the host")
    func localPrograms() {
        for (range, isOpen) in [
            ("127.0.0.1", true), ("127.0.0.9", true), ("0.0.0.0/0", true), ("::1", true), ("::/0", true),
            ("::ffff:127.0.0.1", true), ("10.0.0.0/8", false), ("fd00::/8", false),
        ] {
            var trusted = Self.trusted(range)
            #expect(trusted.trustsEveryLocalProgram == isOpen, "\(range)")
            trusted.secret = ("X-Proxy-Secret", "open sesame")
            #expect(!trusted.trustsEveryLocalProgram)
        }
    }

    private func serving(
        _ trusted: TrustedHeaders = Self.trusted(),
        rates: RateLimits = .none,
        _ body: @Sendable (TestServer, Caller) async throws -> Void
    ) async throws {
        try await TestServer.with(rateLimits: rates, trusted: trusted) { server in
            try await server.app.test(.live) { client in try await body(server, Caller(client: client)) }
        }
    }

    private static func named(_ caller: Caller, _ user: String, _ groups: String) throws -> Caller {
        try caller.with("Remote-User", user).with("Remote-Groups", groups)
    }

    @Test("Who is named gets the roles of the groups, anew at each request, and no cookie")
    func roles() async throws {
        try await self.serving { server, caller in
            let ada = try Self.named(caller, "ada", "admins")
            let me = try await ada.get("/auth/me")
            #expect(me.status == 200)
            // Not the local user of that name.
            #expect(me.data["username"]?.text == "ada@proxy")
            #expect(me.data["role"]?.text == "admin")
            #expect(me.headers[.setCookie] == nil)
            #expect(try await Self.named(caller, "ada", "ops").get("/auth/me").data["role"]?.text == "operator")
            _ = try await caller.signedIn("ada").post("/groups", ["name": .string("red")])
            let scoped = try await Self.named(caller, "ada", "red-team").get("/auth/me").data
            #expect(scoped["scopes"]?["jobs:read"] == .array([.integer(2)]))
            let users = try await caller.signedIn("ada").get("/users").data["items"]
            guard case .array(let items)? = users else { throw CoreError(.internal, "no list") }
            #expect(items.compactMap { $0["provider"]?.text } == ["proxy"])
        }
    }

    @Test("Nobody named, nobody mapped, or locked out: 401 or 403, and nothing is made")
    func refusals() async throws {
        try await self.serving { server, caller in
            let before = try await server.store.users().count
            #expect(try await caller.get("/auth/me").status == 401)
            #expect(
                try await caller.with("Remote_User", "ada").with("Remote_Groups", "admins").get("/tasks").status == 401
            )
            let stranger = try await Self.named(caller, "eve", "guests").get("/auth/me")
            #expect(stranger.status == 403)
            #expect(stranger.error == "forbidden")
            #expect(try await server.store.users().count == before)
            let ada = try Self.named(caller, "ada", "ops")
            let id = try #require(try await ada.get("/auth/me").data["id"]?.int)
            #expect(try await caller.signedIn("ada").post("/users/\(id)/disable").status == 200)
            #expect(try await ada.get("/auth/me").status == 401)
        }
    }

    @Test("Strangers are counted before anything is done for them; who has an account is not")
    func quota() async throws {
        try await self.serving(rates: RateLimits(perToken: 0, perSession: 0, perNetwork: 20)) { server, caller in
            let ada = try Self.named(caller, "ada", "ops")
            for number in 0..<19 {
                let groups = number % 2 == 0 ? "guests" : "ops"
                let answer = try await Self.named(caller, "eve-\(number)", groups).get("/auth/me")
                #expect(answer.status == (number % 2 == 0 ? 403 : 200))
            }
            #expect(try await ada.get("/auth/me").status == 200)
            let before = try await server.store.users().count
            for groups in ["guests", "ops"] {
                let answer = try await Self.named(caller, "mallory", groups).get("/auth/me")
                #expect(answer.status == 429 && answer.headers[.retryAfter] != nil)
            }
            #expect(try await server.store.users().count == before)
            #expect(try await ada.get("/auth/me").status == 200)
        }
    }

    @Test("From anybody else the headers are nothing, with the right names or with others")
    func strangers() async throws {
        try await self.serving(Self.trusted("192.0.2.0/24")) { _, caller in
            for name in ["Remote-User", "remote-user", "Remote_User"] {
                let eve = try caller.with(name, "ada").with("Remote-Groups", "admins")
                    .with("X-Forwarded-For", "192.0.2.1")
                #expect(try await eve.get("/auth/me").status == 401)
            }
            var signedIn = try await caller.signedIn("vera")
            signedIn = try Self.named(signedIn, "ada", "admins")
            #expect(try await signedIn.get("/auth/me").data["username"]?.text == "vera")
        }
    }

    @Test("A browser behind the proxy says that the console itself asks, and a bearer counts first")
    func origins() async throws {
        try await self.serving { _, caller in
            let ada = try Self.named(caller, "ada", "admins")
            #expect(try await ada.post("/groups", ["name": .string("red")]).status == 403)
            let console = try ada.with("X-QF-CSRF", "1")
            #expect(try await console.post("/groups", ["name": .string("red")]).status == 201)
            #expect(try await console.with("Origin", "https://evil.example").post("/groups").status == 403)
            let vera = try await Self.named(caller.signedIn("vera"), "ada", "admins")
            #expect(try await vera.get("/auth/me").data["username"]?.text == "vera")
            let basic = try ada.with("Authorization", "Basic YWRhOng=")
            #expect(try await basic.get("/auth/me").data["username"]?.text == "ada@proxy")
            #expect(try await console.post("/auth/logout").status == 200)
        }
    }

    @Test("S3 to the letter: nobody but administrators gets in")
    func administratorsOnly() async throws {
        var trusted = Self.trusted()
        trusted.requiresAdministrator = true
        try await self.serving(trusted) { _, caller in
            for (groups, status) in [("admins", 200), ("ops", 401), ("guests", 401)] {
                let answer = try await Self.named(caller, "ada", groups).get("/tasks")
                #expect(answer.status == status)
            }
        }
    }

    @Test("No task sends the headers, under no spelling: it could name anybody to this server")
    func tasks() async throws {
        try await self.serving { _, caller in
            let admin = try await caller.signedIn("ada")
            for name in ["Remote-User", "REMOTE_GROUPS"] {
                let answer = try await admin.post(
                    "/tasks",
                    taskBody([
                        "executor_type": .integer(2),
                        "executor_config": [
                            "url": JSON.string("https://example.com/"), "method": .string("GET"),
                            "headers": [name: JSON.string("admin")].json,
                        ].json,
                    ])
                )
                #expect(answer.status == 422)
                #expect(answer.faults == ["executor_config.headers.\(name)"])
            }
        }
    }

    @Test(
        "The live connection is opened by the same word, from a page of this host, and ends after a quarter of an hour"
    )
    func live() async throws {
        try await self.serving { server, caller in
            let port = try #require(caller.client.port)
            let named = [("Remote-User", "ada"), ("Remote-Groups", "admins"), ("Origin", "http://127.0.0.1:\(port)")]
            try await LiveClient.with(port: port, headers: named) { live in
                _ = try await live.frame("hello")
            }
            let session = try #require(
                try await server.services.authentication.session(
                    forwarded: ExternalIdentity(
                        provider: "proxy",
                        issuer: "proxy",
                        subject: "ada",
                        name: "ada",
                        groups: ["admins"]
                    ),
                    map: Self.trusted().map,
                    requiresAdministrator: false,
                    origin: Origin(via: .console)
                )
            )
            #expect(try await server.services.authentication.refresh(session) != nil)
            server.clock.advance(seconds: 15 * 60)
            #expect(try await server.services.authentication.refresh(session) == nil)
        }
    }
}
