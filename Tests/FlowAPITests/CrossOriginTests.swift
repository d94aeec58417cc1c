// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("Pages of other origins (C-31)")
struct CrossOriginTests {
    private static let portal = "https://portal.example"

    private func serving(_ body: @Sendable (Caller) async throws -> Void) async throws {
        try await TestServer.with(origins: [try #require(WebOrigin(Self.portal))]) { server in
            try await server.app.test(.router) { client in
                try await body(try await Caller(client: client).signedIn("ada"))
            }
        }
    }

    static let texts: [(String, String?)] = [
        ("https://portal.example", "https://portal.example"),
        ("HTTPS://Portal.Example:443", "https://portal.example"),
        ("http://localhost:3000", "http://localhost:3000"), ("http://[::1]:80", "http://[::1]"),
        ("*", nil), ("null", nil), ("", nil), ("https://", nil), ("https://:443", nil), ("https://*.example", nil),
        ("https://portal.example/", nil), ("https://portal.example/app", nil), ("ftp://portal.example", nil),
        ("https://a@portal.example", nil), ("https://portal.example?x", nil), ("portal.example", nil),
        ("https://portal.example ", nil), ("https://p\u{f6}rtal.example", nil),
    ]

    @Test("An origin is a scheme, a host and perhaps a port", arguments: CrossOriginTests.texts)
    func origins(text: String, expected: String?) { #expect(WebOrigin(text)?.text == expected) }

    @Test("An allowed page reads answers and refusals with a bearer token, and never with credentials of the browser")
    func allowed() async throws {
        try await self.serving { caller in
            let page = try caller.with("Origin", Self.portal)
            for path in ["/tasks", "/tasks/999", "/nothing", "!/openapi.json", "!/compat/s4/api/v1/health"] {
                let answer = try await page.get(path)
                #expect(answer.headers[.accessControlAllowOrigin] == Self.portal, "\(path)")
                #expect(answer.headers[.accessControlAllowCredentials] == nil)
                let exposed = try #require(answer.headers[.accessControlExposeHeaders])
                for name in ["ETag", "RateLimit-Remaining", "X-Request-ID", "Retry-After", "Location"] {
                    #expect(exposed.contains(name))
                }
                #expect(answer.headers[.vary]?.contains("Origin") == true)
            }
            let created = try await page.post("/tasks", taskBody())
            #expect(created.status == 201)
            #expect(created.headers[.accessControlAllowOrigin] == Self.portal)
        }
    }

    @Test("The browser's question is answered without signing in, with the methods of that path")
    func preflight() async throws {
        try await self.serving { caller in
            var page = try caller.with("Origin", Self.portal).with("Access-Control-Request-Method", "PUT")
            page.token = nil
            let answer = try await page.call(.options, "/tasks/1")
            #expect(answer.status == 204)
            #expect(answer.headers[.accessControlAllowOrigin] == Self.portal)
            #expect(answer.headers[.accessControlAllowMethods] == "DELETE, GET, PUT")
            let fields = try #require(answer.headers[.accessControlAllowHeaders])
            for name in ["Authorization", "Content-Type", "If-Match", "Idempotency-Key"] {
                #expect(fields.contains(name))
            }
            #expect(!fields.contains("CSRF"))
            #expect(answer.headers[.accessControlMaxAge] == "600")
            #expect(try await page.call(.options, "/nothing").status == 404)
        }
    }

    @Test("Others are told nothing; neither is `null`, nor is the console's cookie taken from an allowed page")
    func refused() async throws {
        try await self.serving { caller in
            for origin in [
                "https://other.example", "null", "https://portal.example.evil.example", "http://portal.example",
            ] {
                let page = try caller.with("Origin", origin)
                let answer = try await page.get("/tasks")
                #expect(answer.headers[.accessControlAllowOrigin] == nil, "\(origin)")
                #expect(answer.headers[.vary]?.contains("Origin") == true, "a cache must not give it to others")
                let asked = try await page.with("Access-Control-Request-Method", "PUT").call(.options, "/tasks/1")
                #expect(asked.status == 405)
                #expect(asked.headers[.accessControlAllowOrigin] == nil)
            }
            var browser = try caller.with("Origin", Self.portal).with("X-QF-CSRF", "1")
            browser.token = nil
            browser.cookie = "qf_session=\(caller.token ?? "")"
            #expect(try await browser.get("/tasks").status == 401)
            #expect(try await browser.post("/tasks", taskBody()).status == 401)
        }
    }

    @Test("Without the setting nothing of it is said")
    func off() async throws {
        try await TestServer.with { _, caller in
            let page = try caller.with("Origin", Self.portal)
            let answer = try await page.get("/tasks")
            #expect(answer.headers[.accessControlAllowOrigin] == nil)
            #expect(answer.headers[.vary]?.contains("Origin") != true)
            let asked = try await page.with("Access-Control-Request-Method", "GET").call(.options, "/tasks")
            #expect(asked.status == 405)
        }
    }

    @Test("Events are streamed to an allowed page as other answers are")
    func events() async throws {
        try await self.serving { caller in
            let page = try caller.with("Origin", Self.portal)
            let answer = try await page.get("/events?topics=weather")
            #expect(answer.status == 400)
            #expect(answer.headers[.accessControlAllowOrigin] == Self.portal)
        }
    }
}
