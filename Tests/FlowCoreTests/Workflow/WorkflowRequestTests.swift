// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("What people and time do to a run of a workflow")
struct WorkflowRequestTests {
    private static let approval = WorkflowDefinition(
        [.job("a"), WorkflowNode("ok", .approval(NodeApproval(timeoutSeconds: 3600))), .job("b")],
        [.init("a", "ok"), .init("ok", "b")]
    )

    private static func answer(_ approves: Bool, _ who: String) -> NodeAnswer {
        NodeAnswer(approves: approves, by: who, comment: "", at: FlowWorld.start)
    }

    @Test("An approval waits for an answer, and the first one counts")
    func approval() {
        var world = FlowWorld(Self.approval)
        world.end("a")
        #expect(world.asked == ["ok"])
        #expect(world.started == ["ok"])
        world.handle(.answered(key: "ok", Self.answer(true, "bob")))
        #expect(world.handle(.answered(key: "ok", Self.answer(false, "eve"))).isEmpty)
        #expect(world.node("ok").answer?.by == "bob")
        #expect(world.started == ["b"])
        world.end("b")
        #expect(world.ends == [.succeeded])
    }

    @Test("A rejection is a failure")
    func rejection() {
        var world = FlowWorld(Self.approval)
        world.end("a")
        world.handle(.answered(key: "ok", Self.answer(false, "eve")))
        #expect(world.words == "a=succeeded ok=failed(REJECTED) b=skipped(UPSTREAM_FAILED)")
        #expect(world.ends == [.failed])
    }

    @Test(
        "Without an answer the question decides itself",
        arguments: [(NodeApproval.AtTimeout.reject, "failed"), (.fail, "failed"), (.approve, "succeeded")]
    )
    func silence(_ policy: NodeApproval.AtTimeout, _ outcome: String) {
        var world = FlowWorld(
            WorkflowDefinition([WorkflowNode("ok", .approval(NodeApproval(timeoutSeconds: 60, atTimeout: policy)))])
        )
        world.pass(seconds: 59)
        #expect(world.ends.isEmpty)
        world.pass(seconds: 2)
        #expect(world.ends.map(\.rawValue) == [outcome])
    }

    @Test("Cancelling ends what waits at once and what runs when it has stopped")
    func cancel() {
        var world = FlowWorld(
            WorkflowDefinition([.job("a"), .job("b"), .job("c")], [.init("a", "c"), .init("b", "c")])
        )
        world.handle(.cancel(force: false))
        #expect(world.run.phase == .stopping)
        #expect(world.stops == ["a": 1, "b": 1])
        #expect(world.state("c") == .cancelled)
        world.handle(.cancel(force: false))
        #expect(world.stops == ["a": 1, "b": 1])
        world.handle(.cancel(force: true))
        #expect(world.stops == ["a": 2, "b": 2])
        world.end("a", .cancelled)
        #expect(world.run.phase == .stopping)
        world.end("b")
        #expect(world.run.phase == .ended)
        #expect(world.ends == [.cancelled])
        #expect(world.state("b") == .succeeded)
        #expect(world.handle(.cancel(force: true)).isEmpty)
    }

    @Test("Cancelling ends questions and waits")
    func cancelQuestion() {
        var world = FlowWorld(
            WorkflowDefinition([WorkflowNode("ok", .approval(NodeApproval())), WorkflowNode("w", .wait(.seconds(60)))])
        )
        world.handle(.cancel(force: false))
        #expect(world.words == "ok=cancelled(REQUESTED) w=cancelled(REQUESTED)")
        #expect(world.ends == [.cancelled])
    }

    @Test("Giving up ends the run although a host does not answer")
    func abandon() {
        var world = FlowWorld(WorkflowDefinition([.job("a")]))
        world.handle(.cancel(force: false))
        world.handle(.abandon)
        #expect(world.words == "a=cancelled(ABANDONED)")
        #expect(world.ends == [.cancelled])
    }

    @Test("A pause holds steps, waits and the run's own time")
    func pause() {
        var definition = WorkflowDefinition(
            [.job("a"), .job("b"), WorkflowNode("w", .wait(.seconds(600)))],
            [.init("a", "b")]
        )
        definition.timeoutSeconds = 1000
        var world = FlowWorld(definition)
        world.handle(.pause)
        world.end("a")
        #expect(world.state("b") == .ready)
        world.pass(seconds: 5000)
        #expect(world.state("w") == .started)
        #expect(world.run.phase == .paused)
        world.handle(.resume)
        #expect(world.started == ["b", "w"])
        world.pass(seconds: 500)
        #expect(world.state("w") == .started)
        world.pass(seconds: 101)
        #expect(world.state("w") == .succeeded)
        world.pass(seconds: 500)
        #expect(world.run.halt == .timeout)
        #expect(world.stops["b"] == 1)
        world.end("b", .cancelled)
        #expect(world.ends == [.failed])
    }

    @Test("A cancelled pause ends")
    func cancelPaused() {
        var world = FlowWorld(WorkflowDefinition([.job("a"), .job("b")], [.init("a", "b")]))
        world.handle(.pause)
        world.handle(.cancel(force: false))
        world.end("a")
        #expect(world.ends == [.cancelled])
    }

