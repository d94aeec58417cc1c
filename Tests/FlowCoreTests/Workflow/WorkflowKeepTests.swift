// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

/// Rules W12, W16 and W17 in the core: declared outputs, lists that are repeated, and runs that wait for their turn.
@Suite("Workflows that keep, declare and wait")
struct WorkflowKeepTests {
    private static func map(_ items: [String], key: String = "m") -> WorkflowNode {
        WorkflowNode(key, .map(MapStep(over: .items(items), body: .job(1), maxParallel: 2)))
    }

    private static func rerun(
        _ world: FlowWorld,
        _ items: [String: KeptItems],
        from: RerunStart = .failed
    ) -> FlowWorld? {
        WorkflowCore.rerun(
            of: world.run,
            world.nodes,
            world.definition,
            WorkflowGraph(world.definition),
            from: from,
            items: items
        ).map { FlowWorld(world.definition, nodes: $0, id: 2) }
    }

    @Test("W16: a repeated list keeps what succeeded, over any number of repeats, with what it handed on")
    func items() throws {
        var first = FlowWorld(WorkflowDefinition([Self.map(["a", "b", "c", "d"])]))
        first.end("m", [.success: 2, .failure: 2], lists: ["n": ["1", "x", nil, "4"]])
        let list = try #require(first.node("m").items)
        #expect(list.done.isEmpty && list.total == 4)
        let kept = list.with([0, 3], ["n": ["1", "x", nil, "4"]])
        #expect(kept.done == [0, 3])
        #expect(kept.lists == ["n": ["1", nil, nil, "4"]], "what a failed item said is not kept")
        var second = try #require(Self.rerun(first, ["m": kept]))
        #expect(second.node("m").items?.done == [0, 3] && second.lists["m"] == ["a", "b", "c", "d"])
        second.end("m", [.success: 1, .failure: 1], lists: ["n": [nil, "2", "y", nil]])
        #expect(second.node("m").state == .failed)
        #expect(second.node("m").result?.counts == [3: 3, 4: 1], "all four items count")
        #expect(second.node("m").detail == "1 of 4 items failed.")
        let further = try #require(second.node("m").items).with([1], ["n": [nil, "2", "y", nil]])
        var third = try #require(Self.rerun(second, ["m": further]))
        third.end("m", [.success: 1], lists: ["n": [nil, nil, "3", nil]])
        #expect(third.node("m").state == .succeeded)
        #expect(third.node("m").result?.lists == ["n": ["1", "2", "3", "4"]])
        #expect(third.node("m").result?.counts == [3: 4])
    }

    @Test("W16: a list of which all was done succeeds at once; another list keeps nothing")
    func whole() throws {
        var world = FlowWorld(WorkflowDefinition([Self.map(["a", "b"])]))
        world.handle(.abandon)
        let list = try #require(world.node("m").items)
        let again = try #require(Self.rerun(world, ["m": list.with([0, 1], ["n": ["1", "2"]])]))
        #expect(again.starts.isEmpty && again.run.outcome == .succeeded)
        #expect(again.node("m").result?.lists == ["n": ["1", "2"]])
        let other = try #require(Self.rerun(world, ["m": KeptItems(of: ["a", "c"]).with([0, 1], [:])]))
        #expect(other.starts == ["m": 1] && other.node("m").items?.done == [])
        #expect(KeptItems(of: ["ab", "c"]) != KeptItems(of: ["a", "bc"]), "where one item ends is part of it")
    }

    @Test("W16: a list that is fed anew, was undone, or is named runs whole")
    func notKept() throws {
        let kept = ["m": KeptItems(of: ["a", "b"]).with([0], [:])]
        var fed = FlowWorld(WorkflowDefinition([.job("x"), Self.map(["a", "b"])], [.init("x", "m")]))
        fed.end("x")
        fed.end("m", [.success: 1, .failure: 1])
        #expect(Self.rerun(fed, kept)?.node("m").items?.done == [0], "what feeds it is kept")
        var again = try #require(Self.rerun(fed, kept, from: .step("x")))
        again.end("x")
        #expect(again.node("m").items?.done == [])
        #expect(Self.rerun(fed, kept, from: .step("m"))?.node("m").items?.done == [])
        var step = Self.map(["a", "b"])
        step.compensate = "u"
        var undone = FlowWorld(WorkflowDefinition([step, WorkflowNode("u", .job(1), role: .compensator)]))
        undone.end("m", [.success: 1, .failure: 1])
        undone.end("u")
        #expect(Self.rerun(undone, kept)?.node("m").items?.done == [])
    }

