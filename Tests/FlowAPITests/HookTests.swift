// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import FlowStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FlowAPI

@Suite("Webhooks start tasks, once, for who can prove that they may (T1 to T3)")
struct HookTests {
    static let push = #"{"ref":"refs/heads/main","after":"4fa1c2","pusher":{"name":"ada"}}"#

    struct World {
        let server: TestServer
        var caller: Caller
        let task: Int64
        let id: String
        let secret: String

        /// Sends what GitHub would.
        func send(
            _ body: String = HookTests.push,
            secret: String? = nil,
            signed: String? = nil,
            event: String = "push"
        ) async throws -> Caller.Answer {
            let key = SymmetricKey(data: Array((secret ?? self.secret).utf8))
            let code = HMAC<SHA256>.authenticationCode(for: Array((signed ?? body).utf8), using: key)
            let hex = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            let sender = try Caller(client: self.caller.client).with("X-Hub-Signature-256", "sha256=" + hex)
                .with("X-GitHub-Event", event).with("Content-Type", "application/x-anything")
            return try await sender.call(.post, "!/hooks/\(self.id)", body: body)
        }

        func runs() async throws -> [JSON] { try await self.caller.get("/runs").data["items"]?.items ?? [] }

        func calls() async throws -> [String] {
            let page = try await self.caller.get("/hooks/\(self.id)/deliveries").data
            return page["items"]?.items.compactMap { $0["outcome"]?.text } ?? []
        }
    }

    static let github: [String: JSON] = [
        "name": .string("push"), "format": .string("github"),
        "params": .array([
            ["name": JSON.string("COMMIT"), "pointer": .string("/after")].json,
            ["name": JSON.string("WHO"), "pointer": .string("/pusher/name")].json,
        ]),
        "when": .array([["pointer": JSON.string("/ref"), "is": .array([.string("refs/heads/main")])].json]),
    ]

