// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Merging reports with the record (semantics 2)")
struct MergeTests {
    @Test("Rule 1: an agent's later report replaces its earlier one, a retry included", arguments: StoreKind.allCases)
    func agentIsTheTruth(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let steps: [(ExecutionStatus, Int)] = [(.running, 1), (.pending, 1), (.running, 2), (.failure, 2)]
            for (index, step) in steps.enumerated() {
                let report = World.report(Int64(index + 1), job, on: agent, step.0, attempt: step.1)
                try await world.apply([report], of: agent)
                let stored = try await world.execution(report.executionID)
                #expect(stored.status == step.0 && stored.attempt == step.1)
                #expect(stored.agentSequence == Int64(index + 1) && stored.decidedBy == .agent)
            }
            #expect(try await world.statistics(job).counts == [.failure: 1])
        }
    }

    @Test(
        "Rule 2: an inferred state needs the expected one, and a late report replaces it",
        arguments: StoreKind.allCases
    )
    func inferencesAreProvisional(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let pending = try await world.fired(job, on: agent)
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            let mistaken = try await world.store.infer(
                Inference(.skipped, .agentOffline, ""),
                for: [pending.id],
                in: .pending,
                at: World.start
            )
            #expect(mistaken.isEmpty, "it is running, not pending")
            let inferred = try await world.store.infer(
                Inference(.failure, .lost, "gone"),
                for: [pending.id],
                in: .running,
                at: World.start + 9
            )
            let lost = try #require(inferred.first)
            #expect(lost.status == .failure && lost.reason == .lost && lost.detail == "gone" && lost.isProvisional)
            #expect(try await world.execution(pending.id) == lost)
            #expect(try await world.statistics(job).counts == [.failure: 1])
            #expect(try await world.statistics(job).timedCount == 0, "nobody knows how long it ran")

            try await world.apply([World.report(2, job, on: agent, .success, ran: 700)], of: agent)
            let corrected = try await world.execution(pending.id)
            #expect(corrected.status == .success && corrected.reason == nil && corrected.decidedBy == .agent)
            let statistics = try await world.statistics(job)
            #expect(statistics.counts == [.success: 1], "the rollup took the failure back")
            #expect(statistics.totalDurationMilliseconds == 700 && statistics.timedCount == 1)
            #expect(try await world.statistics().counts == [.success: 1])
        }
    }

    @Test("Rule 3: an inference never replaces what an agent reported as final", arguments: StoreKind.allCases)
    func neverOverFinal(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let report = World.report(1, job, on: agent, .success)
            try await world.apply([report], of: agent)
            for expected in [ExecutionStatus.running, .success] {
                let changed = try await world.store.infer(
                    Inference(.failure, .lost, ""),
                    for: [report.executionID],
                    in: expected,
                    at: World.start
                )
                #expect(changed.isEmpty)
            }
            #expect(try await world.execution(report.executionID).status == .success)
        }
    }

    @Test("Giving up on old pending executions is provisional, bounded and oldest first", arguments: StoreKind.allCases)
    func givesUp(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            for second in 0..<5 as Range<Int64> {
                _ = try await world.fire(job, at: World.start + second, online: [agent])
            }
            func giveUp() async throws -> [Timestamp] {
                try await world.store.giveUpPending(before: World.start + 4, limit: 3, at: World.start + 100)
                    .map(\.nominal)
            }
            #expect(try await giveUp() == [World.start, World.start + 1, World.start + 2])
            #expect(try await giveUp() == [World.start + 3])
            #expect(try await giveUp().isEmpty)
            let skipped = try await world.store.executions(ExecutionQuery(statuses: [.skipped])).items
            #expect(skipped.count == 4 && skipped.allSatisfy { $0.reason == .agentOffline && $0.isProvisional })
            #expect(try await world.store.pendingOrders(of: agent).map(\.nominal) == [World.start + 4])
            try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
            #expect(try await world.statistics(job).counts == [.skipped: 3, .success: 1])
        }
    }

    @Test("Counts of open executions follow their states", arguments: StoreKind.allCases)
    func openCounts(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            for second in 0..<3 as Range<Int64> { _ = try await world.fire(job, at: World.start + second) }
            try await world.apply(
                [
                    World.report(1, job, on: agent, .running),
                    World.report(2, job, on: agent, at: World.start + 1, .success),
                ],
                of: agent
            )
            #expect(try await world.store.openCounts() == [.pending: 1, .running: 1])
            #expect(
                try await world.store.runningExecutions(of: agent) == [
                    DeterministicID.execution(kind: .cron, job: job.uid, nominal: World.start, agent: agent)
                ]
            )
        }
    }
}
