// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

/// Rules W6, W13 and W14 in both stores.
extension WorkflowStoreTests {
    private static func map(_ items: [String], limit: Int, fail: MapFailure = .any) -> WorkflowNode {
        let step = OwnStep(.shell(ShellPayload(command: "true")))
        return WorkflowNode(
            "m",
            .map(
                MapStep(over: .items(items), body: .own(step), itemParameters: ["part"], maxParallel: limit, fail: fail)
            )
        )
    }

    @Test(
        "W13: of a list so many items are with hosts at once, each once, and what they hand on is collected",
        arguments: StoreKind.allCases
    )
    func map(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await flow.workflow([Self.map(["a", "b", "c", "d", "e"], limit: 2)])
            let step = try await flow.start(workflow)
            let run = try #require(step.started.first)
            #expect(run.executions.count == 5 && run.orders.isEmpty)
            #expect(run.executions.allSatisfy { $0.agentID == .unplaced })
            #expect(try await flow.world.placements.openSlots(limit: 100).count == 2)
            var items: [String] = []
            for _ in 0..<5 {
                let round = try await flow.world.place(on: [flow.agent])
                items += round.orders.values.joined().compactMap { order in
                    #expect(order.parameters == ["part": order.hold?.shard?.item ?? ""])
                    #expect(order.hold?.environment["QF_ITEM"] == order.parameters["part"])
                    #expect(order.job.policies.overlap == .allow)
                    return order.parameters["part"]
                }
                let open = try await flow.world.placements.openSlots(limit: 100).filter {
                    $0.agent != nil && !$0.isEnded
                }
                #expect(open.count <= 2)
                guard let next = open.first, let execution = try await flow.world.store.execution(next.execution) else {
                    continue
                }
                try await flow.end(execution)
                // What has ended is noted, and the next item waits for a host.
                _ = try await flow.world.place(on: [])
            }
            #expect(items.sorted() == ["a", "b", "c", "d", "e"])
            _ = try await flow.world.place(on: [flow.agent])
            _ = try await flow.goOn()
            let detail = try await flow.detail(step)
            #expect(detail.run.outcome == .succeeded)
            #expect(detail.nodes.first?.result?.counts == [ExecutionStatus.success.rawValue: 5])
            #expect(try await flow.world.placements.openSlots(limit: 100).isEmpty)
        }
    }

    @Test("W13: after a failure of a fast list nothing more of it begins", arguments: StoreKind.allCases)
    func fast(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let step = try await flow.start(
                try await flow.workflow([Self.map((0..<20).map(String.init), limit: 1, fail: .fast)])
            )
            let placed = try await flow.world.place(on: [flow.agent])
            let id = try #require(placed.orders.values.first?.first?.executionID)
            try await flow.end(try #require(try await flow.world.store.execution(id)), .failure, exitCode: 1)
            let round = try await flow.world.place(on: [flow.agent])
            #expect(round.changed.filter { $0.reason == .itemStopped }.count == 19)
            _ = try await flow.goOn()
            let node = try await flow.detail(step).nodes.first
            #expect(node?.state == .failed && node?.detail == "1 of 20 items failed.")
        }
    }

    @Test("W13: a cancelled list ends with what runs; what was kept back has no turn", arguments: StoreKind.allCases)
    func cancelledMap(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let step = try await flow.start(
                try await flow.workflow([Self.map((0..<6).map(String.init), limit: 2)])
            )
            _ = try await flow.world.place(on: [flow.agent])
            let asked = try await flow.store.request(.cancel(force: false), of: step.detail.run.id, by: flow.ada)
            let told = asked.stopped.map(\.execution).filter { !$0.status.isTerminal }
            #expect(told.count == 2)
            for execution in told { try await flow.end(execution, .cancelled, exitCode: nil) }
            #expect(try await flow.world.place(on: [flow.agent]).orders.isEmpty)
            _ = try await flow.goOn()
            #expect(try await flow.detail(step).run.outcome == .cancelled)
            #expect(try await flow.world.placements.openSlots(limit: 100).isEmpty)
        }
    }

    private static func inner(_ id: WorkflowID, _ key: String = "in") -> WorkflowNode {
        WorkflowNode(key, .workflow(id))
    }

    @Test(
        "W14: a workflow runs within another, hands on its results, and the owner goes on",
        arguments: StoreKind.allCases
    )
    func nested(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            var definition = WorkflowDefinition(name: "inner", groups: [Group.everyone], nodes: [Self.script("x")])
            definition.parameters = [WorkflowParameter("n", .int)]
            definition.results = ["twice": try ExpressionTemplate("{{params.n * 2}}")]
            let inner = try await flow.store.createWorkflow(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: true,
                nextFire: nil,
                by: flow.ada
            )
            var node = Self.inner(inner.id)
            node.parameters = ["n": try ExpressionTemplate("21")]
            var after = Self.script("after")
            after.parameters = ["n": try ExpressionTemplate("{{steps.in.outputs.twice}}")]
            let step = try await flow.start(try await flow.workflow([node, after], [.init("in", "after")]))
            #expect(step.started.map(\.run.source) == ["flow:inner/x"])
            let child = try #require(step.detail.nodes.first?.child)
            let within = try #require(try await flow.store.flow(child, in: .all))
            #expect(within.run.owner == FlowOwner(run: step.detail.run.id, key: "in", depth: 1))
            #expect(within.run.parameters == .object([.init("n", Int64(21))]))
            // A pause of the owner holds what is within it.
            _ = try await flow.store.request(.pause, of: step.detail.run.id, by: flow.ada)
            #expect(try await flow.store.flow(child, in: .all)?.run.phase == .paused)
            _ = try await flow.store.request(.resume, of: step.detail.run.id, by: flow.ada)
            try await flow.end(try #require(step.started.first?.executions.first))
            let started = try await flow.goOn()
            #expect(started.map(\.run.source) == ["flow:w/after"])
            #expect(started.first?.run.parameters == ["n": "42"])
            #expect(try await flow.store.flow(child, in: .all)?.run.outcome == .succeeded)
            try await flow.end(try #require(started.first?.executions.first))
            _ = try await flow.goOn()
            #expect(try await flow.detail(step).run.outcome == .succeeded)
        }
    }

    @Test(
        "W14: an end that nobody heard is heard when the owner is looked at again, and cancel goes down",
        arguments: StoreKind.allCases
    )
    func nestedCancel(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let inner = try await flow.workflow([Self.script("x")], name: "inner")
            let middle = try await flow.workflow([Self.inner(inner.id)], name: "middle")
            let step = try await flow.start(try await flow.workflow([Self.inner(middle.id)]))
            let execution = try #require(step.started.first?.executions.first)
            let asked = try await flow.store.request(.cancel(force: false), of: step.detail.run.id, by: flow.ada)
            #expect(asked.stopped.map(\.execution.id) == [execution.id])
            #expect(try await flow.store.flows(FlowQuery(phase: .stopping)).total == 3)
            try await flow.end(execution, .cancelled, exitCode: nil)
            _ = try await flow.goOn()
            #expect(try await flow.store.flows(FlowQuery(outcome: .cancelled)).total == 3)
        }
    }

    @Test(
        "W14: a workflow that would run itself is refused, also by way of others, and changes nothing",
        arguments: StoreKind.allCases
    )
    func cycles(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let first = try await flow.workflow([Self.script("x")], name: "first")
            let second = try await flow.workflow([Self.inner(first.id)], name: "second")
            var definition = first.definition
            definition.nodes = [Self.inner(second.id)]
            do {
                _ = try await flow.store.updateWorkflow(
                    first.id,
                    definition: definition,
                    isEnabled: true,
                    nextFire: nil,
                    expectedVersion: nil,
                    by: flow.ada
                )
                Issue.record("saved")
            } catch let error as CoreError {
                #expect(error.message.contains("first → second → first"))
            }
            #expect(try await flow.store.workflow(first.id)?.version == 1)
        }
    }

    @Test("W14: a workflow that was deleted or is disabled ends its step with why", arguments: StoreKind.allCases)
    func nestedRefusals(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let off = try await flow.store.createWorkflow(
                uid: JobUID(uuid: UUID()),
                definition: WorkflowDefinition(name: "off", groups: [Group.everyone], nodes: [Self.script("x")]),
                isEnabled: false,
                nextFire: nil,
                by: flow.ada
            )
            // The outer one was saved as it was deleted.
            let gone = try await flow.workflow([Self.script("x")], name: "gone")
            try await flow.delete(gone)
            var needy = WorkflowDefinition(name: "needy", groups: [Group.everyone], nodes: [Self.script("x")])
            needy.parameters = [WorkflowParameter("n", .int)]
            let third = try await flow.store.createWorkflow(
                uid: JobUID(uuid: UUID()),
                definition: needy,
                isEnabled: true,
                nextFire: nil,
                by: flow.ada
            )
            var definition = WorkflowDefinition(
                name: "w",
                groups: [Group.everyone],
                nodes: [Self.inner(off.id, "off"), Self.inner(gone.id, "gone"), Self.inner(third.id, "needy")]
            )
            definition.onFailure = .continue
            let workflow = try await flow.store.createWorkflow(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: true,
                nextFire: nil,
                by: flow.ada
            )
            let detail = try await flow.start(workflow).detail
            #expect(detail.nodes.map(\.reason) == [.disabled, .deleted, .expression])
            #expect(detail.run.outcome == .failed)
        }
    }

    @Test(
        "W6: undoing and cleaning up survive a look at the run again, each begins once",
        arguments: StoreKind.allCases
    )
    func undo(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            var first = Self.script("a")
            first.compensate = "undo"
            var undo = Self.script("undo")
            undo.role = .compensator
            var tidy = Self.script("tidy")
            tidy.role = .finally
            let step = try await flow.start(try await flow.workflow([first, undo, tidy]))
            try await flow.end(try #require(step.started.first?.executions.first), .failure, exitCode: 1)
            var started = try await flow.goOn()
            #expect(started.map(\.run.source) == ["flow:w/undo"])
            #expect(
                try await flow.store.reconcileFlow(step.detail.run.id, at: World.start + 11)?.started.isEmpty == true
            )
            #expect(try await flow.detail(step).run.phase == .compensating)
            try await flow.end(try #require(started.first?.executions.first))
            started = try await flow.goOn()
            #expect(started.map(\.run.source) == ["flow:w/tidy"])
            // Out of its ten minutes.
            _ = try await flow.goOn(at: World.start + 1000)
            let last = try #require(started.first?.executions.first?.id)
            let asked = try #require(try await flow.world.store.execution(last))
            #expect(asked.cancelRequested)
            try await flow.end(asked, .cancelled, exitCode: nil)
            _ = try await flow.goOn(at: World.start + 1001)
            #expect(try await flow.detail(step).run.outcome == .failed)
        }
    }

    @Test(
        "W4: steps that wait for a task hear of each run of it that ends, also two of one run",
        arguments: StoreKind.allCases
    )
    func waits(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let job = try await flow.world.job("awaited")
            let nodes = ["one", "two"].map { WorkflowNode($0, .wait(.event(EventWait(.task(job.id, on: .success))))) }
            let waiting = try await flow.start(try await flow.workflow(nodes))
            let other = try await flow.workflow([WorkflowNode("a", .job(job.id))], name: "other")
            let first = try await flow.start(other)
            try await flow.end(try #require(first.started.first?.executions.first), .failure, exitCode: 1)
            _ = try await flow.goOn()
            #expect(try await flow.detail(waiting).run.phase == .running)
            let second = try await flow.start(other, key: "two")
            try await flow.end(try #require(second.started.first?.executions.first))
            _ = try await flow.goOn()
            #expect(try await flow.detail(waiting).run.outcome == .succeeded)
            #expect(try await flow.detail(second).run.outcome == .succeeded)
        }
    }

    @Test(
        "W4: a message goes to the step that waits for it; where none does it is refused",
        arguments: StoreKind.allCases
    )
    func messages(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let step = try await flow.start(
                try await flow.workflow([WorkflowNode("w", .wait(.event(EventWait(.message("go")))))])
            )
            let id = step.detail.run.id
            await #expect(throws: CoreError.self) {
                try await flow.store.request(.message(FlowMessage(topic: "stop", data: [:])), of: id, by: flow.ada)
            }
            let message = WorkflowEvent.message(FlowMessage(topic: "go", data: ["n": "1"]))
            let told = try await flow.store.request(message, of: id, by: flow.ada)
            #expect(told.detail.nodes.first?.result?.outputs == ["n": "1"])
            #expect(told.detail.run.outcome == .succeeded)
            await #expect(throws: CoreError.self) { try await flow.store.request(message, of: id, by: flow.ada) }
        }
    }
}