    static func with(
        _ hook: [String: JSON] = HookTests.github,
        user: String = "ada",
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        try await TestServer.with(user: user) { server, caller in
            _ = try await server.agent("web-1")
            let task = try #require(
                try await caller.post("/tasks", taskBody(["schedule_type": .string("manual"), "cron_expr": .null]))
                    .data["id"]?.int
            )
            let made = try await caller.post("/tasks/\(task)/hooks", hook)
            #expect(made.status == 201, "\(made.text)")
            try await body(
                World(
                    server: server,
                    caller: caller,
                    task: task,
                    id: made.data["id"]?.text ?? "",
                    secret: made.data["secret"]?.text ?? ""
                )
            )
        }
    }

    @Test("A push of GitHub starts the task with what the body says, and shows as github-webhook")
    func starts() async throws {
        try await Self.with { world in
            let answer = try await world.send()
            #expect(answer.status == 202)
            let run = try #require(answer.data["run_id"]?.text)
            let detail = try await world.caller.get("/runs/\(run)").data
            #expect(detail["type"]?.text == "webhook")
            #expect(detail["source"]?.text == "hook:push/github")
            #expect(detail["trigger"]?.text == "github-webhook")
            #expect(detail["params"] == ["COMMIT": JSON.string("4fa1c2"), "WHO": .string("ada")].json)
            let orders = world.server.gateway.record.delivered[try #require(AgentID("web-1"))] ?? []
            #expect(orders.map(\.parameters) == [["COMMIT": "4fa1c2", "WHO": "ada"]])
            let audit = try await world.caller.get("/audit?action=job.run").data["items"]?.items.first
            #expect(audit?["actor"]?.text == "hook:push")
            #expect(audit?["actor_kind"]?.text == "service")
        }
    }

    @Test("The same call again answers 200 with the first run for a day, then it counts as new (T2)")
    func repeats() async throws {
        try await Self.with { world in
            let first = try await world.send()
            let again = try await world.send()
            #expect(again.status == 200)
            #expect(again.data["run_id"] == first.data["run_id"])
            world.server.clock.advance(seconds: 86_399)
            #expect(try await world.send().status == 200)
            world.server.clock.advance(seconds: 2)
            #expect(try await world.send().status == 202)
            // A session does not last so long.
            var world = world
            world.caller = try await world.caller.signedIn("ada")
            #expect(try await world.runs().count == 2)
            #expect(try await world.calls() == ["started", "repeated", "repeated", "started"])
        }
    }

    @Test("A wrong signature and an edited body are 401 and start nothing")
    func refused() async throws {
        try await Self.with { world in
            #expect(try await world.send(secret: "another secret of theirs").status == 401)
            #expect(try await world.send(Self.push.replacing("main", with: "evil"), signed: Self.push).status == 401)
            let unsigned = try await Caller(client: world.caller.client).call(.post, "!/hooks/\(world.id)", body: "{}")
            #expect(unsigned.status == 401)
            #expect(try await world.runs().isEmpty)
            #expect(try await world.calls() == ["refused", "refused", "refused"])
        }
    }

    @Test("What the filter does not ask for, and GitHub's ping, are 204")
    func filtered() async throws {
        try await Self.with { world in
            let other = try await world.send(Self.push.replacing("heads/main", with: "heads/topic"))
            #expect(other.status == 204)
            #expect(other.text.isEmpty)
            #expect(try await world.send(#"{"zen":"Keep it logically awesome."}"#, event: "ping").status == 204)
            #expect(try await world.runs().isEmpty)
            #expect(try await world.calls() == ["filtered", "filtered"])
        }
    }

    @Test("A body that lacks a parameter, holds too much for one, or is no JSON is 422 and starts nothing")
    func invalid() async throws {
        try await Self.with { world in
            let lacking = try await world.send(#"{"ref":"refs/heads/main","after":"1"}"#)
            #expect(lacking.status == 422)
            #expect(lacking.faults == ["params.WHO"])
            let large =
                #"{"ref":"refs/heads/main","after":"\#(String(repeating: "x", count: 5000))","pusher":{"name":"a"}}"#
            #expect(try await world.send(large).status == 422)
            #expect(try await world.send("ref=refs/heads/main").status == 422)
            #expect(try await world.runs().isEmpty)
            // Put right, the same call starts it.
            #expect(try await world.send().status == 202)
        }
    }

    @Test("A disabled task and a disabled webhook are 409, and so is one whose owner may no longer run the task")
    func disabled() async throws {
        try await Self.with(user: "olga") { world in
            _ = try await world.caller.post("/tasks/\(world.task)/disable")
            let resting = try await world.send()
            #expect(resting.status == 409)
            #expect(resting.error == "disabled")
            _ = try await world.caller.post("/tasks/\(world.task)/enable")
            let off = Self.github.merging(["enabled": .bool(false)]) { $1 }
            #expect(try await world.caller.put("/tasks/\(world.task)/hooks/\(world.id)", off).status == 200)
            #expect(try await world.send().status == 409)
            #expect(try await world.caller.put("/tasks/\(world.task)/hooks/\(world.id)", Self.github).status == 200)
            let admin = try await world.caller.signedIn("ada")
            let olga = try #require(
                try await admin.get("/users").data["items"]?.items.first { $0["username"]?.text == "olga" }?["id"]?.int
            )
            _ = try await admin.post("/users/\(olga)/disable")
            let orphan = try await world.send()
            #expect(orphan.status == 409)
            #expect(try await admin.get("/runs").data["total"] == .integer(0))
        }
    }

    @Test("Unknown ids, wrong tokens, and callers from elsewhere look the same: 404")
    func unknown() async throws {
        let hook: [String: JSON] = ["name": .string("ping"), "format": .string("token")]
        try await Self.with(hook) { world in
            let stranger = Caller(client: world.caller.client)
            let wrong = ["", "/x", "/" + String(world.secret.dropLast()), "/\(world.secret)/x"]
            for path in wrong.map({ "!/hooks/\(world.id)" + $0 }) + [
                "!/hooks/\(UUID().uuidString.lowercased())/\(world.secret)"
            ] {
                #expect(try await stranger.call(.post, path).status == 404, "\(path)")
            }
            #expect(try await stranger.call(.get, "!/hooks/\(world.id)/\(world.secret)").status == 405)
            #expect(try await stranger.call(.post, "!/hooks/\(world.id)/\(world.secret)").status == 202)
            // In these tests nobody has an address.
            let from = hook.merging(["addresses": .array([.string("192.0.2.0/24")])]) { $1 }
            _ = try await world.caller.put("/tasks/\(world.task)/hooks/\(world.id)", from)
            #expect(try await stranger.call(.post, "!/hooks/\(world.id)/\(world.secret)").status == 404)
        }
    }

    @Test("With a token an empty call is a new one each time; a key makes it one")
    func token() async throws {
        try await Self.with(["name": .string("ping"), "format": .string("token")]) { world in
            let stranger = Caller(client: world.caller.client)
            let path = "!/hooks/\(world.id)/\(world.secret)"
            for _ in 0..<2 { #expect(try await stranger.call(.post, path).status == 202) }
            let keyed = try stranger.with("Idempotency-Key", "build-7")
            #expect(try await keyed.call(.post, path).status == 202)
            #expect(try await keyed.call(.post, path).status == 200)
            #expect(try await world.runs().count == 3)
        }
    }

    @Test("Ten calls a second are taken, the eleventh is 429 and says when to come again")
    func flood() async throws {
        try await Self.with { world in
            for number in 0..<10 {
                #expect(try await world.send(Self.push.replacing("4fa1c2", with: "\(number)")).status == 202)
            }
            let more = try await world.send(Self.push.replacing("4fa1c2", with: "10"))
            #expect(more.status == 429)
            #expect(more.headers[.retryAfter] == "1")
            // Who can't sign does not use it up.
            world.server.clock.advance(seconds: 1)
            for _ in 0..<20 { #expect(try await world.send(secret: "another secret of theirs").status == 401) }
            #expect(try await world.send(Self.push.replacing("4fa1c2", with: "10")).status == 202)
        }
    }

    @Test("The secret is shown once, sealed in the store, and good for a day after a fresh one")
    func secrets() async throws {
        try await Self.with { world in
            #expect(world.secret.hasPrefix("qfw_"))
            let listed = try await world.caller.get("/tasks/\(world.task)/hooks")
            #expect(!listed.text.contains(world.secret))
            let id = try #require(HookID(world.id))
            let stored = try #require(try await world.server.store.hook(id))
            #expect(stored.secret.hasPrefix("qfs1."))
            let changed = try await world.caller.put(
                "/tasks/\(world.task)/hooks/\(world.id)",
                Self.github.merging(["rotate": .bool(true)]) { $1 }
            )
            let fresh = try #require(changed.data["secret"]?.text)
            #expect(fresh != world.secret)
            #expect(try await world.send(secret: fresh).status == 202)
            #expect(try await world.send().status == 200, "the one before is good, too")
            world.server.clock.advance(seconds: 86_401)
            #expect(try await world.send().status == 401)
            let audit = try await world.caller.signedIn("ada").get("/audit")
            #expect(audit.status == 200)
            #expect(!audit.text.contains(fresh))
            for name in ["/flow.db", "/flow.db-wal"] {
                let file = try? Data(contentsOf: URL(fileURLWithPath: world.server.directory + name))
                #expect(file?.range(of: Data(fresh.utf8)) == nil)
            }
        }
    }

    @Test("Whoever may only look sees webhooks and makes none; a deleted one is 404")
    func rights() async throws {
        try await Self.with { world in
            let vera = try await world.caller.signedIn("vera")
            #expect(try await vera.get("/tasks/\(world.task)/hooks").data["total"] == .integer(1))
            #expect(try await vera.post("/tasks/\(world.task)/hooks", Self.github).status == 403)
            #expect(try await vera.delete("/tasks/\(world.task)/hooks/\(world.id)").status == 403)
            #expect(try await world.caller.post("/tasks/\(world.task)/hooks", Self.github).error == "name_taken")
            #expect(try await world.caller.delete("/tasks/\(world.task)/hooks/\(world.id)").status == 200)
            #expect(try await world.send().status == 404)
        }
    }

    @Test("Webhooks go with their task, and old calls and keys with time")
    func forgetting() async throws {
        try await Self.with { world in
            _ = try await world.send()
            let late = TestServer.start.advanced(byMilliseconds: 1)
            #expect(try await world.server.store.forget(.hookRepeats, before: late, limit: 10).count == 1)
            #expect(try await world.send().status == 202, "its key is forgotten")
            #expect(try await world.server.store.forget(.hookCalls, before: late, limit: 10).count == 2)
            #expect(try await world.calls().isEmpty)
            #expect(try await world.caller.delete("/tasks/\(world.task)").status == 200)
            let id = try #require(HookID(world.id))
            #expect(try await world.server.store.hook(id) == nil)
        }
    }

    @Test(
        "What a webhook cannot be is refused with its path",
        arguments: [
            ("name", JSON.string("a b"), 422, "name"), ("format", .string("gitlab"), 400, "format"),
            ("secret", .string("short"), 422, "secret"),
            ("addresses", .array([.string("10.1.0.0/8")]), 400, "addresses[0]"),
            ("params", .array([["name": JSON.string("1A"), "pointer": .string("/a")].json]), 422, "params[0].name"),
            ("params", .array([["name": JSON.string("A"), "pointer": .string("a")].json]), 400, "params[0].pointer"),
            ("when", .array([["pointer": JSON.string("/a"), "is": .array([])].json]), 422, "when[0].is"),
        ]
    )
    func refusals(field: String, value: JSON, status: Int, path: String) async throws {
        try await TestServer.with { _, caller in
            let task = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let answer = try await caller.post("/tasks/\(task)/hooks", Self.github.merging([field: value]) { $1 })
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.faults == [path])
        }
    }
}
