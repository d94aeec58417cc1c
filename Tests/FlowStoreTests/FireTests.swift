// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Firing")
struct FireTests {
    @Test(
        "A fire makes one run, and one pending execution per agent of the job's groups (R3)",
        arguments: StoreKind.allCases
    )
    func firesOnEachTarget(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let here = try await world.agent("here")
            let there = try await world.agent("there")
            let job = try await world.job()
            guard case .fired(let run, let executions, let orders) = try await world.fire(job, online: [here]) else {
                Issue.record("not fired")
                return
            }
            #expect(run.type == .schedule && run.nominal == World.start && run.jobName == "job")
            #expect(run.id == DeterministicID.run(kind: .cron, job: job.uid, nominal: World.start))
            #expect(executions.map(\.agentID) == [here, there])
            #expect(executions.allSatisfy { $0.status == .pending && $0.decidedBy == .server })
            #expect(Set(orders.keys) == [here], "only agents that are online get an order")
            let order = try #require(orders[here])
            #expect(order.job == JobSnapshot(job))
            #expect(order.deadline == World.start + 10, "one second to the next fire, but at least ten to start")
            #expect(try await world.store.pendingOrders(of: here) == [order])
            #expect(try await world.store.pendingOrders(of: there).isEmpty)
            #expect(try await world.store.job(job.id)?.nextFire == World.start + 1)
            let summary = try #require(try await world.store.run(run.id))
            #expect(summary.run == run && summary.tally.counts == [.pending: 2])
        }
    }

    @Test("Of two servers that fire at once exactly one wins the compare-and-set (R3)", arguments: StoreKind.allCases)
    func oneOfTwoFirersWins(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.agent("a")
            let job = try await world.job()
            for second in 0..<20 as Range<Int64> {
                let outcomes = try await withThrowingTaskGroup(of: FireOutcome.self) { tasks in
                    for _ in 0..<2 { tasks.addTask { try await world.fire(job, at: World.start + second) } }
                    return try await tasks.reduce(into: []) { $0.append($1) }
                }
                let won = outcomes.filter { if case .fired = $0 { true } else { false } }
                #expect(won.count == 1)
                for case .superseded(let next, let version) in outcomes {
                    #expect(next == World.start + second + 1 && version == job.version)
                }
            }
            #expect(try await world.store.executions(ExecutionQuery(job: job.id)).total == 20)
        }
    }

    @Test("A disabled, moved or deleted job is superseded and nothing is written (R3)", arguments: StoreKind.allCases)
    func superseded(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.agent("a")
            let disabled = try await world.job("disabled", isEnabled: false)
            let moved = try await world.job("moved", nextFire: World.start + 5)
            let deleted = try await world.job("deleted")
            // Once with the job in the store's memory, so that forgetting it is part of the test.
            _ = try await world.fire(deleted)
            _ = try await world.store.deleteJob(deleted.id, at: World.start)
            for (job, expected) in [(disabled, nil), (moved, World.start + 5), (deleted, nil)] {
                guard case .superseded(let next, let version) = try await world.fire(job, at: World.start + 1) else {
                    Issue.record("\(job.definition.name) fired")
                    continue
                }
                #expect(next == expected && version == (job == deleted ? nil : 1))
            }
            #expect(try await world.store.executions(ExecutionQuery(from: World.start + 1)).items.isEmpty)
        }
    }

    @Test("A missed fire only moves the schedule on", arguments: StoreKind.allCases)
    func missed(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.agent("a")
            let job = try await world.job()
            let fire = World.plan(job, next: World.start + 9, isMissed: true)
            guard case .movedOn = try await world.store.fire([fire], online: [], at: World.start + 8).first else {
                Issue.record("not moved on")
                return
            }
            #expect(try await world.store.job(job.id)?.nextFire == World.start + 9)
            #expect(try await world.store.runs(RunQuery()).items.isEmpty)
        }
    }

    @Test(
        "An execution its agent reported first keeps its state and gets no order (R1, R3)",
        arguments: StoreKind.allCases
    )
    func agentWasFirst(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            guard case .fired(let run, let executions, let orders) = try await world.fire(job, online: [agent]) else {
                Issue.record("not fired")
                return
            }
            #expect(executions.map(\.status) == [.running])
            #expect(executions.map(\.decidedBy) == [.agent])
            #expect(orders.isEmpty)
            #expect(try await world.store.run(run.id)?.tally.counts == [.running: 1])
            #expect(try await world.store.runs(RunQuery()).total == 1, "the report's run and the fire's run are one")
        }
    }

    @Test("A fire of a batch that loses does not disturb the others", arguments: StoreKind.allCases)
    func batch(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.agent("a")
            let first = try await world.job("first")
            let second = try await world.job("second")
            let fires = [
                World.plan(first, next: nil),
                World.plan(first, next: nil),
                World.plan(second, next: World.start + 60),
            ]
            let outcomes = try await world.store.fire(fires, online: [], at: World.start)
            guard case .fired = outcomes[0], case .superseded(next: nil, version: 1) = outcomes[1],
                case .fired = outcomes[2]
            else {
                Issue.record("\(outcomes)")
                return
            }
            #expect(try await world.store.job(first.id)?.nextFire == nil)
        }
    }

    @Test("A fire sees the agents that joined or left the job's groups", arguments: StoreKind.allCases)
    func targetsFollowMemberships(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let first = try await world.agent("first")
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let job = try await world.job(groups: [group.id])
            func targets(_ second: Int64) async throws -> [AgentID] {
                guard case .fired(_, let executions, _) = try await world.fire(job, at: World.start + second) else {
                    return []
                }
                return executions.map(\.agentID)
            }
            #expect(try await targets(0) == [])
            try await world.store.addAgents([first], to: group.id)
            #expect(try await targets(1) == [first])
            let second = try await world.agent("second", groups: [group.id])
            #expect(try await targets(2) == [first, second])
            try await world.store.removeAgents([first], from: group.id)
            #expect(try await targets(3) == [second])
            try await world.store.deleteAgent(second)
            #expect(try await targets(4) == [])
        }
    }

    @Test(
        "A fire that was planned before an edit is superseded, also when the edit kept its time (R3)",
        arguments: StoreKind.allCases
    )
    func plannedBeforeEdit(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.agent("a")
            let planned = try await world.job()
            let edited = try await world.store.updateJob(
                planned.id,
                definition: World.definition("job", command: "false"),
                isEnabled: true,
                nextFire: World.start,
                expectedVersion: 1,
                at: World.start
            )
            guard case .superseded(let next, let version) = try await world.fire(planned) else {
                Issue.record("the schedule moved on as the old version says")
                return
            }
            #expect(next == World.start && version == 2)
            #expect(try await world.store.executions(ExecutionQuery()).items.isEmpty)
            guard case .fired(let run, _, _) = try await world.fire(edited) else {
                Issue.record("not fired")
                return
            }
            #expect(run.jobVersion == 2)
        }
    }

    @Test("A fire after an edit carries the new version", arguments: StoreKind.allCases)
    func newVersion(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            let job = try await world.job()
            let first = try await world.fired(job, on: agent)
            let edited = try await world.store.updateJob(
                job.id,
                definition: World.definition("renamed", command: "false"),
                isEnabled: true,
                nextFire: World.start + 1,
                expectedVersion: 1,
                at: World.start
            )
            guard case .fired(_, _, let orders) = try await world.fire(edited, at: World.start + 1, online: [agent])
            else {
                Issue.record("not fired")
                return
            }
            #expect(orders[agent]?.job == JobSnapshot(edited))
            #expect(first.jobVersion == 1 && orders[agent]?.job.version == 2)
            #expect(try await world.execution(first.id).jobName == "job", "history keeps the name it ran under")
        }
    }
}
