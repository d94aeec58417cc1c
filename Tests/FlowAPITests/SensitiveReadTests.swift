// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI
@testable import FlowScheduler

@Suite("Sensitive reads and refused changes stand in the audit (docs/people.md, The audit)")
struct SensitiveReadTests {
    /// Routes that read what a row is owed for, and the row; all others that read leave none.
    private static let sensitive: [Endpoint: AuditAction] = [
        .getExecution: .outputRead, .getLog: .outputRead, .searchLog: .outputRead, .s0Logs: .outputRead,
        .exportRun: .runExport, .listAudit: .auditRead, .exportAudit: .auditExport,
    ]

    /// A run with output, and where the objects of a path are.
    private static func furnish(_ server: TestServer, _ admin: Caller) async throws -> [String: String] {
        _ = try await admin.post("/groups", ["name": .string("red")])
        _ = try await server.agent("r", groups: [2])
        let body = taskBody(["group_ids": .array([.integer(2)])])
        let task = try #require(try await admin.post("/tasks", body).data["id"]?.int)
        let started = try await admin.post("/tasks/\(task)/trigger").data
        let execution = try #require(started["execution_id"]?.text)
        let id = try #require(ExecutionID(execution))
        try await server.appendLog(id, at: 0, "word by word\n")
        return ["tasks": "\(task)", "logs": "\(task)", "executions": execution, "runs": started["run_id"]?.text ?? ""]
    }

    private static func path(_ endpoint: Endpoint, _ objects: [String: String]) -> String {
        var (kind, path) = ("", "!")
        for segment in endpoint.declaration.path.split(separator: "/") {
            path += "/" + (segment.hasPrefix("{") ? objects[kind] ?? "999" : String(segment))
            kind = String(segment)
        }
        return endpoint == .searchLog ? path + "?q=word" : path
    }

    /// Rows of reads and exports; asked of the store, as looking at them over HTTP is one.
    private static func rows(_ server: TestServer) async throws -> [AuditEntry] {
        let reads: Set<AuditAction> = [.outputRead, .runExport, .auditRead, .auditExport]
        return try await server.store.auditRows(AuditQuery(page: PageRequest(number: 1, size: 200)))
            .filter { reads.contains($0.action) }
    }

    @Test("Each route that reads leaves the row that it owes, and no other one does")
    func table() async throws {
        let longest = [SettingKey.signInLongestHours: Settings.Fixed(.integer(720), from: .file)]
        try await TestServer.with(settings: Settings(fixed: longest)) { server, admin in
            let objects = try await Self.furnish(server, admin)
            for endpoint in Endpoint.allCases where endpoint.declaration.method == .get {
                // It answers until the client goes.
                if endpoint == .events { continue }
                // Ten minutes on, each thing is owed a row again.
                server.clock.advance(seconds: 601)
                let before = try await Self.rows(server).count
                let answer = try await admin.get(Self.path(endpoint, objects))
                let rows = try await Self.rows(server)
                let expected = Self.sensitive[endpoint]
                #expect(rows.count == before + (expected == nil ? 0 : 1), "\(endpoint): \(answer.status)")
                guard let expected, let row = rows.first else { continue }
                #expect(answer.status == 200, "\(endpoint): \(answer.text)")
                #expect(row.action == expected && row.outcome == .ok, "\(endpoint): \(row.action)")
                #expect(row.change.actor.name == "ada" && row.change.origin.request != nil, "\(endpoint)")
                let isOfGroups = expected == .outputRead || expected == .runExport
                #expect(row.groups == (isOfGroups ? [2] : []), "\(endpoint): \(row.groups)")
            }
        }
    }

