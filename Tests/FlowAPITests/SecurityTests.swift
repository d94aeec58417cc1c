// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("Who may do what, and how the API defends itself")
struct SecurityTests {
    /// A path of the route with something in place of its parameters.
    private func path(_ endpoint: Endpoint) -> String {
        "!" + endpoint.declaration.path.replacing("{id}", with: "999").replacing("{client_id}", with: "x")
    }

    @Test("Without signing in, only health, readiness, version and signing in answer (attack class 1)")
    func anonymous() async throws {
        try await TestServer.with(user: nil) { _, caller in
            for endpoint in Endpoint.allCases {
                let answer = try await caller.call(endpoint.declaration.method, self.path(endpoint), body: "{}")
                if endpoint.declaration.access == .everyone {
                    #expect(answer.status != 401, "\(endpoint)")
                } else {
                    #expect(answer.status == 401, "\(endpoint)")
                    #expect(answer.error == "unauthenticated")
                }
            }
        }
    }

    @Test("Every role gets exactly what its permissions say, on every route (target 18)")
    func matrix() async throws {
        try await TestServer.with { server in
            try await server.app.test(.router) { client in
                for (name, role) in [("olga", Role.operator), ("vera", .viewer)] {
                    let caller = try await Caller(client: client).signedIn(name)
                    for endpoint in Endpoint.allCases where endpoint != .signOut {
                        guard case .needs(let permission) = endpoint.declaration.access else { continue }
                        let answer = try await caller.call(endpoint.declaration.method, self.path(endpoint), body: "{}")
                        #expect(
                            (answer.status == 403) == !role.permissions.contains(permission),
                            "\(role) \(endpoint): \(answer.status)"
                        )
                    }
                }
            }
        }
    }

    @Test(
        "Other spellings of a path lead nowhere (attack class 3)",
        arguments: [
            "//api/v1/tasks", "/api//v1/tasks", "/api/v1//tasks", "/api/v1/tasks/", "/api/v1/%74asks",
            "/api/v1/tasks%2f1",
            "/api/v1/health/../tasks", "/api/v1/./tasks", "/API/v1/tasks", "/api/V1/tasks", "/api/v1/Tasks",
            "/api/v1/tasks;a=b", "/api/v1/tasks/1/configs", "/api/v1/tasks/+1", "/api/v1/tasks/0x1",
            "/api/v1/tasks.json",
            "/api", "/api/", "/api/v1", "/api/v2/tasks", "/api/v1/tasks/1/enable/health", "/api/v1\\tasks",
        ]
    )
    func paths(path: String) async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.get("!" + path)
            #expect(answer.status == 404)
            #expect(answer.error == "not_found", "JSON, never the console")
        }
    }

    @Test("A known path with another method says which ones are possible")
    func methods() async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.call(.patch, "/tasks/1")
            #expect(answer.status == 405)
            #expect(answer.headers[.allow] == "DELETE, GET, PUT")
        }
    }

    @Test("The cookie needs the CSRF header and an own origin for writes, not for reads (attack class 10)")
    func csrf() async throws {
        try await TestServer.with { _, caller in
            var browser = Caller(client: caller.client)
            browser.cookie = "theme=dark; qf_session=\(caller.token ?? "")"
            #expect(try await browser.get("/tasks").status == 200)
            #expect(try await browser.post("/tasks", taskBody()).status == 403)
            let marked = try browser.with("X-QF-CSRF", "1")
            #expect(try await marked.with("Origin", "http://evil.example").post("/tasks", taskBody()).status == 403)
            #expect(try await marked.with("Origin", "http://localhost:81").post("/tasks", taskBody()).status == 403)
            #expect(try await marked.with("Origin", "null").post("/tasks", taskBody()).status == 403)
            #expect(try await marked.with("Origin", "http://localhost").post("/tasks", taskBody()).status == 201)
        }
    }

    @Test("Bodies have to be declared as JSON, so that no form can send them")
    func contentType() async throws {
        try await TestServer.with { _, caller in
            let form = try caller.with("Content-Type", "text/plain")
            #expect(try await form.post("/tasks", taskBody()).status == 415)
        }
    }

    @Test("Signing in sets a cookie scripts cannot read; signing out ends the session at once")
    func signInAndOut() async throws {
        try await TestServer.with(user: nil) { _, caller in
            let answer = try await caller.post(
                "/auth/login",
                ["username": .string("vera"), "password": .string(TestServer.password)]
            )
            #expect(answer.status == 200)
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"))
            #expect(answer.data["user"]?["role"]?.text == "viewer")
            let signedIn = try await caller.signedIn("vera")
            let me = try await signedIn.get("/auth/me").data
            #expect(me["permissions"]?.items.contains(.string("jobs:read")) == true)
            #expect(me["permissions"]?.items.contains(.string("jobs:write")) == false)
            #expect(try await signedIn.post("/auth/logout").status == 200)
            #expect(try await signedIn.get("/auth/me").status == 401)
        }
    }

    @Test("A session ends after its time, however much it is used")
    func expiry() async throws {
        try await TestServer.with { server, caller in
            for _ in 0..<11 {
                server.clock.advance(seconds: 3600)
                _ = try await caller.get("/auth/me")
            }
            server.clock.advance(seconds: 3599)
            let before = try await caller.get("/auth/me").status
            #expect(before == 200)
            server.clock.advance(seconds: 2)
            let after = try await caller.get("/auth/me").status
            #expect(after == 401)
        }
    }

    @Test("Wrong passwords and unknown users get one answer, and too many attempts are stopped")
    func guessing() async throws {
        try await TestServer.with(user: nil) { _, caller in
            func attempt(_ user: String, _ password: String) async throws -> Caller.Answer {
                try await caller.post("/auth/login", ["username": .string(user), "password": .string(password)])
            }
            let wrong = try await attempt("ada", "wrong")
            let unknown = try await attempt("nobody", "wrong")
            #expect(wrong.status == 401)
            #expect(wrong.body["message"] == unknown.body["message"])
            for _ in 0..<9 { #expect(try await attempt("ada", "wrong").status == 401) }
            let stopped = try await attempt("ada", TestServer.password)
            #expect(stopped.status == 429)
            #expect(try await attempt("vera", TestServer.password).status == 200)
        }
    }

    @Test(
        "Whoever has signed in with a browser has tries of their own in it, also while others use up those of its network"
    )
    func knownBrowser() async throws {
        try await TestServer.with(user: nil) { server, caller in
            func attempt(_ user: String, _ password: String, _ mark: String? = nil) async throws -> Caller.Answer {
                var browser = caller
                browser.cookie = mark.map { "qf_device=\($0)" }
                return try await browser.post(
                    "/auth/login",
                    ["username": .string(user), "password": .string(password)]
                )
            }
            func mark(of user: String) async throws -> String {
                let answer = try await attempt(user, TestServer.password)
                let cookie = try #require(answer.headers[values: .setCookie].first { $0.hasPrefix("qf_device=") })
                #expect(cookie.contains("; Path=/api/v1/auth; HttpOnly; SameSite=Strict; Max-Age=15552000"))
                return String(cookie.dropFirst("qf_device=".count).prefix { $0 != ";" })
            }
            let (own, foreign) = (try await mark(of: "ada"), try await mark(of: "vera"))
            for _ in 0..<10 { #expect(try await attempt("ada", "wrong").status == 401) }
            #expect(try await attempt("ada", TestServer.password).status == 429)
            #expect(try await attempt("ada", TestServer.password, own).status == 200)
            // It spares no password, and is good for one user only.
            #expect(try await attempt("ada", "wrong", own).status == 401)
            for bad in [foreign, own + "A", String(own.dropLast()), "", "qfs1.a.b.c"] {
                #expect(try await attempt("ada", TestServer.password, bad).status == 429, "\(bad)")
            }
            // Its own tries are counted, too.
            for _ in 0..<9 { #expect(try await attempt("ada", "wrong", own).status == 401) }
            #expect(try await attempt("ada", TestServer.password, own).status == 429)
            // Half a year later, or after another password, it is like any other.
            server.clock.advance(seconds: 181 * 86_400)
            for _ in 0..<10 { #expect(try await attempt("vera", "wrong").status == 401) }
            #expect(try await attempt("vera", TestServer.password, foreign).status == 429)
        }
    }

    @Test("Another password ends the mark of a browser")
    func marksEnd() async throws {
        try await TestServer.with(user: nil) { _, caller in
            let signIn = try await caller.post(
                "/auth/login",
                ["username": .string("ada"), "password": .string(TestServer.password)]
            )
            let cookie = try #require(signIn.headers[values: .setCookie].first { $0.hasPrefix("qf_device=") })
            var browser = caller
            browser.token = signIn.data["token"]?.text
            _ = try await browser.changing(TestServer.password, to: "another horse 77")
            var stranger = caller
            stranger.cookie = String(cookie.prefix { $0 != ";" })
            for _ in 0..<10 {
                let wrong = try await caller.post(
                    "/auth/login",
                    ["username": .string("ada"), "password": .string("wrong")]
                )
                #expect(wrong.status == 401)
            }
            let stopped = try await stranger.post(
                "/auth/login",
                ["username": .string("ada"), "password": .string("another horse 77")]
            )
            #expect(stopped.status == 429)
        }
    }

    @Test("Every answer carries the policy for browsers, with the host it was asked at")
    func headers() async throws {
        try await TestServer.with { _, caller in
            for path in ["/tasks", "/nothing", "!/", "!/health"] {
                let answer = try await caller.get(path)
                #expect(
                    answer.headers[.contentSecurityPolicy]
                        == "default-src 'self'; connect-src 'self' ws://localhost wss://localhost; img-src 'self' data:; "
                        + "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
                )
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            }
        }
    }

    @Test(
        "A host is a name or an address with a port, nothing that could end the policy",
        arguments: [
            ("example.org", true), ("example.org:8080", true), ("[::1]:80", true), ("127.0.0.1", true),
            ("a; script-src *", false), ("a'b", false), ("", false), ("a:port", false), ("[::1", false),
            ("a\r\nb", false),
            ("a/b", false), ("a@b", false), (":80", false),
        ]
    )
    func hosts(text: String, isHost: Bool) {
        #expect((HostAuthority(text) != nil) == isHost)
    }

    @Test("Numbers for scrapers need a permission; a foreign name that points here is not the local host")
    func metrics() async throws {
        try await TestServer.with(user: "vera") { _, caller in
            let answer = try await caller.get("/metrics")
            #expect(answer.text.contains("quartzflow_fires_total 3"))
            #expect(HostAuthority("localhost:8080")?.isLoopback == true)
            #expect(HostAuthority("[::1]:8080")?.isLoopback == true)
            #expect(HostAuthority("rebind.example:8080")?.isLoopback == false)
            #expect(HostAuthority("127.0.0.1.example")?.isLoopback == false)
        }
    }

    @Test("Health has S4's shape for load balancers and the envelope under the API")
    func health() async throws {
        try await TestServer.with(user: nil) { _, caller in
            let plain = try await caller.get("!/health").body
            #expect(plain["status"]?.text == "healthy")
            #expect(plain["version"]?.text == "1.2.3")
            #expect(try await caller.get("/health").data["timestamp"]?.text == "2026-11-21T10:00:00.000Z")
            #expect(try await caller.get("!/readyz").status == 200)
        }
    }

    @Test("Why a server is not ready is said in one language: the whole sentence in Chinese, or the whole in English")
    func unready() async throws {
        try await TestServer.with(user: nil) { server, caller in
            server.metrics.reason.value = Wording(english: "the server is starting", chinese: "服务器正在启动")
            let refused = try await caller.get("!/readyz")
            #expect(refused.status == 503)
            #expect(refused.body["message"]?.text == "Not ready: the server is starting")
            #expect(refused.body["text"]?["zh"]?.text == "尚未就绪：服务器正在启动")
        }
    }
}
