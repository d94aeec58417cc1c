// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowScheduler

@Suite("For which instant a workflow starts")
struct WorkflowPlanTests {
    /// 2026-01-01T00:00:00Z.
    private static let midnight = Timestamp(milliseconds: 1_767_225_600_000)

    private static func workflow(_ cron: String) -> Workflow {
        Workflow(
            id: 1,
            uid: JobUID(uuid: UUID(uuidString: "00000000-0000-4000-8000-0000000000ff")!),
            version: 1,
            definition: WorkflowDefinition(
                name: "w",
                schedule: WorkflowSchedule(cron: cron),
                nodes: [WorkflowNode("a", .noop)]
            ),
            isEnabled: true,
            nextFire: Self.midnight,
            owner: nil,
            createdBy: "ada",
            createdAt: Self.midnight,
            updatedAt: Self.midnight
        )
    }

    private static func after(minutes: Int64) -> Timestamp { Self.midnight.advanced(byMilliseconds: minutes * 60_000) }

    @Test("On time it is the instant that was due")
    func onTime() {
        let plan = WorkflowEngine.plan(
            Self.workflow("0 * * * *"),
            due: Self.midnight,
            at: Self.midnight.advanced(byMilliseconds: 200)
        )
        #expect(plan.nominal == Self.midnight)
        #expect(plan.next == Self.after(minutes: 60))
    }

    @Test("After an absence it is the newest of the last hour, once")
    func absence() {
        let plan = WorkflowEngine.plan(Self.workflow("*/10 * * * *"), due: Self.midnight, at: Self.after(minutes: 605))
        #expect(plan.nominal == Self.after(minutes: 600))
        #expect(plan.next == Self.after(minutes: 610))
    }

    @Test("What was due longer ago is not made up for")
    func longAgo() {
        let plan = WorkflowEngine.plan(Self.workflow("0 0 * * *"), due: Self.midnight, at: Self.after(minutes: 90))
        #expect(plan.nominal == nil)
        #expect(plan.next == Self.after(minutes: 24 * 60))
    }
}
