// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@testable import FlowAPI

@Suite("Join tokens over REST (first-run tour)")
struct JoinTokenTests {
    @Test("A token of an hour is told once, is the authority's, lets one host in, and is audited")
    func lifecycle() async throws {
        try await TestServer.with { server, caller in
            let made = try await caller.post("/join-tokens", [:])
            #expect(made.status == 201, "\(made.text)")
            let text = try #require(made.data["token"]?.text)
            let format = try JoinTokenFormat(parsing: text)
            #expect(format.authorityFingerprint == Array(repeating: 7, count: 32))
            #expect(made.data["expires_at"]?.text == TestServer.start.advanced(byMilliseconds: 3_600_000).rfc3339())
            #expect(made.data["agents_port"]?.int == 8474)
            let stored = try #require(try await server.store.joinToken(id: format.id))
            #expect(stored.accepts(secret: format.secret) && stored.usedBy == nil)
            let agent = Agent(id: try #require(AgentID("new")), name: "new", createdAt: TestServer.start)
            try await server.store.enrol(token: format.id, agent: agent, at: TestServer.start)
            #expect(try await server.store.joinToken(id: format.id)?.usedBy == agent.id)
            let audit = try await caller.get("/audit?action=join_token.create")
            #expect(audit.data["total"] == .integer(1) && !audit.text.contains(format.secret))
            #expect(audit.data["items"]?.items.first?["actor"]?.text == "ada")
        }
    }

    @Test("Its faults are told, and it takes the right everywhere and a person's session")
    func refused() async throws {
        try await TestServer.with { server, caller in
            for seconds in [0, 59, 604_801] as [Int64] {
                let answer = try await caller.post("/join-tokens", ["ttl_seconds": .integer(seconds)])
                #expect(answer.status >= 400 && answer.faults == ["ttl_seconds"], "\(answer.text)")
            }
            #expect(try await caller.post("/join-tokens", ["group_ids": .array([.integer(99)])]).status == 404)
            let viewer = try await caller.signedIn("vera")
            #expect(try await viewer.post("/join-tokens", [:]).status == 403)
            let made = try await caller.post("/tokens", ["name": .string("ci"), "role": .string("admin")])
            var program = caller
            program.token = try #require(made.data["token"]?.text)
            #expect(try await program.post("/join-tokens", [:]).error == "session_required")
            #expect(try await caller.get("/audit?action=join_token.create").data["total"] == .integer(0))
        }
    }
}
