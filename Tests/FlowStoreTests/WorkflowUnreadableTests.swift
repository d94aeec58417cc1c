// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowStore

extension WorkflowStoreTests {
    @Test(
        "A workflow of a newer server is shown as unreadable, stays as it is, and keeps no other from anything",
        arguments: StoreKind.allCases
    )
    func unreadable(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let job = try await flow.world.job("job")
            let schedule = WorkflowSchedule(cron: "* * * * *", timeZone: "UTC")
            let newer = try await flow.workflow(
                [WorkflowNode("a", .job(job.id))],
                name: "newer",
                schedule: schedule,
                nextFire: World.start + 1
            )
            let outer = try await flow.workflow([WorkflowNode("in", .workflow(newer.id))], name: "outer")
            let plain = try await flow.workflow(
                [WorkflowNode("a", .noop)],
                name: "plain",
                schedule: schedule,
                nextFire: World.start + 2
            )
            let text = #"{"name":"newer","nodes":[{"key":"a","kind":"teleport","task_id":\#(job.id)}]}"#
            let store = try #require(flow.store as? DatabaseStore)
            try await store.write("newer") { db in
                _ = try db.run("UPDATE workflow SET definition = ? WHERE id = ?", [.text(text), .integer(newer.id)])
            }
            let listed = try await flow.store.workflows(WorkflowQuery()).items
            #expect(listed.map(\.definition.name) == ["newer", "outer", "plain"])
            #expect(listed.map(\.isUnreadable) == [true, false, false])
            let shown = try #require(try await flow.store.workflow(newer.id))
            #expect(shown.isUnreadable && shown.definition.groups == newer.definition.groups)
            #expect(try await flow.store.workflow(named: "newer")?.id == newer.id)
            // What is due beside it begins, also where it would fill the page.
            for limit in [1, 10] {
                #expect(try await flow.store.dueWorkflows(at: World.start + 60, limit: limit).map(\.id) == [plain.id])
            }
            await expectError(.conflict) {
                _ = try await flow.store.updateWorkflow(
                    newer.id,
                    definition: shown.definition,
                    isEnabled: false,
                    nextFire: nil,
                    expectedVersion: shown.version,
                    by: flow.ada
                )
            }
            await expectError(.conflict) { _ = try await flow.start(newer) }
            await expectError(.nameTaken) { _ = try await flow.workflow([WorkflowNode("a", .noop)], name: "newer") }
            await expectError(.conflict) {
                _ = try await flow.store.fireWorkflow(
                    newer.id,
                    due: World.start + 1,
                    nominal: World.start + 1,
                    next: nil,
                    at: World.start + 2
                )
            }
            // What is in it may well be what it says it is.
            await expectError(.inUse) { _ = try await flow.store.deleteJob(job.id, by: flow.ada) }
            try await flow.delete(outer)
            await expectError(.conflict) { try await flow.delete(newer) }
            let kept = try await store.read { db in
                try db.first("SELECT definition FROM workflow WHERE id = ?", [.integer(newer.id)]) { $0.text(0) }
            }
            #expect(kept == text)
        }
    }
}
