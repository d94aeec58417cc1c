// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

/// Rule W17 in both stores: what becomes of a run that is due while another one is open.
extension WorkflowStoreTests {
    private static func queueing(
        _ flow: Flow,
        _ overlap: WorkflowOverlap,
        startDeadline: Int? = nil,
        _ nodes: [WorkflowNode] = [script("a")]
    ) async throws -> Workflow {
        try await flow.store.createWorkflow(
            uid: JobUID(uuid: UUID()),
            definition: WorkflowDefinition(
                name: "w",
                groups: [Group.everyone],
                schedule: WorkflowSchedule(cron: "* * * * *"),
                overlap: overlap,
                startDeadlineSeconds: startDeadline,
                timeoutSeconds: 3600,
                nodes: nodes
            ),
            isEnabled: true,
            nextFire: World.start,
            by: flow.ada
        )
    }

    private static func fire(_ flow: Flow, _ workflow: Workflow, _ minute: Int64) async throws -> FlowStep {
        let due = World.start + minute * 60
        return try #require(
            try await flow.store.fireWorkflow(workflow.id, due: due, nominal: due, next: due + 60, at: due)
        )
    }

    @Test("W17: runs that wait begin one after the other, each once", arguments: StoreKind.allCases)
    func queue(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await Self.queueing(flow, .queue)
            let first = try await Self.fire(flow, workflow, 0)
            let (second, third) = (
                try await Self.fire(flow, workflow, 1), try await Self.fire(flow, workflow, 2)
            )
            #expect(first.detail.run.phase == .running)
            #expect([second, third].allSatisfy { $0.detail.run.phase == .queued && $0.started.isEmpty })
            #expect(second.detail.run.deadline == nil)
            let store = flow.store
            await expectError(.conflict) {
                _ = try await store.request(.pause, of: second.detail.run.id, by: .system(at: World.start))
            }
            // Neither time nor a look at it again lets it begin.
            for id in [second, third].map(\.detail.run.id) {
                #expect(try await flow.store.reconcileFlow(id, at: World.start + 200)?.started.isEmpty == true)
                _ = try await flow.store.stepFlow(id, at: World.start + 200)
            }
            try await flow.end(try #require(first.started.first?.executions.first))
            let next = try await flow.goOn(at: World.start + 300)
            #expect(next.count == 1 && next.first?.run.source == "flow:w/a")
            let begun = try await flow.detail(second)
            #expect(begun.run.phase == .running && begun.run.deadline == World.start + 300 + 3600)
            #expect(try await flow.detail(third).run.phase == .queued)
            // What is stopped before its turn did nothing, and holds up nobody.
            let stopped = try await flow.store.request(.cancel(force: false), of: third.detail.run.id, by: flow.ada)
            #expect(stopped.detail.run.outcome == .cancelled && stopped.started.isEmpty)
            try await flow.end(try #require(next.first?.executions.first))
            #expect(try await flow.goOn(at: World.start + 400).isEmpty)
            #expect(try await flow.detail(second).run.outcome == .succeeded)
        }
    }

    @Test(
        "W17: of a queue of one the next run is skipped; what is too late to begin as well",
        arguments: StoreKind.allCases
    )
    func queueOne(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await Self.queueing(flow, .queueOne, startDeadline: 90)
            let first = try await Self.fire(flow, workflow, 0)
            let second = try await Self.fire(flow, workflow, 1)
            #expect(second.detail.run.phase == .queued)
            #expect(second.detail.run.deadline == World.start + 60 + 90)
            #expect(try await Self.fire(flow, workflow, 2).detail.run.outcome == .skipped)
            #expect(try await flow.store.dueFlows(at: World.start + 149, limit: 10).isEmpty)
            _ = try await flow.goOn(at: World.start + 150)
            #expect(try await flow.detail(second).run.outcome == .skipped)
            #expect(try await flow.store.flow(first.detail.run.id, in: .all)?.run.phase == .running)
            // A fire that the server comes to too late.
            let due = World.start + 180
            let late = try await flow.store.fireWorkflow(
                workflow.id,
                due: due,
                nominal: due,
                next: nil,
                at: due + 91
            )
            #expect(late?.detail.run.outcome == .skipped)
        }
    }

    @Test("W17: what is too late does not begin when its turn comes before its timer", arguments: StoreKind.allCases)
    func tooLate(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await Self.queueing(flow, .queueOne, startDeadline: 90)
            let first = try await Self.fire(flow, workflow, 0)
            let second = try await Self.fire(flow, workflow, 1)
            try await flow.end(try #require(first.started.first?.executions.first))
            let step = try await flow.store.stepFlow(first.detail.run.id, at: World.start + 200)
            #expect(step?.started.isEmpty == true)
            let late = try await flow.detail(second)
            #expect(late.run.outcome == .skipped && late.run.endedAt == World.start + 200)
        }
    }

    @Test("W17: a new run takes the place of open ones, and begins when they have ended", arguments: StoreKind.allCases)
    func replaces(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await Self.queueing(flow, .cancelPrevious)
            let first = try await Self.fire(flow, workflow, 0)
            let second = try await Self.fire(flow, workflow, 1)
            #expect(second.detail.run.phase == .queued && second.started.isEmpty)
            #expect(second.stopped.map(\.execution.id) == first.started.first?.executions.map(\.id))
            #expect(try await flow.detail(first).run.phase == .stopping)
            let third = try await Self.fire(flow, workflow, 2)
            #expect(try await flow.detail(second).run.outcome == .cancelled)
            try await flow.end(try #require(first.started.first?.executions.first), .cancelled, exitCode: nil)
            let begun = try await flow.goOn(at: World.start + 200)
            #expect(begun.count == 1)
            #expect(try await flow.detail(third).run.phase == .running)
            // What only waits ends at once, so that the next one begins in the same moment.
            let waiting = try await flow.store.updateWorkflow(
                workflow.id,
                definition: {
                    var definition = workflow.definition
                    definition.nodes = [WorkflowNode("w", .wait(.seconds(600)))]
                    return definition
                }(),
                isEnabled: true,
                nextFire: World.start + 180,
                expectedVersion: nil,
                by: flow.ada
            )
            try await flow.end(try #require(begun.first?.executions.first))
            _ = try await flow.goOn(at: World.start + 210)
            let fourth = try await Self.fire(flow, waiting, 3)
            let fifth = try await Self.fire(flow, waiting, 4)
            #expect(try await flow.detail(fourth).run.outcome == .cancelled)
            #expect(try await flow.detail(fifth).run.phase == .running)
        }
    }

    @Test("W17: a run that was missed is made up for, or recorded as skipped", arguments: StoreKind.allCases)
    func misfire(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            var outcomes: [FlowOutcome?] = []
            for (misfire, late) in [(WorkflowMisfire.run, 300), (.skip, 60), (.skip, 61)] {
                var definition = WorkflowDefinition(
                    name: "w \(outcomes.count)",
                    groups: [Group.everyone],
                    schedule: WorkflowSchedule(cron: "* * * * *"),
                    nodes: [Self.script("a")]
                )
                definition.misfire = misfire
                let workflow = try await flow.store.createWorkflow(
                    uid: JobUID(uuid: UUID()),
                    definition: definition,
                    isEnabled: true,
                    nextFire: World.start,
                    by: flow.ada
                )
                let step = try await flow.store.fireWorkflow(
                    workflow.id,
                    due: World.start,
                    nominal: World.start,
                    next: nil,
                    at: World.start + Int64(late)
                )
                outcomes.append(step?.detail.run.outcome)
                #expect(step?.started.count == (step?.detail.run.outcome == nil ? 1 : 0))
            }
            #expect(outcomes == [nil, nil, .skipped])
        }
    }

    @Test("P1: a step says on which of its task's hosts it runs", arguments: StoreKind.allCases)
    func placedStep(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            _ = try await flow.world.connectedAgent("b")
            let job = try await flow.world.job("task")
            var step = WorkflowNode("a", .job(job.id))
            step.placement = Placement(kind: .oneOf, strategy: .first, exclude: [flow.agent])
            let begun = try await flow.start(try await flow.workflow([step]))
            let executions = try #require(begun.started.first?.executions)
            #expect(executions.map(\.agentID) == [.unplaced] && begun.started.first?.orders.isEmpty == true)
            let other = try #require(AgentID("b"))
            let round = try await flow.world.place(on: [flow.agent, other])
            #expect(Array(round.orders.keys) == [other])
        }
    }
}
