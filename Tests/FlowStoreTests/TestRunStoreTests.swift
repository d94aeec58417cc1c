// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Tests of definitions that are not saved")
struct TestRunStoreTests {
    @Test("A test is ordered and recorded, and stands in no list and no sum", arguments: StoreKind.allCases)
    func apart(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            let job = try await world.job()
            let store = try #require(world.store as? any TestRunStore)
            let test = TestRun(
                uid: JobUID(uuid: UUID()),
                definition: job.definition.asTest,
                agent: agent,
                parameters: ["day": "1"],
                source: "console",
                caller: "ada"
            )
            let started = try await store.start(test, by: .system(at: World.start))
            let execution = try #require(started.executions.first)
            // The name is that of a task which is there.
            #expect(execution.kind == .test && execution.jobName == job.definition.name && execution.jobID != job.id)
            let order = try #require(try await world.store.pendingOrders(of: agent).first)
            #expect(order.parameters == ["day": "1"] && order.executionID == execution.id)
            #expect(try await world.store.jobs(JobQuery()).items.map(\.id) == [job.id])
            #expect(try await world.store.executions(ExecutionQuery()).total == 0)
            #expect(try await world.store.runs(RunQuery()).total == 0)
            #expect(try await world.store.openCounts(in: .all)[.pending] == 0)
            var query = ExecutionQuery()
            query.types = [.test]
            #expect(try await world.store.executions(query).items == [execution])
            #expect(try await world.store.executions(ExecutionQuery(run: started.run.id)).items == [execution])
            _ = try await world.store.start(TriggerTests.trigger(job), at: World.start + 1)
            #expect(try await world.store.executions(ExecutionQuery()).total == 1)
            #expect(try await world.store.executions(ExecutionQuery(agent: agent)).total == 1)
            #expect(try await world.store.runs(RunQuery()).total == 1)
            #expect(try await world.store.openCounts(in: .all)[.pending] == 1)
        }
    }
}
