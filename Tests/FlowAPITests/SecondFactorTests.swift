// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("One-time codes beside the password")
struct SecondFactorTests {
    private static let password: [String: JSON] = ["password": .string(TestServer.password)]

    /// Turns it on for whoever calls; their phone and recovery codes.
    private static func enable(_ caller: Caller, at now: Timestamp) async throws -> (phone: TOTP, codes: [String]) {
        let begun = try await caller.post("/auth/totp", Self.password)
        let secret = try #require(begun.data["secret"]?.text, "\(begun.text)")
        #expect(begun.data["uri"]?.text?.contains("secret=\(secret)&issuer=QuartzFlow") == true)
        let phone = try #require(TOTP(base32: secret))
        #expect(try await caller.get("/auth/totp").data["enabled"] == .bool(false), "not before its first code")
        let confirmed = try await caller.post("/auth/totp/confirm", ["code": .string(Self.code(phone, at: now))])
        let codes = (confirmed.data["recovery_codes"]?.items ?? []).compactMap(\.text)
        #expect(Set(codes).count == 10, "\(confirmed.text)")
        return (phone, codes)
    }

    private static func code(_ phone: TOTP, at now: Timestamp) -> String {
        phone.code(step: now.seconds / TOTP.stepSeconds)
    }

    private static func login(_ client: Caller) async throws -> Caller.Answer {
        try await client.post("/auth/login", ["username": .string("ada"), "password": .string(TestServer.password)])
    }

    private static func ticket(_ client: Caller) async throws -> String {
        let answer = try await Self.login(client)
        #expect(answer.status == 401 && answer.error == "totp_required" && answer.headers[.setCookie] == nil)
        return try #require(answer.body["ticket"]?.text, "\(answer.text)")
    }

    private static func send(_ code: String, _ ticket: String, _ client: Caller) async throws -> Caller.Answer {
        try await client.post("/auth/login/totp", ["ticket": .string(ticket), "code": .string(code)])
    }

    @Test("Password and code sign in; a code counts once, and neither alone is worth anything")
    func signIn() async throws {
        try await TestServer.with { server, admin in
            let (phone, _) = try await Self.enable(admin, at: server.clock.now)
            var stranger = admin
            stranger.token = nil
            let first = Self.code(phone, at: server.clock.now)
            let used = try await Self.send(first, Self.ticket(stranger), stranger)
            #expect(used.status == 401, "the code that turned it on")
            server.clock.advance(seconds: 30)
            let second = Self.code(phone, at: server.clock.now)
            let signedIn = try await Self.send(second, Self.ticket(stranger), stranger)
            #expect(signedIn.status == 200 && signedIn.data["user"]?["username"]?.text == "ada", "\(signedIn.text)")
            #expect(try await Self.send(second, Self.ticket(stranger), stranger).status == 401, "seen by somebody")
            server.clock.advance(seconds: 30)
            #expect(try await Self.send(Self.code(phone, at: server.clock.now), "nonsense", stranger).status == 401)
            let me = try await admin.get("/users").data["items"]?.items.first { $0["username"]?.text == "ada" }
            #expect(me?["totp"] == .bool(true))
            #expect(try await !admin.get("/audit").text.contains(phone.base32))
        }
    }

    @Test("A ticket takes five codes in five minutes")
    func tickets() async throws {
        try await TestServer.with { server, admin in
            let (phone, _) = try await Self.enable(admin, at: server.clock.now)
            server.clock.advance(seconds: 60)
            var ticket = try await Self.ticket(admin)
            for _ in 0..<5 { #expect(try await Self.send("000000", ticket, admin).status == 401) }
            #expect(try await Self.send(Self.code(phone, at: server.clock.now), ticket, admin).status == 401)
            // Beyond the window of the limit on attempts.
            server.clock.advance(seconds: 301)
            ticket = try await Self.ticket(admin)
            server.clock.advance(seconds: 301)
            #expect(try await Self.send(Self.code(phone, at: server.clock.now), ticket, admin).status == 401)
        }
    }

    @Test("The code may come to another server than the password did; another password in between ends it")
    func anotherServer() async throws {
        try await TestServer.with { server, admin in
            let (phone, _) = try await Self.enable(admin, at: server.clock.now)
            server.clock.advance(seconds: 60)
            func another() -> AuthenticationService {
                AuthenticationService(
                    store: server.store,
                    hasher: ScryptPasswordHasher(logRounds: 4),
                    clock: server.clock,
                    seal: TestServer.seal
                )
            }
            let (here, there) = (another(), another())
            func send(_ ticket: String, to service: AuthenticationService) async throws -> SignIn {
                let code = Self.code(phone, at: server.clock.now)
                return try await service.signIn(ticket: ticket, code: code, origin: Origin(via: .api))
            }
            let ticket = try await Self.ticket(admin)
            _ = try await send(ticket, to: here)
            // It was good for one sign-in, whatever code comes next.
            server.clock.advance(seconds: 30)
            await #expect(throws: CoreError.self) { _ = try await send(ticket, to: here) }
            let late = try await Self.ticket(admin)
            server.clock.advance(seconds: 301)
            await #expect(throws: CoreError.self, "it says itself how long it is good") {
                _ = try await send(late, to: there)
            }
            let former = try await Self.ticket(admin)
            let change = Change(by: .user(1, "ada"), at: server.clock.now)
            let user = try #require(try await server.store.user(named: "ada"))
            try await server.store.setPassword("other", mustChange: false, of: user.id, keeping: nil, by: change)
            await #expect(throws: CoreError.self) { _ = try await send(former, to: there) }
        }
    }