    @Test(
        "W12: a declared output that is missing or of another type fails the step",
        arguments: [
            (["rows": "12"], WorkflowParameter.Kind.int, "a=succeeded"), (["rows": "12.5"], .int, "a=failed(OUTPUT)"),
            (["rows": "x"], .int, "a=failed(OUTPUT)"), (nil, .string, "a=failed(OUTPUT)"),
            (["row": "1"], .string, "a=failed(OUTPUT)"), (["rows": "12.5"], .number, "a=succeeded"),
            (["rows": "true"], .bool, "a=succeeded"), (["rows": "yes"], .bool, "a=failed(OUTPUT)"),
            (["rows": "[1]"], .json, "a=succeeded"), (["rows": ""], .string, "a=succeeded"),
        ] as [([String: String]?, WorkflowParameter.Kind, String)]
    )
    func declared(_ outputs: [String: String]?, _ kind: WorkflowParameter.Kind, _ words: String) throws {
        var node = WorkflowNode.job("a")
        node.outputs = ["rows": kind]
        var world = FlowWorld(WorkflowDefinition([node]))
        let result = NodeResult(RunTally(counts: [.success: 1]), outputs: outputs)
        world.handle(.childSettled(key: "a", child: try #require(world.node("a").child), result))
        #expect(world.words == words, "\(world.node("a").detail ?? "")")
    }

    @Test("W12: a declared output has its type in expressions, others are texts")
    func typed() throws {
        var node = WorkflowNode.job("a")
        node.outputs = ["rows": .int]
        let next = WorkflowNode(
            "b",
            .job(1),
            parameters: [
                "twice": try ExpressionTemplate("{{steps.a.outputs.rows * 2}}"),
                "text": try ExpressionTemplate("{{steps.a.outputs.other == '5'}}"),
            ]
        )
        var world = FlowWorld(WorkflowDefinition([node, next], [.init("a", "b")]))
        let result = NodeResult(RunTally(counts: [.success: 1]), outputs: ["rows": "21", "other": "5"])
        world.handle(.childSettled(key: "a", child: try #require(world.node("a").child), result))
        #expect(world.given["b"] == ["twice": "42", "text": "true"])
    }

    @Test("W17: a run that waits for its turn begins with its own time, and does nothing before")
    func queued() {
        var world = FlowWorld(
            WorkflowDefinition([.job("a"), WorkflowNode("f", .job(1), role: .finally)]),
            phase: .queued
        )
        #expect(world.starts.isEmpty && world.run.phase == .queued)
        world.pass(seconds: 1000)
        world.handle(.pause)
        #expect(world.run.phase == .queued && world.starts.isEmpty)
        world.handle(.begin)
        #expect(world.starts == ["a": 1] && world.run.phase == .running)
        #expect(world.run.deadline == world.now.advanced(byMilliseconds: 86_400_000))
        world.handle(.begin)
        #expect(world.starts == ["a": 1])
    }

    @Test("W17: stopped before its turn it cleans nothing up; too late for its start it is skipped")
    func unqueued() {
        let definition = WorkflowDefinition([.job("a"), WorkflowNode("f", .job(1), role: .finally)])
        var world = FlowWorld(definition, phase: .queued)
        world.handle(.cancel(force: false))
        #expect(world.run.outcome == .cancelled && world.starts.isEmpty, "\(world.words)")
        #expect(!world.nodes.contains { $0.state.isOpen })
        var late = FlowWorld(definition, phase: .queued)
        late.run.deadline = late.now.advanced(byMilliseconds: 10_000)
        late.pass(seconds: 9)
        #expect(late.run.phase == .queued)
        late.pass(seconds: 2)
        #expect(late.run.outcome == .skipped && late.starts.isEmpty && late.ends == [.skipped])
    }

    @Test("W12, W17: what is declared is read as it is written, and wrong words are named with their place")
    func form() throws {
        let text = """
            {"name": "w", "overlap": "queue_one", "start_deadline_seconds": 60, "nodes":
             [{"key": "a", "kind": "job", "task_id": 1, "outputs": {"rows": "int", "list": "json"}},
              {"key": "b", "kind": "http", "url": "https://example.org", "outputs": {"id": "/id"}}]}
            """
        let (read, faults) = WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8)))
        #expect(faults.isEmpty)
        let definition = try #require(read)
        #expect(definition.nodes[0].outputs == ["rows": .int, "list": .json] && definition.nodes[1].outputs.isEmpty)
        #expect(definition.overlap == .queueOne && definition.startDeadlineSeconds == 60)
        #expect(WorkflowDefinition.read(definition.json).definition == definition)
        for (wrong, path) in [
            (#""outputs": {"rows": "integer"}"#, "nodes[0].outputs.rows"),
            (#""outputs": {"a b": "int"}"#, "nodes[0].outputs.a b"),
        ] {
            let text = #"{"name": "w", "nodes": [{"key": "a", "kind": "job", "task_id": 1, \#(wrong)}]}"#
            let found = WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8))).faults
            #expect(found.map(\.path) == [path])
        }
    }

