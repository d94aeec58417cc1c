// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("What pictures are drawn from, over REST")
struct InsightRouteTests {
    @Test("The strips of a whole list come with one request; what has not run is absent")
    func recent() async throws {
        try await TestServer.with { server, caller in
            let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let answer = try await caller.get("/executions/recent?task_ids=\(job),999&count=5")
            #expect(answer.status == 200)
            #expect(answer.data["items"]?.items.isEmpty == true)
        }
    }

    @Test("Task numbers that are none are refused by name", arguments: ["", "x", "1,x", "1;2"])
    func refusedNumbers(_ text: String) async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.get("/executions/recent?task_ids=\(text)")
            #expect(answer.status == 400)
        }
    }

    @Test("The trend says where it begins, also when nothing ended")
    func trend() async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.get("/executions/trend?hours=24")
            #expect(answer.status == 200)
            #expect(answer.data["from"]?.text == "2026-11-20T11:00:00.000Z")
            #expect(answer.data["items"]?.items.isEmpty == true)
            #expect(try await caller.get("/executions/trend?hours=0").status == 400)
        }
    }

    @Test("A report covers seven days unless told, and is empty where nothing ended")
    func report() async throws {
        try await TestServer.with { _, caller in
            _ = try await caller.post("/tasks", taskBody())
            let answer = try await caller.get("/reports/runs")
            #expect(answer.status == 200)
            #expect(answer.data["total"]?["total_count"]?.int == 0)
            #expect(answer.data["failing"]?.items.isEmpty == true)
            #expect(answer.data["groups"]?.items.isEmpty == true)
            #expect(try await caller.get("/reports/runs?from=2020-01-01T00:00:00Z").status == 422)
            #expect(try await caller.get("/reports/runs?limit=0").status == 400)
        }
    }

    @Test("Coming fires are counted by the minute, for viewers too; a span of years is refused")
    func upcoming() async throws {
        try await TestServer.with { _, caller in
            _ = try await caller.post("/tasks", taskBody())
            let viewer = try await caller.signedIn("vera")
            let answer = try await viewer.get("/upcoming?from=2026-11-21T10:00:00Z&to=2026-11-22T10:00:00Z")
            #expect(answer.status == 200)
            #expect(answer.data["partial"] == .bool(false))
            #expect(try await viewer.get("/upcoming?from=2026-11-21T10:00:00Z&to=2030-01-01T00:00:00Z").status == 422)
            #expect(try await viewer.get("/upcoming?from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z").status == 422)
        }
    }
}