    @Test("Whoever knows the password tries codes no more often than others try passwords")
    func throttled() async throws {
        try await TestServer.with { server, admin in
            _ = try await Self.enable(admin, at: server.clock.now)
            server.clock.advance(seconds: 301)
            var wrong = 0
            for _ in 0..<10 {
                let answer = try await Self.login(admin)
                guard let ticket = answer.body["ticket"]?.text else {
                    #expect(answer.status == 429)
                    break
                }
                for _ in 0..<5 {
                    let answer = try await Self.send("000000", ticket, admin)
                    wrong += answer.status == 401 ? 1 : 0
                }
            }
            #expect(wrong < 10, "\(wrong) codes were looked at")
        }
    }

    @Test("A recovery code takes the place of the phone, once, and without the server's key, too")
    func recovery() async throws {
        try await TestServer.with { server, admin in
            let (_, codes) = try await Self.enable(admin, at: server.clock.now)
            let typed = codes[0].lowercased().replacing("-", with: " ")
            #expect(try await Self.send(typed, Self.ticket(admin), admin).status == 200)
            #expect(try await Self.send(typed, Self.ticket(admin), admin).status == 401)
            #expect(try await admin.get("/auth/totp").data["recovery_codes_left"] == .integer(9))
            #expect(try await admin.get("/audit?action=user.recovery_code_use").data["total"] == .integer(1))
            let others = try await admin.post("/auth/totp/recovery-codes", Self.password).data["recovery_codes"]
            #expect(others?.items.count == 10)
            #expect(try await Self.send(codes[1], Self.ticket(admin), admin).status == 401, "replaced")
            let locked = AuthenticationService(
                store: server.store,
                hasher: ScryptPasswordHasher(logRounds: 4),
                clock: server.clock
            )
            let wanted = await #expect(throws: SecondFactorWanted.self) {
                _ = try await locked.signIn(
                    username: "ada",
                    password: TestServer.password,
                    origin: Origin(via: .api)
                )
            }
            let code = try #require(others?.items.first?.text)
            _ = try await locked.signIn(ticket: try #require(wanted).ticket, code: code, origin: Origin(via: .api))
        }
    }

    @Test("Turning it off takes password and code; an administrator resets it, and sessions end")
    func off() async throws {
        try await TestServer.with { server, admin in
            let olga = try await admin.signedIn("olga")
            let (phone, codes) = try await Self.enable(olga, at: server.clock.now)
            #expect(try await olga.post("/auth/totp", Self.password).status == 409, "there is one")
            let stolen = try await olga.post(
                "/auth/totp/disable",
                ["password": .string(TestServer.password), "code": .string("000000")]
            )
            #expect(stolen.status == 403)
            server.clock.advance(seconds: 30)
            let off = try await olga.post(
                "/auth/totp/disable",
                [
                    "password": .string(TestServer.password),
                    "code": .string(Self.code(phone, at: server.clock.now)),
                ]
            )
            #expect(off.status == 200, "\(off.text)")
            _ = try await olga.signedIn("olga")
            server.clock.advance(seconds: 30)
            _ = try await Self.enable(olga, at: server.clock.now)
            let users = try await admin.get("/users").data["items"]?.items ?? []
            let id = try #require(users.first { $0["username"]?.text == "olga" }?["id"]?.int)
            #expect(try await olga.delete("/users/\(id)/totp").status == 403)
            #expect(try await admin.delete("/users/\(id)/totp").status == 200)
            #expect(try await olga.get("/auth/me").status == 401)
            _ = try await admin.signedIn("olga")
            #expect(codes.count == 10)
        }
    }

    @Test("Where a role needs it, nothing else is open before it is set up")
    func required() async throws {
        let settings = Settings(fixed: [.signInSecondFactor: Settings.Fixed(.text("admins"), from: .file)])
        try await TestServer.with(settings: settings) { server, admin in
            #expect(try await admin.get("/tasks").error == "totp_setup_required")
            #expect(try await admin.get("/auth/me").data["must_set_up_totp"] == .bool(true))
            #expect(try await admin.signedIn("olga").get("/tasks").status == 200)
            _ = try await Self.enable(admin, at: server.clock.now)
            #expect(try await admin.get("/tasks").status == 200)
        }
    }
}
