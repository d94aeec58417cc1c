// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Pools, over REST")
struct PoolTests {
    private static func pool(_ name: String, _ places: Int64) -> JSON {
        ["name": JSON.string(name), "places": .integer(places)].json
    }

    @Test("A pool is stored, shown, and gone when it is left out")
    func roundTrip() async throws {
        try await TestServer.with { server, caller in
            let made = try await caller.post("/tasks", taskBody(["pool": Self.pool("db-heavy", 3)]))
            #expect(made.status == 201 && made.data["pool"] == Self.pool("db-heavy", 3), "\(made.text)")
            let id = made.data["id"]?.int ?? 0
            let job = try #require(try await server.store.job(id))
            #expect(job.definition.policies.pool == PoolUse(name: "db-heavy", places: 3))
            let plain = try await caller.put("/tasks/\(id)", taskBody())
            #expect(plain.data["pool"] == .null)
        }
    }

    @Test("What is no name, or no number of places, is refused with its place")
    func refusals() async throws {
        try await TestServer.with { server, caller in
            let cases: [(JSON, String)] = [
                (Self.pool("", 3), "pool.name"), (Self.pool("a b", 3), "pool.name"),
                (Self.pool("db", 0), "pool.places"),
                (Self.pool("db", 1001), "pool.places"), (["name": JSON.string("db")].json, "pool.places"),
                (["name": JSON.string("db"), "places": .integer(1), "x": .integer(1)].json, "pool.x"),
                (.string("db"), "pool"),
            ]
            for (pool, path) in cases {
                let answer = try await caller.post("/tasks", taskBody(["pool": pool]))
                #expect([400, 422].contains(answer.status) && answer.faults.contains(path), "\(path): \(answer.text)")
            }
            #expect(try await server.store.jobs(JobQuery()).total == 0)
        }
    }
}
