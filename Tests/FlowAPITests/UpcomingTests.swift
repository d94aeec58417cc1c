// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("What a task has in store, over REST")
struct UpcomingTests {
    @Test(
        "Coming fires are listed with the hosts they are for, days on which clocks change, and what hosts that are away do"
    )
    func fires() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let made = try await caller.post(
                "/tasks",
                taskBody([
                    "cron_expr": .string("30 2 * * *"), "timezone": .string("Europe/Berlin"),
                    "offline": .string("run_for"), "offline_max_seconds": .integer(600),
                ])
            )
            let id = try #require(made.data["id"]?.int)
            let span = "from=2027-03-27T00:00:00Z&to=2027-03-30T00:00:00Z"
            let coming = try await caller.get("/tasks/\(id)/upcoming?\(span)")
            #expect(coming.status == 200, "\(coming.text)")
            let items = coming.data["items"]?.items ?? []
            // On the 28th clocks go from 02:00 to 03:00, where the time that there is none of is moved to.
            #expect(
                items.map { $0["at"]?.text } == [
                    "2027-03-27T01:30:00.000Z", "2027-03-28T01:00:00.000Z", "2027-03-29T00:30:00.000Z",
                ]
            )
            #expect(items.map { $0["clock_change"]?["at"]?.text } == [nil, "2027-03-28T01:00:00.000Z", nil])
            #expect(items[1]["clock_change"]?["offset_before"] == .integer(3600))
            #expect(items[1]["clock_change"]?["offset_after"] == .integer(7200))
            #expect(coming.data["clients"]?.items.map { $0["id"]?.text } == ["web-1"])
            #expect(coming.data["clients"]?.items.map { $0["online"] } == [.bool(false)])
            #expect(coming.data["offline"]?.text == "run_for" && coming.data["offline_max_seconds"] == .integer(600))
            #expect(coming.data["placement"]?.text == "each" && coming.data["partial"] == .bool(false))
            let first = try await caller.get("/tasks/\(id)/upcoming?\(span)&limit=1").data
            #expect(first["items"]?.items.count == 1 && first["partial"] == .bool(true))
            let all = try await caller.get("/upcoming?\(span)").data["clock_changes"]?.items ?? []
            #expect(
                all.map { $0["zone"]?.text } == ["Europe/Berlin"] && all[0]["at"]?.text == "2027-03-28T01:00:00.000Z"
            )
            _ = try await caller.post("/tasks/\(id)/disable")
            #expect(try await caller.get("/tasks/\(id)/upcoming?\(span)").data["items"]?.items.isEmpty == true)
        }
    }

    @Test(
        "A span of years, one that ends before it begins, and a limit beside the range are refused; a stranger finds nothing"
    )
    func refusals() async throws {
        try await TestServer.with { _, caller in
            let id = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let from = "/tasks/\(id)/upcoming?from=2026-11-21T10:00:00Z"
            #expect(try await caller.get("\(from)&to=2030-01-01T00:00:00Z").status == 422)
            #expect(try await caller.get("\(from)&to=2026-11-21T09:00:00Z").status == 422)
            for limit in ["0", "1001", "x"] {
                let answer = try await caller.get("\(from)&limit=\(limit)")
                #expect([400, 422].contains(answer.status) && answer.faults.contains("limit"), "\(answer.text)")
            }
            #expect(try await caller.get("/tasks/999/upcoming").status == 404)
        }
    }
}
