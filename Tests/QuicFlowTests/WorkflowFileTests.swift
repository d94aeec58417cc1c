// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import quicflow

/// docs/task-files.md: workflows stand among tasks.
@Suite("Workflows in task files")
struct WorkflowFileTests {
    private static let text = """
        kind: workflow
        name: nightly
        groups: [web]
        nodes:
          - {key: load, kind: job, task: extract}
          - {key: each, kind: map, over: [a, b], do: {kind: job, task: part}}
          - {key: sub, kind: workflow, workflow: inner}
          - {key: seen, kind: wait, task: extract, on: success}
          - {key: own, kind: script, script: "true"}
        edges:
          - {from: load, to: each}
        """

    private func files(_ text: String) -> [TaskFile] {
        var reader = TaskFileReader([])
        return reader.tasks(in: Array(text.utf8), file: "t.yaml")
    }

    private func present(_ fields: JSONValue, source: String? = nil) -> TaskServer.Present {
        TaskServer.Present(
            id: 1,
            version: 3,
            updatedAt: "then",
            source: source,
            fields: fields,
            isPartial: false,
            isHeld: false
        )
    }

    private let names = TaskNames(
        groups: [.object(["id": 1, "name": "all"]), .object(["id": 2, "name": "web"])],
        tasks: [.object(["id": 7, "name": "extract"]), .object(["id": 8, "name": "part"])],
        workflows: [.object(["id": 7, "name": "inner"])]
    )

    @Test("names of tasks, workflows and groups are sent as numbers, and come back as names")
    func translated() throws {
        let file = try #require(self.files(Self.text).first)
        #expect(file.key == FileKey(.workflow, "nightly"))
        let (body, faults) = self.names.workflowBody(file.fields)
        #expect(faults.isEmpty, "\(faults)")
        #expect(body["kind"] == .null && body["group_ids"] == .array([2]) && body["enabled"] == true)
        #expect(body["labels"] == .object([:]), "labels that a file does not have are to go")
        let nodes = body["nodes"].array
        #expect(nodes[0]["task_id"] == 7 && nodes[0]["task"] == .null)
        #expect(nodes[1]["do"]["task_id"] == 8 && nodes[2]["workflow_id"] == 7 && nodes[3]["task_id"] == 7)
        #expect(nodes[4] == .object(["key": "own", "kind": "script", "script": "true"]))
        let known: Set = ["kind", "name", "groups", "nodes", "edges", "enabled"]
        let (fields, isPartial) = self.names.workflowFields(body, known: known)
        #expect(!isPartial && fields["nodes"] == file.fields["nodes"] && fields["groups"] == .array(["web"]))
        #expect(fields["edges"] == file.fields["edges"] && fields["kind"] == "workflow")
    }

    @Test("what is not there is said with its place and the name that is near it; numbers are not taken")
    func nearest() throws {
        let text = Self.text.replacing("task: extract}", with: "task: extarct}").replacing(
            "task: part",
            with: "task_id: 8"
        )
        .replacing("workflow: inner", with: "workflow: iner").replacing("[web]", with: "[wbe]")
        let file = try #require(self.files(text).first)
        let faults = self.names.workflowBody(file.fields).faults.map { file.fault($0.path, $0.text).english }
        #expect(faults.count == 4, "\(faults)")
        for words in [
            "t.yaml:3:10: 'nightly' groups[0]: there is no group 'wbe'; is 'web' meant?",
            "t.yaml:5:28: 'nightly' nodes[0].task: there is no task 'extarct'; is 'extract' meant?",
            "nodes[1].do.task_id: write 'task' with its name in files",
            "nodes[2].workflow: there is no workflow 'iner'; is 'inner' meant?",
        ] {
            #expect(faults.contains { $0.contains(words) }, "\(words) is not in \(faults)")
        }
    }

    @Test("a definition that names what may not be seen is partial, and is not exported")
    func partial() {
        func isPartial(_ node: [String: JSONValue], groups: [JSONValue] = [1]) -> Bool {
            let workflow = JSONValue.object([
                "name": "w", "group_ids": .array(groups), "nodes": .array([.object(node)]),
            ])
            return self.names.workflowFields(workflow, known: ["name", "nodes"]).isPartial
        }
        #expect(!isPartial(["task_id": 7]))
        #expect(isPartial(["task_id": 9]))
        #expect(isPartial(["workflow_id": 9]))
        #expect(isPartial(["do": .object(["task_id": 9])]))
        #expect(isPartial(["task_id": 7], groups: [3]))
    }

    @Test(
        "tasks are made before the workflows that run them, inner workflows before outer ones, and deleted behind them"
    )
    func order() {
        let text = """
            - {kind: workflow, name: outer, nodes: [{key: a, kind: workflow, workflow: same}]}
            - {kind: workflow, name: same, nodes: [{key: a, kind: job, task: same}]}
            - {name: same}
            """
        let files = self.files(text)
        let wanted = files.map { TaskServer.Checked(file: $0, definition: $0.fields) }
        let plan = TaskPlan(wanted: wanted, present: [:], options: .init(source: "s"))
        let keys = [FileKey(.task, "same"), FileKey(.workflow, "same"), FileKey(.workflow, "outer")]
        #expect(plan.steps.map(\.key) == keys && plan.steps.allSatisfy { $0.action == .create })
        #expect(plan.steps[1].parents == [FileKey(.task, "same")])
        #expect(plan.steps[2].fields["labels"][TaskSource.label] == "s")
        var present: [FileKey: TaskServer.Present] = [:]
        for file in files { present[file.key] = self.present(file.fields, source: "s") }
        let gone = TaskPlan(wanted: [], present: present, options: .init(source: "s", prune: true))
        #expect(gone.steps.map(\.key) == keys.reversed())
        // What is there as it should be is no step; a word that differs is one.
        #expect(TaskPlan(wanted: wanted, present: present, options: .init(source: "s")).unchanged == 3)
        var other = files[1].fields
        other["max_parallel"] = 5
        present[files[1].key] = self.present(other, source: "s")
        let changed = TaskPlan(wanted: wanted, present: present, options: .init(source: "s"))
        #expect(changed.steps.map(\.key) == [keys[1]] && changed.steps[0].differences.map(\.path) == ["max_parallel"])
    }

    @Test("a workflow and the new tasks that it runs are sent together; those that are there need not be")
    func batches() throws {
        let tasks = (0..<600).map { "- {name: t\($0)}" }.joined(separator: "\n")
        let nodes = (0..<600).map { "{key: k\($0), kind: job, task: t\($0)}" }.joined(separator: ", ")
        let files = self.files("\(tasks)\n- {kind: workflow, name: w, nodes: [\(nodes)]}")
        #expect(throws: CommandFailure.self) { try TaskServer.batches(files) }
        #expect(try TaskServer.batches(files, isThere: { $0.kind == .task }).map(\.count) == [500, 101])
    }

    @Test("secrets in clear are found in the steps' own scripts and requests")
    func clearSecrets() {
        let workflow = self.files(
            """
            kind: workflow
            name: w
            nodes:
              - {key: a, kind: script, script: "export DB_PASSWORD=hunter22"}
              - {key: b, kind: http, url: "https://x.example", headers: {X-Token: abc, Accept: text}}
              - {key: c, kind: map, over: [x], do: {kind: script, script: "true", env: {API_KEY: abc, B: "secret:B"}}}
            """
        )[0].fields
        #expect(
            ClearSecrets.paths(inWorkflow: workflow)
                == ["step a, script, line 1", "step b, headers.X-Token", "step c, env.API_KEY"]
        )
    }
}
