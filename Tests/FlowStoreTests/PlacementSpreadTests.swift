// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowStore

/// Rules P2 and P4 in both stores: a burst of runs, and a shard on each host.
extension PlacementTests {
    @Test(
        "P2: a burst goes to the less loaded host until what it was given in the last minute outweighs that",
        arguments: StoreKind.allCases
    )
    func burst(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let calm = try await world.connectedAgent("calm")
            let busy = try await world.connectedAgent("busy")
            let loads = [calm: 1, busy: 9]
            let least = Placement(kind: .oneOf, strategy: .leastLoad)
            var given: [AgentID] = []
            for number in 0..<5 {
                let job = try await world.placed(least, Policies(), "burst \(number)")
                _ = try await world.fire(job)
                // Half a load for each processor is expected of each that was given (0.1 + 0.5 + 0.5 > 0.9).
                given += try await world.place(on: [calm, busy], loads: loads).orders.keys
            }
            #expect(given == [calm, calm, busy, calm, busy])
            // After a minute the hosts' own word counts again.
            let job = try await world.placed(least, Policies(), "later")
            let fire = World.plan(job, next: nil)
            let fired = try await world.store.fire([fire], online: [], at: World.start).first
            guard case .fired(_, let executions, _)? = fired else {
                Issue.record("not fired")
                return
            }
            let round = try await world.place(on: [calm, busy], loads: loads, at: World.start + 63)
            #expect(Array(round.orders.keys) == [calm])
            let id = try #require(executions.first?.id)
            let placed = try #require(try await world.store.execution(id))
            #expect(placed.detail == "chose calm: least load, 2 of 2 online")
        }
    }

    @Test("P2: what was given in the last minute is asked for in each round, and found in an index")
    func freshPlan() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            let asked = try await StatementCountTests.statements(of: store) {
                _ = try await store.read { db in try PlacementTable(db).given(since: World.start) }
            }
            let text = try #require(asked.first { $0.contains("placement_slot") })
            let plan = try await store.read { db in
                try db.all("EXPLAIN QUERY PLAN " + text, [.time(World.start)]) { $0.text(3) }
            }
            #expect(plan.contains { $0.contains("placement_slot_given (placed_at>?)") }, "\(plan)")
            try await store.close()
        }
    }

    @Test(
        "P4: a broadcast has a numbered shard on each member, waits for who is away, and repeats what failed where it failed",
        arguments: StoreKind.allCases
    )
    func broadcast(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var hosts: [AgentID] = []
            for name in ["web1", "web2", "web3"] { hosts.append(try await world.connectedAgent(name)) }
            let left = try await world.connectedAgent("db1")
            let job = try await world.placed(Placement(kind: .broadcast, exclude: [left]))
            let preview = try await world.placements.preview(job, World.hosts([hosts[0]]), at: World.start)
            #expect(preview.map(\.chosen) == [hosts[0], nil, nil])
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            let marks = try await world.placements.slots(of: run.id)
            #expect(executions.count == 3 && Set(marks.values.map(\.index)) == [0, 1, 2])
            #expect(marks.values.allSatisfy { $0.total == 3 && $0.item == nil })
            // Nobody takes what is another one's, also where that one is away or has lost it.
            let round = try await world.place(on: [hosts[0], hosts[2], left])
            #expect(round.orders.mapValues { $0.map { $0.hold?.shard?.index } } == [hosts[0]: [0], hosts[2]: [2]])
            let lost = Set(try #require(round.orders[hosts[2]]).map(\.executionID))
            _ = try await world.place(on: [hosts[0]], lost: lost)
            #expect(try await world.place(on: [hosts[0]]).orders.isEmpty)
            let again = try await world.place(on: hosts)
            #expect(again.orders.mapValues { $0.map { $0.hold?.shard?.index } } == [hosts[1]: [1], hosts[2]: [2]])
            #expect(again.orders.values.joined().allSatisfy { $0.hold?.shard?.total == 3 })
            // One fails, and a retry of the run is for that one, under its number.
            for execution in try await world.store.executions(ExecutionQuery(run: run.id)).items
            where execution.reason != .moved {
                let status: ExecutionStatus = execution.agentID == hosts[1] ? .failure : .success
                let report = try world.report(execution, of: execution.agentID, status, sequence: 1)
                _ = try await world.apply([report], of: execution.agentID)
            }
            #expect(try await world.store.run(run.id)?.tally.state == "failed")
            let retry = Trigger(
                job: job.id,
                uid: "again",
                type: .retry,
                source: "api",
                caller: "ada",
                rerunOf: run.id
            )
            let started = try await world.store.start(retry, at: World.start + 3)
            #expect(started.executions.count == 1)
            #expect(try await world.placements.slots(of: started.run.id).values.map(\.index) == [1])
            #expect(Array(try await world.place(on: hosts).orders.keys) == [hosts[1]])
        }
    }
}
