// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Definitions of workflows")
struct WorkflowDefinitionTests {
    private static func read(_ text: String) throws -> (definition: WorkflowDefinition?, faults: [WorkflowFault]) {
        WorkflowDefinition.read(try JSONParser.parse(Array(text.utf8)))
    }

    private static let full = """
        {"name": "etl", "description": "nightly", "group_ids": [2, 1], "cron_expr": "0 2 * * *", "timezone": "Europe/Berlin",
         "overlap": "allow", "timeout_seconds": 600, "max_parallel": 3, "on_failure": "continue",
         "parameters": [{"name": "day", "type": "string", "default": "today"}, {"name": "n", "type": "int"}],
         "nodes": [
          {"key": "extract", "kind": "job", "task_id": 7, "parameters": {"day": "{{params.day}}"}, "if_disabled": "skip"},
          {"key": "own", "kind": "script", "script": "exit 0", "env": {"A": "b"}, "retry_count": 2, "rule": "strict"},
          {"key": "tell", "kind": "http", "url": "https://example.org", "method": "POST", "body": "x", "on_failure": "ignore"},
          {"key": "d", "kind": "decision", "cases": [{"when": "steps.extract.exit_code == 0", "to": ["own"]}], "else": ["tell"]},
          {"key": "ok", "kind": "approval", "users": ["ann"], "not_starter": true, "on_timeout": "fail", "message": "go?"},
          {"key": "six", "kind": "wait", "until": "06:00", "timezone": "UTC"}, {"key": "w", "kind": "wait", "seconds": 5},
          {"key": "n", "kind": "noop", "rule": {"at_least": 1}}],
         "edges": [{"from": "extract", "to": "d"}, {"from": "own", "to": "ok", "on": "failure", "catch": true},
          {"from": "ok", "to": "six"}, {"from": "six", "to": "n"}]}
        """

    @Test("Are written as they are read")
    func roundTrip() throws {
        let (definition, faults) = try Self.read(Self.full)
        #expect(faults == [])
        let first = try #require(definition)
        #expect(
            first.nodes.map(\.work.kind) == ["job", "script", "http", "decision", "approval", "wait", "wait", "noop"]
        )
        let again = WorkflowDefinition.read(first.json)
        #expect(again.faults == [])
        #expect(again.definition == first)
        #expect(first.groups == [1, 2])
    }

    private static func one(_ node: String, edges: String = "[]") -> String {
        #"{"name": "w", "nodes": [\#(node)], "edges": \#(edges)}"#
    }

    @Test(
        "Are refused with the place of what is wrong",
        arguments: [
            (one(#"{"key": "a", "kind": "map", "over": "{{params.x}}"}"#), "nodes[0].do", "required"),
            (one(#"{"key": "a", "kind": "workflow"}"#), "nodes[0].workflow_id", "required"),
            (one(#"{"key": "a", "kind": "shell"}"#), "nodes[0].kind", "choice"),
            (one(#"{"key": "A", "kind": "noop"}"#), "nodes[0].key", "key"),
            (one(#"{"key": "a", "kind": "noop", "outputs": {}}"#), "nodes[0].outputs", "conflict"),
            (one(#"{"key": "a", "kind": "noop", "colour": 1}"#), "nodes[0].colour", "unknown_field"),
            (one(#"{"key": "a", "kind": "job"}"#), "nodes[0].task_id", "required"),
            (one(#"{"key": "a", "kind": "noop"}, {"key": "a", "kind": "noop"}"#), "nodes[1].key", "duplicate"),
            (one(#"{"key": "a", "kind": "noop"}"#, edges: #"[{"from": "a", "to": "b"}]"#), "edges[0].to", "not_found"),
            (one(#"{"key": "a", "kind": "noop"}"#, edges: #"[{"from": "a", "to": "a"}]"#), "edges", "cycle"),
            (one(#"{"key": "a", "kind": "noop", "rule": {"at_least": 2}}"#), "nodes[0].rule", "range"),
            (one(#"{"key": "a", "kind": "noop", "on_failure": "hold"}"#), "nodes[0].on_failure", "unsupported"),
            (
                one(#"{"key": "a", "kind": "job", "task_id": 1, "parameters": {"x": "{{params.y}}"}}"#),
                "nodes[0].parameters.x", "expression"
            ),
            (
                one(#"{"key": "a", "kind": "job", "task_id": 1, "parameters": {"x": "{{1 +}}"}}"#),
                "nodes[0].parameters.x", "expression"
            ),
            (
                one(
                    #"{"key": "a", "kind": "decision", "cases": [{"when": "steps.b.state == 'x'", "to": ["b"]}]}, {"key": "b", "kind": "noop"}"#
                ), "nodes[0].cases[0].when", "expression"
            ),
            (one(#"{"key": "a", "kind": "wait"}"#), "nodes[0].seconds", "required"),
            (one(""), "nodes", "required"),
            (#"{"nodes": [{"key": "a", "kind": "noop"}]}"#, "name", "required"),
            (#"[]"#, "", "type"),
        ]
    )
    func refused(_ text: String, _ path: String, _ code: String) throws {
        let faults = try Self.read(text).faults
        #expect(faults.contains { $0.path == path && $0.code == code }, "\(faults)")
    }

    @Test("A cycle is named with its path")
    func cycle() throws {
        let nodes = ["a", "b", "c", "d"].map { #"{"key": "\#($0)", "kind": "noop"}"# }.joined(separator: ",")
        let edges =
            #"[{"from": "a", "to": "b"}, {"from": "b", "to": "c"}, {"from": "c", "to": "b"}, {"from": "c", "to": "d"}]"#
        let fault = try #require(try Self.read(Self.one(nodes, edges: edges)).faults.first)
        #expect(fault.message.hasSuffix("b → c → b") || fault.message.hasSuffix("c → b → c"), "\(fault)")
    }

    @Test("Have at most a thousand steps and five thousand edges")
    func limits() {
        let nodes = (0...1000).map { WorkflowNode("n\($0)", .noop) }
        #expect(WorkflowDefinition(name: "w", nodes: nodes).faults.first?.code == "too_many")
        let edges = (0...5000).map { WorkflowEdge("n\($0 / 1000)", "n\($0 % 1000)") }
        #expect(
            WorkflowDefinition(name: "w", nodes: Array(nodes.dropLast()), edges: edges).faults.first?.code == "too_many"
        )
        #expect(WorkflowDefinition(name: "w", nodes: Array(nodes.dropLast())).faults == [])
    }
}