    @Test("The same read by the same person is one row in ten minutes; another person's and an export are more")
    func pace() async throws {
        try await TestServer.with { server, admin in
            let objects = try await Self.furnish(server, admin)
            let log = Self.path(.getLog, objects)
            for _ in 0..<3 { #expect(try await admin.get(log).status == 200) }
            #expect(try await Self.rows(server).count == 1)
            #expect(try await admin.signedIn("olga").get(log).status == 200)
            #expect(try await Self.rows(server).count == 2)
            server.clock.advance(seconds: 599)
            _ = try await admin.get(log)
            #expect(try await Self.rows(server).count == 2)
            server.clock.advance(seconds: 1)
            _ = try await admin.get(log)
            #expect(try await Self.rows(server).count == 3)
            for _ in 0..<2 { _ = try await admin.get(Self.path(.exportRun, objects)) }
            #expect(try await Self.rows(server).count == 5)
            // Without the right to read it there is nothing to note.
            let none = try await admin.get("/executions/0192f0a0-0000-8000-8000-000000000000/logs")
            #expect(none.status == 404)
            #expect(try await Self.rows(server).count == 5)
        }
    }

    @Test("A gate remembers a bounded number of reads, and forgets on the safe side")
    func gate() {
        var gate = ReadGate()
        func key(_ number: Int) -> ReadGate.Key {
            ReadGate.Key(user: 1, token: nil, emergency: nil, action: .outputRead, object: ExactText("\(number)"))
        }
        let now = TestServer.start
        func admits(_ number: Int, _ milliseconds: Int64 = 0) -> Bool {
            let time = now.advanced(byMilliseconds: milliseconds)
            guard gate.isNew(key(number), now: time) else { return false }
            gate.mark(key(number), now: time)
            return true
        }
        let all = (0..<ReadGate.limit).filter { admits($0) }
        #expect(all.count == ReadGate.limit)
        let again = admits(0)
        #expect(!again)
        // Full of what is new: all get rows again.
        let (beyond, first) = (admits(ReadGate.limit), admits(0))
        #expect(beyond && first)
        let (early, late) = (admits(0, ReadGate.pause - 1), admits(0, ReadGate.pause))
        #expect(!early && late)
        // A clock that was set back keeps nobody out of the audit.
        let back = admits(0)
        #expect(back)
        // What was looked at and not marked, because its row could not be written, is new the next time too.
        let (once, twice) = (gate.isNew(key(-1), now: now), gate.isNew(key(-1), now: now))
        #expect(once && twice)
    }

    @Test("A change that is refused leaves a row: who, what, why; one a minute, and reads leave none")
    func refusals() async throws {
        try await TestServer.with { server, admin in
            let objects = try await Self.furnish(server, admin)
            let vera = try await admin.signedIn("vera")
            let task = try #require(objects["tasks"])
            for _ in 0..<3 { #expect(try await vera.post("/tasks/\(task)/trigger").status == 403) }
            #expect(try await vera.get("/audit").status == 403)
            func rows() async throws -> [JSON] {
                try await admin.get("/audit?action=request.denied&outcome=denied").data["items"]?.items ?? []
            }
            let row = try #require(try await rows().first)
            #expect(try await rows().count == 1)
            #expect(row["actor"]?.text == "vera" && row["object_kind"]?.text == "request", "\(row)")
            #expect(row["object_id"]?.text == "POST /api/v1/tasks/\(task)/trigger")
            #expect(row["object_name"]?.text == "triggerTask")
            #expect(row["reason"]?.text?.contains("jobs:run") == true, "\(row)")
            #expect(row["reason_text"]?["en"] == row["reason"])
            #expect(row["reason_text"]?["zh"]?.text?.contains("权限") == true, "\(row)")
            #expect(try await vera.delete("/tasks/\(task)").status == 403)
            server.clock.advance(seconds: 60)
            _ = try await vera.post("/tasks/\(task)/trigger")
            #expect(try await rows().count == 3)
            // What no token opens, by its name.
            let made = try await admin.post("/tokens", ["name": .string("ci"), "role": .string("admin")])
            var program = admin
            program.token = try #require(made.data["token"]?.text)
            let more: [String: JSON] = ["name": .string("more"), "role": .string("viewer")]
            #expect(try await program.post("/tokens", more).status == 403)
            let last = try #require(try await rows().first)
            #expect(last["token_id"] != .null && last["object_name"]?.text == "createToken", "\(last)")
        }
    }

    @Test("Who is refused again and again keeps nobody else's refusal out of the audit")
    func manyRefusals() async throws {
        try await TestServer.with { server, admin in
            _ = try await Self.furnish(server, admin)
            let vera = try await admin.signedIn("vera")
            for number in 1...120 { _ = try await vera.delete("/groups/\(900_000 + number)") }
            let olga = try await admin.signedIn("olga")
            #expect(try await olga.post("/users", ["username": .string("x")]).status == 403)
            let rows = try await admin.get("/audit?action=request.denied&page_size=200").data["items"]?.items ?? []
            #expect(rows.count { $0["actor"]?.text == "vera" } == 20)
            #expect(rows.count { $0["actor"]?.text == "olga" } == 1)
        }
    }

    @Test("What is read with all rights for a while has rows of its own, also just after an ordinary read of the same")
    func emergency() async throws {
        try await TestServer.with { server, admin in
            let log = Self.path(.getLog, try await Self.furnish(server, admin))
            #expect(try await admin.get(log).status == 200)
            let ask: [String: JSON] = [
                "password": .string(TestServer.password), "reason": .string("it burns"), "minutes": .integer(10),
            ]
            let taken = try await admin.post("/auth/break-glass", ask)
            var strong = admin
            strong.token = try #require(taken.data["token"]?.text, "\(taken.text)")
            for _ in 0..<2 { #expect(try await strong.get(log).status == 200) }
            let rows = try await Self.rows(server)
            #expect(rows.map(\.action) == [.outputRead, .outputRead])
            #expect(rows.map(\.flags) == [["break_glass"], []], "the newest first")
        }
    }
}
