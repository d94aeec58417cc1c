// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Groups by rule over REST (S1-FR-3.2)")
struct GroupRuleRouteTests {
    private func rule(_ group: Int64, _ hostname: String) -> JSON {
        .object([.init("group_id", group), .init("hostnames", [hostname])])
    }

    @Test("Rules are tried before they are saved, and applied when people say so")
    func previewAndApply() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            _ = try await server.agent("db-1")
            let group = try #require(try await caller.post("/groups", ["name": .string("web")]).data["id"]?.int)
            let rules: JSON = .array([self.rule(group, "web-*")])
            let preview = try await caller.post("/group-rules/preview", ["rules": rules])
            #expect(preview.data["total"] == .integer(1))
            #expect(preview.data["items"]?.items.first?["client_id"]?.text == "web-1")
            #expect(try await caller.get("/group-rules").data["rules"]?.items.isEmpty == true)

            #expect(try await caller.put("/group-rules", ["rules": rules]).status == 200)
            #expect(try await caller.get("/group-rules").data["rules"]?.items.count == 1)
            let changes = server.gateway.record.configurationChanges
            #expect(try await caller.post("/group-rules/apply").data["total"] == .integer(1))
            #expect(server.gateway.record.configurationChanges == changes + 1)
            #expect(try await caller.get("/groups/\(group)/clients").data["total"] == .integer(1))
            #expect(try await caller.post("/group-rules/apply").data["total"] == .integer(0))
        }
    }

    @Test("A rule that means nothing is refused with its place, and the old rules stay")
    func refusals() async throws {
        try await TestServer.with { _, caller in
            let group = try #require(try await caller.post("/groups", ["name": .string("web")]).data["id"]?.int)
            _ = try await caller.put("/group-rules", ["rules": .array([self.rule(group, "a*")])])
            let bad: JSON = .array([
                .object([
                    .init("group_id", group), .init("addresses", ["192.0.2.0/40"]), .init("colour", "red"),
                ])
            ])
            let answer = try await caller.put("/group-rules", ["rules": bad])
            #expect(answer.status == 400)
            #expect(answer.faults.contains { $0.hasPrefix("rules[0].addresses[0]") })
            #expect(answer.faults.contains { $0.hasPrefix("rules[0].colour") })
            let everyone = try await caller.put("/group-rules", ["rules": .array([self.rule(1, "a*")])])
            #expect(everyone.status == 422)
            let ghost = try await caller.put("/group-rules", ["rules": .array([self.rule(99, "a*")])])
            #expect(ghost.status == 422)
            #expect(try await caller.put("/group-rules", [:]).status == 400)
            #expect(try await caller.get("/group-rules").data["rules"]?.items.count == 1)
        }
    }

    @Test("People label hosts; a strange label is refused")
    func labels() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let labels: JSON = .object([.init("region", "eu")])
            let answer = try await caller.put("/clients/web-1/labels", ["labels": labels])
            #expect(answer.data["labels"]?["region"]?.text == "eu")
            let strange: JSON = .object([.init("no name", "x")])
            #expect(try await caller.put("/clients/web-1/labels", ["labels": strange]).status == 422)
            #expect(try await caller.put("/clients/ghost/labels", ["labels": labels]).status == 404)
        }
    }
}
