// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Triggers and orders")
struct TriggerTests {
    static func trigger(
        _ job: Job,
        uid: String = "key-1",
        type: RunType = .manual,
        parameters: [String: String] = [:],
        targets: [AgentID]? = nil,
        retryOf: ExecutionID? = nil
    ) -> Trigger {
        Trigger(
            job: job.id,
            uid: uid,
            type: type,
            source: "api",
            caller: "ada",
            parameters: parameters,
            targets: targets,
            retryOf: retryOf
        )
    }

    @Test("A trigger orders every target, those that are offline too", arguments: StoreKind.allCases)
    func ordersAllTargets(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agents = [try await world.agent("a"), try await world.agent("b")]
            let job = try await world.job()
            let started = try await world.store.start(Self.trigger(job, parameters: ["day": "1"]), at: World.start + 3)
            #expect(!started.isRepeat && started.run.type == .manual && started.run.caller == "ada")
            #expect(started.run.nominal == World.start + 3)
            #expect(started.executions.map(\.agentID) == agents && Set(started.orders.keys) == Set(agents))
            for agent in agents {
                let order = try #require(started.orders[agent])
                #expect(order.kind == .manual && order.parameters == ["day": "1"])
                #expect(order.deadline == World.start + 3603)
                #expect(
                    order.executionID
                        == DeterministicID.execution(
                            kind: .manual,
                            job: job.uid,
                            nominal: World.start + 3,
                            agent: agent,
                            discriminator: "key-1"
                        )
                )
                #expect(try await world.store.pendingOrders(of: agent) == [order])
            }
            #expect(try await world.store.parameters(of: started.run.id) == ["day": "1"])
        }
    }

    @Test(
        "A repeated key answers with the first run, at a later time and for a deleted job too",
        arguments: StoreKind.allCases
    )
    func idempotent(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.agent("a")
            let job = try await world.job()
            let first = try await world.store.start(Self.trigger(job), at: World.start)
            let again = try await world.store.start(Self.trigger(job), at: World.start + 30)
            #expect(again.isRepeat && again.run == first.run && again.executions == first.executions)
            #expect(again.orders == first.orders)
            let other = try await world.store.start(Self.trigger(job, uid: "key-2"), at: World.start + 30)
            #expect(!other.isRepeat && other.run.id != first.run.id)
            _ = try await world.store.deleteJob(job.id, at: World.start + 31)
            #expect(try await world.store.start(Self.trigger(job), at: World.start + 40).run == first.run)
        }
    }

    @Test("Of concurrent triggers with one key exactly one starts something", arguments: StoreKind.allCases)
    func concurrentKeys(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.agent("a")
            let job = try await world.job()
            let started = try await withThrowingTaskGroup(of: StartedRun.self) { tasks in
                for offset in 0..<8 as Range<Int64> {
                    tasks.addTask { try await world.store.start(Self.trigger(job), at: World.start + offset) }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(started.filter { !$0.isRepeat }.count == 1)
            #expect(Set(started.map(\.run.id)).count == 1)
            #expect(try await world.store.executions(ExecutionQuery()).total == 1)
        }
    }

    @Test("Targets narrow a trigger to agents of the job's groups", arguments: StoreKind.allCases)
    func targets(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let inside = try await world.agent("inside", groups: [group.id])
            _ = try await world.agent("beside", groups: [group.id])
            let outside = try await world.agent("outside")
            let job = try await world.job(groups: [group.id])
            let started = try await world.store.start(Self.trigger(job, targets: [inside, outside]), at: World.start)
            #expect(started.executions.map(\.agentID) == [inside])
            await expectError(.conflict) {
                _ = try await world.store.start(Self.trigger(job, uid: "2", targets: [outside]), at: World.start)
            }
            await expectError(.notFound) {
                _ = try await world.store.start(
                    Trigger(job: 99, uid: "3", source: "api", caller: nil),
                    at: World.start
                )
            }
            #expect(try await world.store.runs(RunQuery()).total == 1, "a refused trigger leaves nothing")
        }
    }

    @Test("A retry is a new record that names the old one", arguments: StoreKind.allCases)
    func retry(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let report = World.report(1, job, on: agent, .failure)
            try await world.apply([report], of: agent)
            let trigger = Self.trigger(job, type: .retry, targets: [agent], retryOf: report.executionID)
            let started = try await world.store.start(trigger, at: World.start + 60)
            #expect(started.run.type == .retry && started.run.retryOf == report.runID)
            let execution = try #require(started.executions.first)
            #expect(execution.kind == .rerun && execution.retryOf == report.executionID)
            #expect(started.orders[agent]?.retryOf == report.executionID)
            #expect(try await world.execution(execution.id) == execution)
        }
    }

    @Test("Orders stay until they are acknowledged, oldest first (R4)", arguments: StoreKind.allCases)
    func acknowledging(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            let job = try await world.job()
            for second in 0..<3 as Range<Int64> {
                _ = try await world.fire(job, at: World.start + second, online: [agent])
            }
            let orders = try await world.store.pendingOrders(of: agent)
            #expect(orders.map(\.nominal) == [World.start, World.start + 1, World.start + 2])
            try await world.store.acknowledgeOrders([orders[1].executionID], by: try #require(AgentID("other")))
            #expect(
                try await world.store.pendingOrders(of: agent).count == 3,
                "only its own agent acknowledges an order"
            )
            try await world.store.acknowledgeOrders([orders[1].executionID], by: agent)
            #expect(try await world.store.pendingOrders(of: agent) == [orders[0], orders[2]])
        }
    }

    @Test(
        "An execution that waits for its next attempt is neither ordered again nor closed with missed fires (R9)",
        arguments: StoreKind.allCases
    )
    func waitingRetry(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            for second in 0..<3 as Range<Int64> { _ = try await world.fire(job, at: World.start + second) }
            let waiting = World.report(1, job, on: agent, .pending, reason: .awaitingRetry, attempt: 1)
            try await world.apply([waiting], of: agent)
            let asked = try await world.store.reaskPending(of: agent, before: World.start + 9, limit: 10)
            #expect(asked.map(\.nominal) == [World.start + 1, World.start + 2])
            let range = CoalescedRange(count: 2, from: World.start, through: World.start + 2)
            let missed = World.report(
                2,
                job,
                on: agent,
                at: World.start + 2,
                .skipped,
                reason: .misfireCoalesced,
                coalesced: range
            )
            try await world.apply([missed], of: agent)
            #expect(try await world.execution(waiting.executionID).reason == .awaitingRetry)
            #expect(try await world.store.openCounts() == [.pending: 1, .running: 0])
        }
    }

    @Test(
        "One that waits for a place is ordered again when its host is back and has not said so (R9)",
        arguments: StoreKind.allCases
    )
    func reasksWhatWaits(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            _ = try await world.fire(job, at: World.start + 1)
            var waiting = World.report(1, job, on: agent, at: World.start + 1, .pending, reason: .queued)
            waiting.attempt = 0
            try await world.apply([waiting], of: agent)
            try await world.store.acknowledgeOrders([waiting.executionID], by: agent)
            let before = World.start + 60
            #expect(try await world.store.reaskPending(of: agent, before: before, limit: 10).isEmpty)
            _ = try await world.hello(agent, lastSequence: 1, at: World.start + 30)
            let asked = try await world.store.reaskPending(of: agent, before: before, limit: 10)
            #expect(asked.map(\.executionID) == [waiting.executionID])
        }
    }

    @Test("Old pending executions without an order are asked about again (R9)", arguments: StoreKind.allCases)
    func reasking(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            for second in 0..<4 as Range<Int64> { _ = try await world.fire(job, at: World.start + second) }
            try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
            let asked = try await world.store.reaskPending(of: agent, before: World.start + 3, limit: 10)
            #expect(asked.map(\.nominal) == [World.start + 1, World.start + 2])
            #expect(asked.first?.deadline == World.start + 11, "the deadline is the fire's own")
            #expect(try await world.store.pendingOrders(of: agent) == asked)
            #expect(try await world.store.reaskPending(of: agent, before: World.start + 3, limit: 10).isEmpty)
            try await world.store.acknowledgeOrders(asked.map(\.executionID), by: agent)
            #expect(try await world.store.reaskPending(of: agent, before: World.start + 3, limit: 1) == [asked[0]])
        }
    }

    @Test(
        "A request to cancel stays until the agent answers, and is nothing for an ended execution",
        arguments: StoreKind.allCases
    )
    func cancelling(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let execution = try await world.fired(job, on: agent)
            let requested = try await world.store.requestCancel(execution.id, at: World.start + 1)
            #expect(requested.cancelRequested && requested.status == .pending)
            #expect(try await world.store.requestCancel(execution.id, at: World.start + 2) == requested)
            #expect(try await world.hello(agent).cancels == [execution.id])
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            #expect(try await world.hello(agent, lastSequence: 1).cancels == [execution.id])
            try await world.apply([World.report(2, job, on: agent, .cancelled, reason: .requested)], of: agent)
            let ended = try await world.execution(execution.id)
            #expect(ended.status == .cancelled && !ended.cancelRequested)
            #expect(try await world.store.requestCancel(execution.id, at: World.start + 3) == ended)
            #expect(try await world.hello(agent, lastSequence: 2).cancels.isEmpty)
            await expectError(.notFound) {
                _ = try await world.store.requestCancel(ExecutionID(uuid: UUID()), at: World.start)
            }
        }
    }
}
