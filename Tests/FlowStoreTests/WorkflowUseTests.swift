// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

extension WorkflowStoreTests {
    @Test(
        "What a workflow runs, maps over or waits for is not deleted before it is taken out there",
        arguments: StoreKind.allCases
    )
    func uses(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            var jobs: [Job] = []
            // Some ids begin with the digits of others.
            for number in 1...12 { jobs.append(try await flow.world.job("job\(number)")) }
            let (run, mapped, awaited) = (jobs[0], jobs[1], jobs[2])
            let inner = try await flow.workflow([WorkflowNode("a", .noop)], name: "inner")
            let map = MapStep(over: .items(["x"]), body: .job(mapped.id))
            let wait = EventWait(.task(awaited.id, on: .end), timeoutSeconds: 60)
            let outer = try await flow.workflow(
                [
                    WorkflowNode("run", .job(run.id)), WorkflowNode("map", .map(map)),
                    WorkflowNode("wait", .wait(.event(wait))), WorkflowNode("inner", .workflow(inner.id)),
                ],
                name: "outer"
            )
            for job in [run, mapped, awaited] {
                let users = try await flow.store.workflows(using: .job(job.id))
                #expect(users == [WorkflowUser(id: outer.id, name: "outer", groups: outer.definition.groups)])
                await expectError(.inUse) { _ = try await flow.store.deleteJob(job.id, by: flow.ada) }
                let waiting = try #require(flow.store as? any DependencyStore)
                await expectError(.inUse) { _ = try await waiting.deleteDetached(job.id, by: flow.ada) }
            }
            for job in jobs[3...] {
                #expect(try await flow.store.workflows(using: .job(job.id)).isEmpty)
                _ = try await flow.store.deleteJob(job.id, by: flow.ada)
            }
            #expect(try await flow.store.workflows(using: .workflow(inner.id)).map(\.id) == [outer.id])
            await expectError(.inUse) { try await flow.delete(inner) }
            try await flow.delete(outer)
            try await flow.delete(inner)
            for job in [run, mapped, awaited] { _ = try await flow.store.deleteJob(job.id, by: flow.ada) }
        }
    }

    @Test("Only the version that was looked at is deleted", arguments: StoreKind.allCases)
    func deletedVersion(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await flow.workflow([WorkflowNode("a", .noop)])
            var definition = workflow.definition
            definition.nodes.append(WorkflowNode("b", .noop))
            let changed = try await flow.store.updateWorkflow(
                workflow.id,
                definition: definition,
                isEnabled: true,
                nextFire: nil,
                expectedVersion: workflow.version,
                by: flow.ada
            )
            await expectError(.conflict) {
                try await flow.store.deleteWorkflow(workflow.id, expectedVersion: workflow.version, by: flow.ada)
            }
            #expect(try await flow.store.workflow(workflow.id)?.version == changed.version)
            try await flow.store.deleteWorkflow(workflow.id, expectedVersion: changed.version, by: flow.ada)
            #expect(try await flow.store.workflow(workflow.id) == nil)
        }
    }
}