    @Test("A wait for a time of day ends at that time")
    func until() {
        var world = FlowWorld(
            WorkflowDefinition([WorkflowNode("six", .wait(.until(hour: 6, minute: 0, timeZone: "UTC")))])
        )
        #expect(world.node("six").wakeAt == FlowWorld.start.advanced(byMilliseconds: 6 * 3_600_000))
        world.pass(seconds: 6 * 3600)
        #expect(world.ends == [.succeeded])
    }

    @Test(
        "A task that cannot start ends its step",
        arguments: [
            (NodeReason.deleted, NodeState.failed), (.denied, .failed), (.disabled, .failed), (.ifDisabled, .skipped),
        ]
    )
    func refused(_ reason: NodeReason, _ state: NodeState) {
        var world = FlowWorld(WorkflowDefinition([.job("a")]))
        world.handle(.refused(key: "a", reason, "no"))
        #expect(world.state("a") == state)
        #expect(world.run.phase == .ended)
    }

    @Test("With cancel a failure stops what runs, and still runs what it leads to")
    func cancelPolicy() {
        var world = FlowWorld(
            WorkflowDefinition(
                [.job("a", onFailure: .cancel), .job("b"), .job("tell")],
                [.init("a", "tell", on: .failure)]
            )
        )
        world.end("a", .failure)
        #expect(world.stops == ["b": 1])
        #expect(world.started == ["b", "tell"])
        world.end("b", .cancelled)
        world.end("tell")
        #expect(world.ends == [.failed])
    }

    @Test("A repeat from the failure keeps what succeeded")
    func rerun() throws {
        let definition = WorkflowDefinition(
            [.job("a"), .job("b"), .job("c"), .job("d")],
            [.init("a", "b"), .init("b", "d"), .init("a", "c")],
            onFailure: .continue
        )
        var world = FlowWorld(definition)
        world.end("a")
        world.end("b", .failure)
        world.end("c")
        #expect(world.ends == [.failed])
        let graph = WorkflowGraph(definition)
        let nodes = try #require(WorkflowCore.rerun(of: world.run, world.nodes, definition, graph, from: .failed))
        var again = FlowWorld(definition, nodes: nodes, id: 2)
        #expect(again.started == ["b"])
        #expect(again.node("a").keptFrom == world.run.id)
        again.end("b")
        again.end("d")
        #expect(again.starts == ["b": 1, "d": 1])
        #expect(again.ends == [.succeeded])
        let step = try #require(WorkflowCore.rerun(of: again.run, again.nodes, definition, graph, from: .step("c")))
        #expect(step.filter { $0.state == .waiting }.map(\.key) == ["c"])
        #expect(step.first?.keptFrom == world.run.id)
        #expect(WorkflowCore.rerun(of: again.run, again.nodes, definition, graph, from: .step("x")) == nil)
    }

    @Test("W4: a wait ends with the task's run that it waits for, and no other")
    func waitsForTask() {
        let wait = EventWait(.task(7, on: .failure), timeoutSeconds: 60)
        var world = FlowWorld(
            WorkflowDefinition([WorkflowNode("w", .wait(.event(wait))), .job("a")], [.init("w", "a")])
        )
        world.handle(.taskEnded(8, NodeResult(RunTally(counts: [.failure: 1]))))
        world.handle(.taskEnded(7, NodeResult(RunTally(counts: [.success: 1]))))
        #expect(world.started == ["w"])
        world.handle(.taskEnded(7, NodeResult(RunTally(counts: [.failure: 1]), exitCode: 3)))
        #expect(world.started == ["a"])
        #expect(world.node("w").result?.exitCode == 3)
    }

    @Test("W4: a message is for the steps that wait for its topic now, and is what they hand on")
    func waitsForMessage() throws {
        var next = WorkflowNode.job("a")
        next.parameters = ["file": try ExpressionTemplate("{{steps.w.outputs.file}}")]
        let wait = WorkflowNode("w", .wait(.event(EventWait(.message("arrived"), timeoutSeconds: 60))))
        let definition = WorkflowDefinition([wait, next], [.init("w", "a")])
        var world = FlowWorld(definition)
        world.handle(.message(FlowMessage(topic: "left", data: [:])))
        #expect(world.started == ["w"])
        world.handle(.message(FlowMessage(topic: "arrived", data: ["file": "a.csv"])))
        #expect(world.given["a"] == ["file": "a.csv"])
        var late = FlowWorld(definition)
        late.pass(seconds: 61)
        #expect(late.words == "w=failed(TIMEOUT) a=skipped(UPSTREAM_FAILED)")
    }

    @Test(
        "W4: a wait says one thing that it waits for",
        arguments: [
            (#""task_id": 7, "on": "end""#, true), (#""message": "m", "timeout_seconds": 5"#, true),
            (#""task_id": 7, "message": "m""#, false), (#""seconds": 5, "message": "m""#, false),
            (#""task_id": 7, "on": "always""#, false), (#""message": "m", "on": "end""#, false),
        ]
    )
    func waitForms(_ fields: String, isValid: Bool) throws {
        let text = #"{"name": "w", "nodes": [{"key": "w", "kind": "wait", \#(fields)}]}"#
        let (definition, faults) = WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8)))
        #expect(faults.isEmpty == isValid, "\(faults)")
        if let definition { #expect(WorkflowDefinition.read(definition.json).definition == definition) }
    }
}
