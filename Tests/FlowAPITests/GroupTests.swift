// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Groups and hosts over REST")
struct GroupTests {
    @Test("A group is made, filled, emptied and deleted; hosts and agents see each change (S1-FR-3)")
    func lifecycle() async throws {
        try await TestServer.with { server, caller in
            let agent = try await server.agent("web-1")
            server.gateway.connect(agent, at: server.clock.now)
            let made = try await caller.post("/groups", ["name": .string("prod"), "tags": .array([.string("eu")])])
            #expect(made.status == 201)
            let id = try #require(made.data["id"]?.int)
            #expect(
                try await caller.post("/groups/\(id)/clients", ["client_ids": .array([.string("web-1")])]).status == 200
            )
            #expect(server.gateway.record.configurationChanges == 1)
            let groups = try await caller.get("/groups").data.items
            let group = try #require(groups.first { $0["id"]?.int == id })
            #expect(group["online_count"] == .integer(1))
            #expect(group["client_count"] == .integer(1))
            #expect(group["builtin"] == .bool(false))
            let host = try await caller.get("/groups/\(id)/clients").data["items"]?.items.first
            #expect(host?["status"]?.text == "online")
            #expect(host?["ip"]?.text == "192.0.2.7")
            #expect(host?["groups"]?.items.compactMap { $0["name"]?.text }.contains("prod") == true)
            let task = try await caller.post("/tasks", taskBody(["group_ids": .array([.integer(id)])]))
            #expect(try await caller.delete("/groups/\(id)").error == "in_use")
            _ = try await caller.delete("/tasks/\(task.data["id"]?.int ?? 0)")
            #expect(try await caller.delete("/groups/\(id)/clients/web-1").status == 200)
            #expect(try await caller.delete("/groups/\(id)").status == 200)
        }
    }

    @Test("The built-in group cannot be changed; unknown hosts and twin names are refused with their path")
    func refusals() async throws {
        try await TestServer.with { _, caller in
            #expect(try await caller.delete("/groups/1").status == 403)
            #expect(try await caller.put("/groups/1", ["name": .string("x")]).status == 403)
            let id = try #require(try await caller.post("/groups", ["name": .string("a")]).data["id"]?.int)
            #expect(try await caller.post("/groups", ["name": .string("a")]).error == "name_taken")
            let answer = try await caller.post(
                "/groups/\(id)/clients",
                ["client_ids": .array([.string("ghost"), .string("no/id")])]
            )
            #expect(answer.faults == ["client_ids[1]"])
            let ghost = try await caller.post("/groups/\(id)/clients", ["client_ids": .array([.string("ghost")])])
            #expect(ghost.faults == ["client_ids[0]"])
        }
    }

    @Test("Hosts are listed with their state and filtered; a deleted one loses its session")
    func clients() async throws {
        try await TestServer.with { server, caller in
            let first = try await server.agent("web-1")
            _ = try await server.agent("db-1")
            server.gateway.connect(first, at: server.clock.now)
            #expect(try await caller.get("/clients").data["total"] == .integer(2))
            let online = try await caller.get("/clients?status=online").data["items"]?.items
            #expect(online?.compactMap { $0["client_id"]?.text } == ["web-1"])
            #expect(try await caller.get("/clients?keyword=DB").data["total"] == .integer(1))
            #expect(try await caller.delete("/clients/web-1").status == 200)
            #expect(server.gateway.record.disconnected == [first])
            let overview = try await caller.get("/stats").data
            #expect(overview["hosts_total"] == .integer(1))
        }
    }
}
