// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

/// Rules W13 and W14 in the core: lists, and workflows in workflows.
@Suite("Workflows over lists and in workflows")
struct WorkflowMapTests {
    private static func map(
        _ source: MapStep.Source,
        most: Int = 1000,
        fail: MapFailure = .any,
        items: [String] = []
    ) -> WorkflowNode {
        WorkflowNode("m", .map(MapStep(over: source, body: .job(1), itemParameters: items, maxItems: most, fail: fail)))
    }

    private static func expression(_ text: String) throws -> MapStep.Source {
        .expression(try ExpressionTemplate(text))
    }

    @Test(
        "W13: a list is a list, JSON in a text, or lines of a text",
        arguments: [
            (JSON.array([.string("a"), .integer(2)]), ["a", "2"]), (.string(#"["x", {"k": 1}]"#), ["x", #"{"k":1}"#]),
            (.string("one\ntwo\n\nthree\n"), ["one", "two", "three"]),
        ]
    )
    func lists(_ value: JSON, items: [String]) throws {
        var definition = WorkflowDefinition([Self.map(try Self.expression("{{params.list}}"))])
        definition.parameters = [WorkflowParameter("list", .json)]
        let world = FlowWorld(definition, parameters: .object([.init("list", value)]))
        #expect(world.lists["m"] == items)
        #expect(world.state("m") == .started)
    }

    @Test("W13: an empty list has succeeded; one that is too long, or none, fails before an item starts")
    func bounds() throws {
        #expect(FlowWorld(WorkflowDefinition([Self.map(.items([]))])).words == "m=succeeded")
        let long = Self.map(.items((0...10).map(String.init)), most: 10)
        let world = FlowWorld(WorkflowDefinition([long]))
        #expect(world.words == "m=failed(MAP)")
        #expect(world.starts.isEmpty)
        let none = try Self.map(Self.expression("{{1 + 1}}"))
        #expect(FlowWorld(WorkflowDefinition([none])).words == "m=failed(MAP)")
    }

    @Test(
        "W13: which failures of items fail the step",
        arguments: [
            (MapFailure.any, [ExecutionStatus.success: 9, .failure: 1], "m=failed(EXECUTION)"),
            (.never, [.success: 9, .failure: 1], "m=succeeded"), (.never, [.failure: 10], "m=succeeded"),
            (.ratio(0.1), [.success: 9, .timeout: 1], "m=succeeded"),
            (.ratio(0.1), [.success: 8, .failure: 2], "m=failed(EXECUTION)"),
            (.fast, [.success: 1, .failure: 1, .skipped: 8], "m=failed(EXECUTION)"),
            (.any, [.success: 9, .skipped: 1], "m=failed(CHILD_SKIPPED)"),
            (.never, [.success: 9, .cancelled: 1], "m=cancelled(REQUESTED)"),
        ]
    )
    func failures(_ fail: MapFailure, counts: [ExecutionStatus: Int], words: String) {
        var world = FlowWorld(WorkflowDefinition([Self.map(.items((0..<10).map(String.init)), fail: fail)]))
        world.end("m", counts)
        #expect(world.words == words)
    }

    @Test("W13: the next step has each output as a list, in the order of the items")
    func collected() throws {
        let next = WorkflowNode(
            "n",
            .job(1),
            parameters: [
                "sizes": try ExpressionTemplate("{{steps.m.outputs.size}}"),
                "n": try ExpressionTemplate("{{len(steps.m.outputs.size)}}"),
            ]
        )
        var world = FlowWorld(WorkflowDefinition([Self.map(.items(["a", "b", "c"])), next], [.init("m", "n")]))
        world.end("m", [.success: 3], lists: ["size": ["1", nil, "3"]])
        #expect(world.given["n"] == ["sizes": #"["1",null,"3"]"#, "n": "3"])
    }

    @Test("W13: a map is read and written the same, and its item is named")
    func form() throws {
        let text = """
            {"name": "w", "nodes": [{"key": "m", "kind": "map", "over": ["a", "b"], "max_parallel": 3, "fail": {"ratio": 0.5},
             "do": {"kind": "job", "task_id": 9, "parameters": {"part": "{{ item }}", "day": "{{run.date}}"}}}]}
            """
        let (definition, faults) = WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8)))
        #expect(faults.isEmpty)
        let read = try #require(definition)
        guard case .map(let map) = read.nodes[0].work else {
            Issue.record("no map")
            return
        }
        #expect(map.itemParameters == ["part"])
        #expect(map.placement(of: ["a", "b"]).map == MapSlots(limit: 3, parameters: ["part"]))
        #expect(Array(read.nodes[0].parameters.keys) == ["day"])
        #expect(WorkflowDefinition.read(read.json).definition == read)
    }

    @Test(
        "W13: what is wrong with a map is named with its place",
        arguments: [
            (#""over": ["a"]"#, "nodes[0].do"),
            (#""over": "plain", "do": {"kind": "job", "task_id": 1}"#, "nodes[0].over"),
            (#""over": ["a"], "do": {"kind": "noop"}"#, "nodes[0].do.kind"),
            (#""over": ["a"], "max_items": 10001, "do": {"kind": "job", "task_id": 1}"#, "nodes[0].max_items"),
            (#""over": ["a"], "fail": "some", "do": {"kind": "job", "task_id": 1}"#, "nodes[0].fail"),
        ]
    )
    func refused(_ fields: String, path: String) throws {
        let text = #"{"name": "w", "nodes": [{"key": "m", "kind": "map", \#(fields)}]}"#
        let faults = WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8))).faults
        #expect(faults.map(\.path) == [path])
    }

    @Test("W14: what a run hands on is worked out when it has succeeded, and what cannot be is told")
    func results() throws {
        var definition = WorkflowDefinition([.job("a")])
        definition.results = [
            "code": try ExpressionTemplate("{{steps.a.exit_code}}"),
            "rows": try ExpressionTemplate("{{steps.a.outputs.rows}}"),
        ]
        var world = FlowWorld(definition)
        world.end("a", exitCode: 3)
        #expect(world.run.results == .object([.init("code", "3")]))
        #expect(world.run.resultsFault?.hasPrefix("rows: ") == true)
        var failed = FlowWorld(definition)
        failed.end("a", .failure)
        #expect(failed.run.results == nil && failed.run.resultsFault == nil)
    }

    private static func workflow(_ id: WorkflowID, _ inner: [WorkflowID]) -> Workflow {
        let nodes = inner.enumerated().map { WorkflowNode("n\($0)", .workflow($1)) }
        var definition = WorkflowDefinition(nodes + [WorkflowNode("x", .noop)])
        definition.name = "w\(id)"
        return Workflow(
            id: id,
            uid: JobUID(bytes: [UInt8](repeating: UInt8(id), count: 16))!,
            version: 1,
            definition: definition,
            isEnabled: true,
            nextFire: nil,
            owner: nil,
            createdBy: "ann",
            createdAt: FlowWorld.start,
            updatedAt: FlowWorld.start
        )
    }

    private static func fault(_ graph: [WorkflowID: [WorkflowID]], root: WorkflowID = 1) throws -> String? {
        try NestedWorkflows.check(root) { id in graph[id].map { Self.workflow(id, $0).definition } }?.message
    }

    @Test("W14: workflows that would run one another are refused with the path, and so are too many")
    func nesting() throws {
        #expect(try Self.fault([1: [2, 3], 2: [3], 3: []]) == nil)
        #expect(try Self.fault([1: [9]]) == nil)
        #expect(try Self.fault([1: [2], 2: [3], 3: [1]])?.contains("w1 → w2 → w3 → w1") == true)
        #expect(try Self.fault([1: [2, 3], 2: [], 3: [2, 4], 4: [3]])?.contains("w3 → w4 → w3") == true)
        var deep: [WorkflowID: [WorkflowID]] = [:]
        for id in 1...8 { deep[WorkflowID(id)] = id < 8 ? [WorkflowID(id + 1)] : [] }
        #expect(try Self.fault(deep) == nil)
        deep[8] = [9]
        deep[9] = []
        #expect(try Self.fault(deep)?.contains("9 workflows") == true)
    }

    @Test("W14: what is handed to a workflow has the types of its parameters")
    func handed() throws {
        var definition = WorkflowDefinition([.job("a")])
        definition.parameters = [
            WorkflowParameter("n", .int), WorkflowParameter("day"),
            WorkflowParameter("list", .json, standard: .array([])),
        ]
        #expect(
            try definition.parameters(from: ["n": "4", "day": "7"])
                == .object([.init("n", Int64(4)), .init("day", "7"), .init("list", JSON.array([]))])
        )
        #expect(throws: ExpressionFault.self) { try definition.parameters(from: ["n": "four", "day": "x"]) }
        #expect(throws: ExpressionFault.self) { try definition.parameters(from: ["day": "x"]) }
        #expect(throws: ExpressionFault.self) { try definition.parameters(from: ["n": "1", "day": "x", "other": "y"]) }
    }
}
