// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

/// docs/task-files.md: workflows are looked at together with the tasks that they run.
@Suite("Workflows are looked at before they are saved")
struct WorkflowFileTests {
    private static func check(
        _ caller: Caller,
        tasks: [[String: JSON]] = [],
        _ workflows: [[String: JSON]]
    ) async throws -> Caller.Answer {
        try await caller.post(
            "/task-files/check",
            ["tasks": .array(tasks.map(\.json)), "workflows": .array(workflows.map(\.json))]
        )
    }

    private static func item(_ name: String, id: Int64? = nil, _ nodes: [[String: JSON]]) -> [String: JSON] {
        let body: [String: JSON] = [
            "name": .string(name), "group_ids": .array([.integer(1)]), "nodes": .array(nodes.map(\.json)),
        ]
        var item: [String: JSON] = ["workflow": body.json]
        if let id { item["id"] = .integer(id) }
        return item
    }

    private static func job(_ key: String, _ id: Int64) -> [String: JSON] {
        ["key": .string(key), "kind": .string("job"), "task_id": .integer(id)]
    }

    private static func flow(_ key: String, _ id: Int64) -> [String: JSON] {
        ["key": .string(key), "kind": .string("workflow"), "workflow_id": .integer(id)]
    }

    private static func plain(_ kind: String) -> [String: JSON] { ["key": .string("a"), "kind": .string(kind)] }

    private static func faults(_ answer: Caller.Answer, _ index: Int) -> [String] {
        (answer.data["workflows"]?.items.dropFirst(index).first?["faults"]?.items ?? []).map {
            "\($0["path"]?.text ?? ""): \($0["code"]?.text ?? "")"
        }
    }

    private static let task: [String: JSON] = ["task": taskBody(["name": .string("new")]).json]

    @Test("Steps find tasks and workflows of the same request, and nothing is stored")
    func together() async throws {
        try await TestServer.with { _, caller in
            let answer = try await Self.check(
                caller,
                tasks: [Self.task],
                [
                    Self.item("outer", [Self.flow("in", -2), Self.job("a", -1)]),
                    Self.item("inner", [Self.job("a", -1)]),
                ]
            )
            #expect(answer.status == 200, "\(answer.text)")
            #expect(Self.faults(answer, 0).isEmpty && Self.faults(answer, 1).isEmpty, "\(answer.text)")
            let inner = answer.data["workflows"]?.items.dropFirst().first?["workflow"]
            #expect(inner?["timeout_seconds"] == .integer(86_400) && inner?["enabled"] == .bool(true))
            #expect(inner?["nodes"]?.items.first?["task_id"] == .integer(-1))
            #expect(try await caller.get("/workflows").data["total"] == .integer(0))
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
        }
    }

    @Test("Each fault is said at its own workflow, and a faulty task is not told once more where a step names it")
    func faults() async throws {
        try await TestServer.with { _, caller in
            let wrong: [String: JSON] = ["task": taskBody(["name": .string("bad"), "timeout": .integer(1)]).json]
            let answer = try await Self.check(
                caller,
                tasks: [wrong],
                [
                    Self.item("a", [Self.job("a", 99)]), Self.item("b", [Self.job("a", -1)]),
                    Self.item("c", [Self.flow("a", -9)]), Self.item("d", [Self.plain("nothing")]),
                    Self.item("e", id: 77, [Self.plain("noop")]),
                    Self.nowhere,
                ]
            )
            #expect(Self.faults(answer, 0) == ["nodes[0].task_id: not_found"], "\(answer.text)")
            #expect(Self.faults(answer, 1).isEmpty)
            #expect(Self.faults(answer, 2) == ["nodes[0].workflow_id: not_found"])
            #expect(Self.faults(answer, 3) == ["nodes[0].kind: choice"])
            #expect(Self.faults(answer, 4).first?.hasSuffix("not_found") == true)
            #expect(Self.faults(answer, 5) == ["group_ids[0]: not_found"])
        }
    }

    private static let nowhere: [String: JSON] = {
        let body: [String: JSON] = [
            "name": .string("f"), "group_ids": .array([.integer(66)]),
            "nodes": .array([["key": JSON.string("a"), "kind": .string("noop")].json]),
        ]
        return ["workflow": body.json]
    }()

    @Test("Workflows that would run one another are told, also when one of them is stored (W14)")
    func circles() async throws {
        try await TestServer.with { _, caller in
            let circle = try await Self.check(
                caller,
                [Self.item("a", [Self.flow("x", -2)]), Self.item("b", [Self.flow("x", -1)])]
            )
            #expect(Self.faults(circle, 0) == ["nodes: cycle"] && Self.faults(circle, 1) == ["nodes: cycle"])
            #expect(circle.text.contains("a → b → a"), "\(circle.text)")
            let plain: [String: JSON] = [
                "name": .string("stored"), "group_ids": .array([.integer(1)]),
                "nodes": .array([["key": JSON.string("x"), "kind": .string("noop")].json]),
                "labels": ["team": JSON.string("data")].json,
            ]
            let made = try await caller.post("/workflows", plain)
            #expect(made.status == 201 && made.data["labels"]?["team"]?.text == "data", "\(made.text)")
            let id = made.data["id"]?.int ?? 0
            let turned = try await Self.check(
                caller,
                [Self.item("stored", id: id, [Self.flow("x", -2)]), Self.item("b", [Self.flow("x", id)])]
            )
            #expect(Self.faults(turned, 0) == ["nodes: cycle"], "\(turned.text)")
            // As it is stored, b alone is none.
            let alone = try await Self.check(caller, [Self.item("b", [Self.flow("x", id)])])
            #expect(Self.faults(alone, 0).isEmpty)
            // Who says nothing of labels keeps them; who says none takes them away.
            var body = plain
            body["labels"] = nil
            let kept = try await caller.put("/workflows/\(id)", body)
            #expect(kept.data["labels"]?["team"]?.text == "data", "\(kept.text)")
            body["labels"] = JSON.object([])
            let none = try await caller.put("/workflows/\(id)", body)
            #expect(none.data["labels"] == .object([]), "\(none.text)")
        }
    }

    @Test("Steps run only what whoever saves it may run")
    func rights() async throws {
        try await TestServer.with { server, admin in
            for name in ["red", "blue"] { _ = try await admin.post("/groups", ["name": .string(name)]) }
            let blue =
                try await admin.post("/tasks", taskBody(["group_ids": .array([.integer(3)])])).data["id"]?.int ?? 0
            _ = try await server.store.createUser(
                username: "dora",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: .developer, scope: .groups([2])), Grant(role: .viewer, scope: .groups([3]))],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            let dora = try await admin.signedIn("dora")
            let items = ([2, 3] as [Int64]).map { group -> [String: JSON] in
                let body: [String: JSON] = [
                    "name": .string("w\(group)"), "group_ids": .array([.integer(group)]),
                    "nodes": .array([Self.job("a", group == 2 ? blue : -1).json]),
                ]
                return ["workflow": body.json]
            }
            let answer = try await Self.check(dora, items)
            #expect(Self.faults(answer, 0) == ["nodes[0].task_id: forbidden"], "\(answer.text)")
            // It would be in a group that she only reads.
            #expect(Self.faults(answer, 1).first?.hasSuffix("forbidden") == true, "\(answer.text)")
        }
    }
}
