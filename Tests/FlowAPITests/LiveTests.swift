// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("The live connection over a real socket", .timeLimit(.minutes(10)))
struct LiveTests {
    /// A server on a real port and a signed-in caller.
    private func serving(
        _ user: String = "ada",
        _ body: @Sendable (TestServer, Caller, _ port: Int, _ bearer: [(String, String)]) async throws -> Void
    ) async throws {
        try await TestServer.with { server in
            try await server.app.test(.live) { client in
                let caller = try await Caller(client: client).signedIn(user)
                let port = try #require(client.port)
                try await body(server, caller, port, [("Authorization", "Bearer \(caller.token ?? "")")])
            }
        }
    }

    private func execution(_ server: TestServer, _ caller: Caller) async throws -> Execution {
        _ = try await server.agent("web-1")
        let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
        let started = try await caller.post("/tasks/\(job)/trigger")
        let id = try #require(started.data["execution_id"]?.text.flatMap { ExecutionID($0) })
        return try #require(try await server.store.execution(id))
    }

    @Test("It greets, answers pings and names what it does not understand")
    func greeting() async throws {
        try await self.serving { _, _, port, bearer in
            try await LiveClient.with(port: port, headers: bearer) { live in
                let hello = try await live.frame("hello")
                #expect(hello["heartbeat_s"] == .integer(15))
                #expect(hello["server_time"]?.text == "2026-11-21T10:00:00.000Z")
                try await live.send(.object([.init("op", "ping")]))
                _ = try await live.frame("pong")
                try await live.subscribe("weather")
                let error = try await live.frame("err")
                #expect(error["id"] == .integer(1))
                #expect(error["t"]?.text == "weather")
                #expect(error["text"]?["zh"]?.text == "没有这个主题。")
                try await live.send(.object([.init("op", "dance")]))
                let refusal = try await live.frame("err")
                #expect(refusal["code"]?.text == "invalid_request")
                #expect(refusal["text"]?["zh"]?.text == "“dance”不是 sub、unsub、ping 之一")
                #expect(refusal["text"]?["en"] == refusal["message"])
            }
        }
    }

