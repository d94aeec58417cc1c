// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

/// Rule W6: what was done is undone, and what cleans up runs at any end.
@Suite("Workflows that undo and clean up")
struct WorkflowUndoTests {
    private static func step(_ key: String, undo: String? = nil, role: WorkflowNode.Role = .ordinary) -> WorkflowNode {
        WorkflowNode(key, .job(1), compensate: undo, role: role)
    }

    /// `a → b → c`, of which the first two can be undone, and a clean-up.
    private static let chain = WorkflowDefinition(
        [
            step("a", undo: "ua"), step("b", undo: "ub"), step("c", undo: "uc"), step("ua", role: .compensator),
            step("ub", role: .compensator), step("uc", role: .compensator), step("tidy", role: .finally),
        ],
        [.init("a", "b"), .init("b", "c")]
    )

    @Test("W6: a run that succeeds undoes nothing, and cleans up before it ends")
    func success() {
        var world = FlowWorld(Self.chain)
        for key in ["a", "b", "c"] { world.end(key) }
        #expect(world.run.phase == .finalising)
        #expect(world.started == ["tidy"])
        #expect(world.state("ua") == .skipped)
        world.end("tidy")
        #expect(world.run.outcome == .succeeded)
        #expect(world.order == ["a", "b", "c", "tidy"])
    }

    @Test("W6: after a failure what ended last is undone first, one at a time, the failed step among it")
    func failure() {
        var world = FlowWorld(Self.chain)
        world.end("a")
        world.end("b", .failure)
        #expect(world.run.phase == .compensating)
        #expect(world.started == ["ub"])
        world.end("ub")
        #expect(world.started == ["ua"])
        #expect(world.state("tidy") == .waiting)
        world.end("ua")
        #expect(world.state("uc") == .skipped)
        #expect(world.started == ["tidy"])
        world.end("tidy")
        #expect(world.run.outcome == .failed)
        #expect(world.order == ["a", "b", "ub", "ua", "tidy"])
    }

    @Test("W6: undoing goes on when one of it fails, and a clean-up that fails fails the run")
    func undoFails() {
        var world = FlowWorld(Self.chain)
        world.end("a")
        world.end("b", .failure)
        world.end("ub", .failure)
        #expect(world.started == ["ua"])
        world.end("ua")
        world.end("tidy")
        #expect(world.run.outcome == .failed)
        var other = FlowWorld(Self.chain)
        for key in ["a", "b", "c"] { other.end(key) }
        other.end("tidy", .failure)
        #expect(other.run.outcome == .failed)
    }

    @Test("W6: the first cancel spares what undoes and cleans up; force does not")
    func cancel() {
        var world = FlowWorld(Self.chain)
        world.end("a")
        world.handle(.cancel(force: false))
        #expect(world.run.phase == .stopping)
        world.end("b", .cancelled)
        #expect(world.started == ["ub"])
        world.handle(.cancel(force: false))
        #expect(world.stops["ub"] == nil)
        #expect(world.run.phase == .compensating)
        world.handle(.cancel(force: true))
        #expect(world.stops["ub"] == 1)
        world.end("ub", .cancelled)
        #expect(world.run.outcome == .cancelled)
        #expect(world.order == ["a", "b", "ub"])
        var forced = FlowWorld(Self.chain)
        forced.end("a")
        forced.handle(.cancel(force: true))
        forced.end("b", .cancelled)
        #expect(forced.run.outcome == .cancelled)
        #expect(forced.order == ["a", "b"])
    }

    @Test("W6: a run that is out of time is undone without limit, and cleans up for ten minutes at most")
    func times() {
        var world = FlowWorld(Self.chain)
        world.end("a")
        world.pass(seconds: 86_500)
        world.end("b", .cancelled)
        #expect(world.run.phase == .compensating)
        world.pass(seconds: 86_500)
        #expect(world.started == ["ub"])
        world.end("ub")
        world.end("ua")
        #expect(world.started == ["tidy"])
        world.pass(seconds: 599)
        #expect(world.stops["tidy"] == nil)
        world.pass(seconds: 2)
        #expect(world.stops["tidy"] == 1)
        world.end("tidy", .cancelled)
        #expect(world.run.outcome == .failed)
    }

    @Test("W16: what was undone runs again, and so does what cleans up")
    func rerun() throws {
        var world = FlowWorld(Self.chain)
        world.end("a")
        world.end("b", .failure)
        for key in ["ub", "ua", "tidy"] { world.end(key) }
        let nodes = try #require(
            WorkflowCore.rerun(
                of: world.run,
                world.nodes,
                Self.chain,
                WorkflowGraph(Self.chain),
                from: .failed
            )
        )
        #expect(nodes.allSatisfy { $0.state == .waiting })
        var free = Self.chain
        free.nodes[0].compensate = nil
        free.nodes.remove(at: 3)
        var other = FlowWorld(free)
        other.end("a")
        other.end("b", .failure)
        for key in ["ub", "tidy"] { other.end(key) }
        let kept = WorkflowCore.rerun(of: other.run, other.nodes, free, WorkflowGraph(free), from: .failed)
        #expect(kept?.map(\.state) == [.succeeded, .waiting, .waiting, .waiting, .waiting, .waiting])
    }

    @Test(
        "W6: roles that make no sense are refused with where",
        arguments: [
            (#"{"key": "u", "kind": "job", "task_id": 1, "compensator": true}"#, "nodes[1].compensator", "required"),
            (
                #"{"key": "u", "kind": "noop", "finally": true}"#, "nodes[1].kind", "conflict"
            ),
            (
                #"{"key": "u", "kind": "job", "task_id": 1, "compensator": true, "finally": true}"#,
                "nodes[1].finally", "conflict"
            ),
            (#"{"key": "u", "kind": "job", "task_id": 1, "compensate": "a"}"#, "nodes[1].compensate", "conflict"),
            (#"{"key": "u", "kind": "job", "task_id": 1, "compensate": "gone"}"#, "nodes[1].compensate", "not_found"),
        ]
    )
    func refused(_ node: String, path: String, code: String) throws {
        let text = #"{"name": "w", "nodes": [{"key": "a", "kind": "job", "task_id": 1}, \#(node)]}"#
        let (definition, faults) = WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8)))
        #expect(definition == nil)
        #expect(faults.contains { $0.path == path && $0.code == code }, "\(faults)")
    }

    @Test("W6: no edge leads to a step that runs at any end")
    func edge() throws {
        let text = """
            {"name": "w", "nodes": [{"key": "a", "kind": "job", "task_id": 1},
             {"key": "t", "kind": "job", "task_id": 1, "finally": true}], "edges": [{"from": "a", "to": "t"}]}
            """
        let faults = WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8))).faults
        #expect(faults.map(\.path) == ["edges[0].to"])
    }
}
