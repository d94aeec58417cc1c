// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Audit over HTTP")
struct AuditTests {
    /// The newest row as a signed-in administrator sees it.
    private static func last(_ caller: Caller) async throws -> JSON {
        try #require(try await caller.get("/audit?page_size=1").data["items"]?.items.first)
    }

    @Test("Every route that changes something leaves a row that names who, when and what")
    func rows() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let created = try await caller.with("X-Request-ID", "made-1").post("/tasks", taskBody())
            let task = try #require(created.data["id"]?.int)
            let row = try await Self.last(caller)
            #expect(row["action"]?.text == "job.create")
            #expect(row["actor"]?.text == "ada" && row["actor_kind"]?.text == "user" && row["via"]?.text == "api")
            #expect(row["object_kind"]?.text == "job" && row["object_id"]?.text == "\(task)")
            #expect(row["at"]?.text == TestServer.start.rfc3339())
            #expect(row["request_id"]?.text == created.headers[try #require(HTTPField.Name("X-Request-ID"))])

            let group = try #require(try await caller.post("/groups", ["name": .string("web")]).data["id"]?.int)
            let steps: [(String, () async throws -> Caller.Answer)] = [
                ("group.create", { try await caller.get("/groups") }),
                ("group.update", { try await caller.put("/groups/\(group)", ["name": .string("www")]) }),
                (
                    "group.add",
                    { try await caller.post("/groups/\(group)/clients", ["client_ids": .array([.string("web-1")])]) }
                ),
                ("group.remove", { try await caller.delete("/groups/\(group)/clients/web-1") }),
                ("group.delete", { try await caller.delete("/groups/\(group)") }),
                ("job.update", { try await caller.put("/tasks/\(task)", taskBody(["name": .string("other")])) }),
                ("job.disable", { try await caller.post("/tasks/\(task)/disable") }),
                ("job.enable", { try await caller.post("/tasks/\(task)/enable") }),
                ("job.run", { try await caller.post("/tasks/\(task)/trigger") }),
                ("job.delete", { try await caller.delete("/tasks/\(task)") }),
                ("client.delete", { try await caller.delete("/clients/web-1") }),
            ]
            for (action, step) in steps {
                let answer = try await step()
                #expect((200..<300).contains(answer.status), "\(action): \(answer.text)")
                let row = try await Self.last(caller)
                #expect(row["action"]?.text == action)
                #expect(row["actor"]?.text == "ada")
            }
        }
    }

    @Test("A refused sign-in leaves one row a minute for each name and address, which names nobody as proven")
    func refusedSignIn() async throws {
        try await TestServer.with { server, caller in
            let wrong: [String: JSON] = ["username": .string("vera"), "password": .string("wrong")]
            for _ in 0..<3 { #expect(try await caller.post("/auth/login", wrong).status == 401) }
            let rows = try await caller.get("/audit?outcome=denied").data
            #expect(rows["total"] == .integer(1))
            let row = try #require(rows["items"]?.items.first)
            #expect(row["actor_kind"]?.text == "anonymous" && row["action"]?.text == "session.start")
            server.clock.advance(seconds: 60)
            _ = try await caller.post("/auth/login", wrong)
            #expect(try await caller.get("/audit?outcome=denied").data["total"] == .integer(2))
        }
    }

    @Test("An export is a file that no spreadsheet takes for formulas, and stands in the audit itself")
    func export() async throws {
        try await TestServer.with { server, caller in
            for (index, name) in ["=1+1", "plain \"quoted\"", "+cmd|' /C calc'!A0", "＝x"].enumerated() {
                let change = Change(by: Actor(.host, name: name), at: server.clock.now, origin: Origin(via: .host))
                let object = AuditObject("job", "\(index)", name: name)
                try await server.store.recordAudit(AuditEntry(change: change, action: .jobUpdate, object: object))
            }
            let csv = try await caller.get("/audit/export?format=csv")
            #expect(csv.status == 200)
            #expect(csv.headers[.contentType] == "text/csv; charset=utf-8")
            #expect(csv.text.contains("\"'=1+1\"") && csv.text.contains("\"plain \"\"quoted\"\"\""))
            #expect(csv.text.contains("\"'+cmd|' /C calc'!A0\"") && csv.text.contains("\"'＝x\""))
            let lines = csv.text.components(separatedBy: "\r\n").filter { !$0.isEmpty }
            let total = try #require(try await caller.get("/audit").data["total"]?.int)
            #expect(Int64(lines.count) == total + 1)
            #expect(try await caller.get("/audit?action=audit.export").data["total"] == .integer(1))
            let json = try await caller.get("/audit/export?format=json&action=job.update")
            #expect(json.body.items.count == 4)
            let olga = try await caller.signedIn("olga")
            #expect(try await olga.get("/audit/export").status == 403)
            #expect(try await caller.get("/audit/export?format=xml").status == 400)
        }
    }

    @Test("The audit is for those who may read it, and its filter is strict")
    func access() async throws {
        try await TestServer.with { _, caller in
            #expect(try await caller.signedIn("vera").get("/audit").status == 403)
            #expect(try await caller.get("/audit?action=job.explode").status == 400)
            #expect(try await caller.get("/audit?actor=ada&since=2026-01-01T00:00:00Z").status == 200)
            let signIn = try await caller.get("/audit?action=session.start&actor=vera").data["items"]?.items.first
            #expect(signIn?["object_kind"]?.text == "user" && signIn?["object_name"]?.text == "vera")
        }
    }
}