    @Test("P1: a step narrows what its task says of hosts, and never widens it")
    func narrowing() {
        let web9 = AgentID("web9")!
        let own = Placement(
            kind: .nOf,
            strategy: .first,
            count: 3,
            selector: "region=eu",
            exclude: [web9],
            leaseSeconds: 9
        )
        let step = Placement(kind: .nOf, strategy: .random, count: 5, selector: "!gpu")
        let both = step.narrowing(own)
        #expect(both.kind == .nOf && both.count == 3 && both.strategy == .random && both.leaseSeconds == 9)
        #expect(both.selector == "region=eu,!gpu" && both.exclude == [web9])
        #expect((try? LabelSelector(both.selector ?? ""))?.fits(["region": "eu"]) == true)
        #expect((try? LabelSelector(both.selector ?? ""))?.fits(["region": "eu", "gpu": "1"]) == false)
        let one = Placement(kind: .oneOf, strategy: .leastLoad).narrowing(own)
        #expect(one.kind == .oneOf && one.slots == 1 && one.exclude == [web9])
        #expect(Placement(kind: .nOf, count: 9).narrowing(Placement(kind: .oneOf)).slots == 1)
        #expect(Placement(kind: .oneOf).narrowing(Placement(kind: .sharded, count: 4)).slots == 4)
        #expect(Placement(kind: .oneOf).narrowing(nil) == Placement(kind: .oneOf))
        #expect(Placement(kind: .oneOf).narrowing(Placement()) == Placement(kind: .oneOf))
    }

    @Test("P1: where a step runs is read as it is written; what is wrong is named with its place")
    func placed() throws {
        func read(
            _ placement: String,
            _ kind: String = #""kind": "job", "task_id": 1"#
        ) throws -> (WorkflowDefinition?, [String]) {
            let text = #"{"name": "w", "nodes": [{"key": "a", \#(kind), "placement": \#(placement)}]}"#
            let (definition, faults) = WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8)))
            return (definition, faults.map(\.path))
        }
        let text = #"{"kind": "n_of", "count": 2, "strategy": "least_load", "where": "region=eu", "exclude": ["web9"]}"#
        let definition = try #require(try read(text).0)
        #expect(definition.nodes[0].placement?.strategy == .leastLoad && definition.nodes[0].placement?.count == 2)
        #expect(WorkflowDefinition.read(definition.json).definition == definition)
        #expect(try read(#"{"kind": "each"}"#).1 == ["nodes[0].placement.kind"])
        #expect(try read("{}").1 == ["nodes[0].placement.kind"])
        #expect(try read(#"{"kind": "one_of", "exclude": ["a b"]}"#).1 == ["nodes[0].placement.exclude[0]"])
        #expect(try read(#"{"kind": "one_of", "colour": 1}"#).1 == ["nodes[0].placement.colour"])
        #expect(try read(#"{"kind": "one_of"}"#, #""kind": "noop""#).1 == ["nodes[0].placement"])
    }
}