    @Test(
        "A handshake needs a session; with a cookie it has to come from an own page; a token in the address is nothing"
    )
    func gate() async throws {
        try await self.serving { _, caller, port, bearer in
            let token = caller.token ?? ""
            let cookie = [("Cookie", "qf_session=\(token)")]
            let own = [("Origin", "http://127.0.0.1:\(port)")]
            let foreign = [("Origin", "http://evil.example")]
            for headers in [
                [], own, cookie, cookie + foreign, bearer + foreign, [("Authorization", "Bearer nonsense")],
            ] {
                await #expect(throws: LiveClient.Refused.self) {
                    try await LiveClient.with(port: port, headers: headers) { _ in }
                }
            }
            await #expect(throws: LiveClient.Refused.self) {
                try await LiveClient.with(port: port, headers: own, path: LiveGate.path + "?token=\(token)") { _ in }
            }
            await #expect(throws: LiveClient.Refused.self) {
                try await LiveClient.with(port: port, headers: bearer, path: "/api/v1/tasks") { _ in }
            }
            try await LiveClient.with(port: port, headers: cookie + own) { live in _ = try await live.frame("hello") }
        }
    }

    @Test("A page of an allowed origin opens it with a bearer token, never with a cookie (C-31)")
    func allowedOrigin() async throws {
        let portal = "https://portal.example"
        try await TestServer.with(origins: [try #require(WebOrigin(portal))]) { server in
            try await server.app.test(.live) { client in
                let port = try #require(client.port)
                let token = try #require(try await Caller(client: client).signedIn("ada").token)
                let origin = [("Origin", portal)]
                let bearer = [("Authorization", "Bearer \(token)")]
                for headers in [
                    origin + [("Cookie", "qf_session=\(token)")], bearer + [("Origin", "https://other.example")],
                    bearer + [("Origin", "null")],
                ] {
                    await #expect(throws: LiveClient.Refused.self) {
                        try await LiveClient.with(port: port, headers: headers) { _ in }
                    }
                }
                try await LiveClient.with(port: port, headers: bearer + origin) { _ = try await $0.frame("hello") }
            }
        }
    }

    @Test("Jobs and executions arrive as they change, the last state of each")
    func changes() async throws {
        try await self.serving { server, caller, port, bearer in
            try await LiveClient.with(port: port, headers: bearer) { live in
                try await live.subscribe("jobs")
                try await live.subscribe("executions")
                _ = try await live.data("executions")
                let execution = try await self.execution(server, caller)
                let job = try await live.data("jobs") { $0["task"] != .null }
                #expect(job["task"]?["name"]?.text == "clean logs")
                try await server.report(execution, sequence: 1, status: .running)
                try await server.report(execution, sequence: 2, status: .success)
                let row = try await live.data("executions") {
                    $0["items"]?.items.first?["status_name"]?.text == "SUCCESS"
                }
                #expect(row["items"]?.items.count == 1)
                _ = try await caller.delete("/tasks/\(execution.jobID)")
                let gone = try await live.data("jobs") { $0["task"] == .null }
                #expect(gone["id"] == .integer(execution.jobID))
            }
        }
    }

    @Test(
        "Requests for approval move as they come and are decided, and those of others that one may not see say nothing"
    )
    func approvals() async throws {
        try await self.serving { server, caller, port, bearer in
            let made = try await caller.post("/tasks", taskBody(["two_person": ["edit"].json]))
            let task = try #require(made.data["id"]?.int, "\(made.text)")
            try await LiveClient.with(port: port, headers: bearer) { live in
                try await live.subscribe("approvals")
                let empty = try await live.data("approvals")
                #expect(empty["open"] == .integer(0) && empty["items"]?.items.isEmpty == true)
                let asked = try await caller.post("/tasks/\(task)/disable")
                let id = try #require(asked.data["approval_id"]?.text, "\(asked.text)")
                let open = try await live.data("approvals") { $0["open"] == .integer(1) }
                #expect(open["items"]?.items.first?["id"]?.text == id)
                #expect(open["waiting"] == .integer(0), "not for whoever asked")
                let olga = try await caller.signedIn("olga")
                let digest = try #require(try await olga.get("/approvals/\(id)").data["digest"])
                #expect(try await olga.post("/approvals/\(id)/approve", ["digest": digest]).status == 200)
                let over = try await live.data("approvals") { $0["open"] == .integer(0) }
                #expect(over["items"]?.items.first?["state"]?.text == "applied")
            }
        }
    }

    @Test("A log resumes at any byte: the stored part, then the live one, without gap or repeat, then its end")
    func log() async throws {
        try await self.serving { server, caller, port, bearer in
            let execution = try await self.execution(server, caller)
            try await server.report(execution, sequence: 1, status: .running)
            try await server.appendLog(execution.id, at: 0, "one\ntwo\n")
            try await LiveClient.with(port: port, headers: bearer) { live in
                let topic = "log:\(execution.id)"
                try await live.subscribe(topic, since: 4)
                let stored = try await live.data(topic)
                #expect(stored["from"] == .integer(4))
                #expect(stored["text"]?.text == "two\n")
                #expect(stored["s"]?.text == "o")
                try await server.appendLog(execution.id, at: 8, "three\n", stream: .standardError)
                let fresh = try await live.data(topic)
                #expect(fresh["from"] == .integer(8))
                #expect(fresh["text"]?.text == "three\n")
                #expect(fresh["s"]?.text == "e")
                try await server.report(execution, sequence: 2, status: .success)
                let end = try await live.data(topic)
                #expect(end["end"] == .bool(true))
                #expect(end["truncated"] == .bool(false))
            }
        }
    }

    @Test("Whoever has a job's form open is told of the others there, as they come and go")
    func editing() async throws {
        try await self.serving { server, caller, port, bearer in
            let execution = try await self.execution(server, caller)
            let topic = "editing:\(execution.jobID)"
            let olga = try await caller.signedIn("olga")
            let theirs = [("Authorization", "Bearer \(olga.token ?? "")")]
            try await LiveClient.with(port: port, headers: bearer) { live in
                try await live.subscribe(topic)
                #expect(try await live.data(topic)["editors"]?.items.isEmpty == true)
                try await LiveClient.with(port: port, headers: theirs) { other in
                    try await other.subscribe(topic)
                    let mine = try await other.data(topic)["editors"]?.items.first
                    #expect(mine?["username"]?.text == "ada" && mine?["is_me"] == .bool(false))
                    let come = try await live.data(topic) { $0["editors"]?.items.count == 1 }
                    #expect(come["editors"]?.items.first?["username"]?.text == "olga")
                    #expect(come["editors"]?.items.first?["since"]?.text == "2026-11-21T10:00:00.000Z")
                }
                _ = try await live.data(topic) { $0["editors"]?.items.isEmpty == true }
            }
            // Who may not change the job is no editor of it.
            let vera = try await caller.signedIn("vera")
            try await LiveClient.with(port: port, headers: [("Authorization", "Bearer \(vera.token ?? "")")]) { live in
                try await live.subscribe(topic)
                #expect(try await live.frame("err")["code"]?.text == "forbidden")
            }
        }
    }

    @Test("Numbers and hosts are told while somebody watches")
    func hosts() async throws {
        try await self.serving("vera") { server, _, port, bearer in
            try await LiveClient.with(port: port, headers: bearer) { live in
                try await live.subscribe("stats")
                #expect(try await live.data("stats")["hosts_online"] == .integer(0))
                try await live.subscribe("hosts")
                _ = try await live.data("hosts")
                let agent = try await server.agent("web-1")
                server.gateway.connect(agent, at: server.clock.now)
                server.clock.advance(seconds: 2)
                server.bus.publish(.agentChanged(agent))
                // Either may be told first.
                let told = LockedBox<Set<String>>([])
                _ = try await live.first { message in
                    guard case .text(let frame) = message else { return false }
                    if frame["data"]?["items"]?.items.first?["status"]?.text == "online" { told.value.insert("hosts") }
                    if frame["data"]?["hosts_online"] == .integer(1) { told.value.insert("stats") }
                    return told.value.count == 2
                }
            }
        }
    }

    @Test("Everybody who watches is told that nothing can be stored, why, and when that is over")
    func storage() async throws {
        try await self.serving("vera") { server, _, port, bearer in
            try await LiveClient.with(port: port, headers: bearer) { live in
                try await live.subscribe("storage")
                #expect(try await live.data("storage")["failing"] == .null)
                let failure = StorageWatch.Failure(
                    since: TestServer.start,
                    reason: "The disk with the database is full. Free some space; nothing was stored."
                )
                server.storage.value = failure
                let told = try await live.data("storage")["failing"]
                #expect(told?["since"] == .string("\(TestServer.start)"))
                #expect(told?["text"]?["en"]?.text?.hasPrefix("The disk with the database is full") == true)
                #expect(told?["text"]?["zh"]?.text?.hasPrefix("数据库所在的磁盘已满") == true)
                server.storage.value = nil
                #expect(try await live.data("storage")["failing"] == .null)
            }
        }
    }

    @Test("Signing out ends the connection with 4401")
    func signOut() async throws {
        try await self.serving { _, caller, port, bearer in
            try await LiveClient.with(port: port, headers: bearer) { live in
                _ = try await live.frame("hello")
                _ = try await caller.post("/auth/logout")
                #expect(try await live.closeCode() == 4401)
            }
        }
    }

    @Test("A request that asks for another upgrade is served as a plain one")
    func otherUpgrade() async throws {
        try await self.serving { _, caller, _, _ in
            let asking = try caller.with("Upgrade", "h2c")
            #expect(try await asking.get("/version").status == 200)
            #expect(try await caller.get("/ws").status == 426)
        }
    }
}
