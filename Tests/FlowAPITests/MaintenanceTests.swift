// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Hosts in maintenance, over REST (S1-FR-3.2)")
struct MaintenanceTests {
    @Test("It begins with its end and reason, is shown and explained, refuses triggers, and ends by itself or earlier")
    func lifecycle() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let id = try #require(
                try await caller.post("/tasks", taskBody(["cron_expr": .string("15 10 * * *")])).data["id"]?.int
            )
            let path = "/clients/web-1/maintenance"
            let begun = try await caller.put(path, ["for_seconds": .integer(3600), "reason": .string("new disk")])
            #expect(begun.status == 200, "\(begun.text)")
            let shown = try #require(begun.data["maintenance"])
            #expect(shown["until"]?.text == "2026-11-21T11:00:00.000Z" && shown["reason"]?.text == "new disk")
            #expect(shown["told"] == .null && shown["text"]?["zh"]?.text?.contains("维护") == true)
            let listed = try await caller.get("/clients").data["items"]?.items.first
            #expect(listed?["maintenance"]?["until"] == shown["until"])
            let coming = try await caller.get("/tasks/\(id)/explain?at=2026-11-21T10:15:00Z").data
            #expect(coming["verdict"]?.text == "stopped" && coming["rule"]?.text == "maintenance", "\(coming)")
            #expect(coming["text"]?["en"]?.text?.contains("(new disk)") == true)
            let upcoming = try await caller.get("/upcoming?from=2026-11-21T10:00:00Z&to=2026-11-21T12:00:00Z").data
            #expect(upcoming["maintenances"]?.items.first?["client_id"]?.text == "web-1", "\(upcoming)")
            let refused = try await caller.post("/tasks/\(id)/trigger")
            #expect(refused.status == 409 && refused.text.contains("in maintenance until"), "\(refused.text)")
            let ended = try await caller.delete(path)
            #expect(ended.status == 200 && ended.data["maintenance"] == .null)
            #expect(try await caller.post("/tasks/\(id)/trigger").status == 201)
            #expect(try await caller.put(path, ["until": .string("2026-11-21T10:30:00Z")]).status == 200)
            server.clock.set(Timestamp(rfc3339: "2026-11-21T10:30:00Z")!)
            #expect(try await caller.get("/clients").data["items"]?.items.first?["maintenance"] == .null)
        }
    }

    @Test("It takes the right to change hosts, one end that is not far away, and a reason that can be read")
    func refusals() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let path = "/clients/web-1/maintenance"
            let cases: [([String: JSON], String)] = [
                ([:], "until"), (["until": .string("2026-11-21T10:00:00Z")], "until"),
                (["until": .string("2026-12-22T10:00:00Z")], "until"), (["for_seconds": .integer(0)], "for_seconds"),
                (["for_seconds": .integer(.max)], "for_seconds"),
                (["until": .string("2026-11-21T11:00:00Z"), "for_seconds": .integer(5)], "until"),
                (["for_seconds": .integer(5), "reason": .string("a\u{7}b")], "reason"),
            ]
            for (body, fault) in cases {
                let answer = try await caller.put(path, body)
                // One of the two ends is said, or nothing can be made of it.
                let status = (body["until"] == nil) == (body["for_seconds"] == nil) ? 400 : 422
                #expect(answer.status == status && answer.faults == [fault], "\(answer.text)")
            }
            #expect(try await caller.put("/clients/web-9/maintenance", ["for_seconds": .integer(5)]).status == 404)
            let olga = try await caller.signedIn("olga")
            #expect(try await olga.put(path, ["for_seconds": .integer(5)]).status == 403)
            #expect(try await olga.delete(path).status == 403)
            #expect(try await caller.get("/clients").data["items"]?.items.first?["maintenance"] == .null)
        }
    }
}
