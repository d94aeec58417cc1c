// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI
@testable import FlowScheduler

@Suite("Many at once: counted first, and done with the token (people.md 1.3)")
struct BulkTests {
    private func make(_ caller: Caller, _ count: Int, _ changes: [String: JSON] = [:]) async throws -> [Int64] {
        var ids: [Int64] = []
        for number in 0..<count {
            let body = taskBody(["name": .string("bulk \(number)")]).merging(changes) { $1 }
            ids.append(try #require(try await caller.post("/tasks", body).data["id"]?.int))
        }
        return ids
    }

    private func token(_ answer: Caller.Answer) throws -> JSON { try #require(answer.data["token"], "\(answer.text)") }

    @Test("Without a token it is counted and nothing is done; with it, it is done to each")
    func tasks() async throws {
        try await TestServer.with(user: "olga") { _, caller in
            let ids = try await self.make(caller, 3)
            _ = try await caller.post("/tasks", taskBody(["name": .string("other")]))
            let counted = try await caller.post("/tasks/bulk?keyword=bulk", ["action": .string("disable")])
            #expect(counted.data["count"] == .integer(3))
            #expect(counted.data["names"] == ["bulk 0", "bulk 1", "bulk 2"].json)
            #expect(try await caller.get("/tasks?status=1").data["total"] == .integer(4))
            let body: [String: JSON] = ["action": .string("disable"), "token": try self.token(counted)]
            let done = try await caller.post("/tasks/bulk?keyword=bulk", body)
            #expect(done.data["done"] == .integer(3), "\(done.text)")
            #expect(done.data["results"]?.items.compactMap { $0["id"]?.text } == ids.map(String.init))
            #expect(try await caller.get("/tasks?status=1").data["total"] == .integer(1))
        }
    }

    @Test("Other ones than were counted, another action, another person, or ten minutes later: 409 with the new count")
    func changed() async throws {
        try await TestServer.with(user: "olga") { server, caller in
            _ = try await self.make(caller, 2)
            let path = "/tasks/bulk?keyword=bulk"
            let token = try self.token(try await caller.post(path, ["action": .string("delete")]))
            let body: [String: JSON] = ["action": .string("delete"), "token": token]
            let others: [(Caller, [String: JSON])] = [
                (caller, ["action": .string("disable"), "token": token]),
                (try await caller.signedIn("ada"), body),
                (caller, ["action": .string("delete"), "token": .string("1-00")]),
                (caller, ["action": .string("delete"), "token": .string("")]),
                (caller, ["action": .string("delete"), "token": .string("-9223372036854775808-0")]),
            ]
            for (other, body) in others {
                #expect(try await other.post(path, body).error == "set_changed")
            }
            _ = try await caller.post("/tasks", taskBody(["name": .string("bulk new")]))
            let changed = try await caller.post(path, body)
            #expect(changed.status == 409)
            #expect(changed.body["count"] == .integer(3))
            let fresh = try #require(changed.body["token"])
            server.clock.set(server.clock.now.advanced(byMilliseconds: 600_001))
            let late = try await caller.post(path, ["action": .string("delete"), "token": fresh])
            #expect(late.error == "set_changed")
            #expect(try await caller.get("/tasks").data["total"] == .integer(3))
            let again: [String: JSON] = ["action": .string("delete"), "token": try #require(late.body["token"])]
            #expect(try await caller.post(path, again).data["done"] == .integer(3))
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
            #expect(try await caller.post(path, again).body["count"] == .integer(0), "twice is not done twice")
        }
    }

    @Test("Labels and groups change, and the rest of each task stays as it is")
    func labels() async throws {
        try await TestServer.with { server, caller in
            _ = try await caller.post("/groups", ["name": .string("red")])
            let ids = try await self.make(
                caller,
                2,
                ["labels": ["old": JSON.string("1"), "kept": .string("2")].json, "timeout": .integer(77)]
            )
            let label: [String: JSON] = [
                "action": .string("label"), "labels": ["team": JSON.string("a")].json, "remove_labels": ["old"].json,
            ]
            let path = "/tasks/bulk?label=kept"
            var token = try self.token(try await caller.post(path, label))
            #expect(try await caller.post(path, label.merging(["token": token]) { $1 }).data["done"] == .integer(2))
            let group: [String: JSON] = [
                "action": .string("group"), "add_groups": [Int64(2)].json, "remove_groups": [Int64(1)].json,
            ]
            token = try self.token(try await caller.post(path, group))
            #expect(try await caller.post(path, group.merging(["token": token]) { $1 }).data["done"] == .integer(2))
            for id in ids {
                let task = try await caller.get("/tasks/\(id)").data
                let labels = task["labels"]
                #expect(labels?["kept"]?.text == "2" && labels?["team"]?.text == "a" && labels?["old"] == nil)
                #expect(task["group_ids"] == [Int64(2)].json)
                #expect(task["timeout"] == .integer(77))
                #expect(task["version"] == .integer(3))
            }
            for body: [String: JSON] in [
                ["action": .string("label")], ["action": .string("group")], [:], ["action": .string("nonsense")],
                ["action": .string("delete"), "labels": ["a": JSON.string("b")].json],
                ["action": .string("disable"), "reason": .string("x")],
            ] {
                #expect(try await caller.post(path, body).status == 400, "\(body)")
            }
            #expect(try await caller.post("/tasks/bulk?page=2", ["action": .string("delete")]).status == 400)
        }
    }

    @Test("A scope sees only its own, and what it may not change is refused alone")
    func scope() async throws {
        try await TestServer.with { server, admin in
            for name in ["red", "blue"] { _ = try await admin.post("/groups", ["name": .string(name)]) }
            let bound: [(String, [Int64])] = [("own", [2]), ("foreign", [3]), ("both", [2, 3])]
            for (name, groups) in bound {
                _ = try await admin.post("/tasks", taskBody(["name": .string(name), "group_ids": groups.json]))
            }
            _ = try await server.store.createUser(
                username: "rita",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: .operator, scope: .groups([2]))],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            let rita = try await admin.signedIn("rita")
            let counted = try await rita.post("/tasks/bulk", ["action": .string("disable")])
            #expect(counted.data["count"] == .integer(2), "\(counted.text)")
            #expect(!counted.text.contains("foreign"))
            let done = try await rita.post(
                "/tasks/bulk",
                ["action": .string("disable"), "token": try self.token(counted)]
            )
            #expect(done.data["done"] == .integer(1), "\(done.text)")
            #expect(done.data["refused"] == .integer(1))
            let refused = done.data["results"]?.items.first { $0["result"]?.text == "refused" }
            #expect(refused?["name"]?.text == "both" && refused?["error"]?.text == "forbidden")
            #expect(refused?["text"]?["en"] == refused?["message"] && refused?["text"]?["zh"] != refused?["message"])
            let viewer = try await admin.signedIn("vera")
            #expect(try await viewer.post("/tasks/bulk", ["action": .string("disable")]).status == 403)
        }
    }

    @Test("What takes two persons waits, each with a request of its own")
    func twoPersons() async throws {
        try await TestServer.with { _, caller in
            let marked = try await self.make(caller, 1, ["two_person": ["edit"].json])[0]
            _ = try await caller.post("/tasks", taskBody(["name": .string("bulk plain")]))
            let counted = try await caller.post("/tasks/bulk?keyword=bulk", ["action": .string("disable")])
            let done = try await caller.with("X-QF-Reason", "stocktaking").post(
                "/tasks/bulk?keyword=bulk",
                ["action": .string("disable"), "token": try self.token(counted)]
            )
            #expect(done.data["done"] == .integer(1), "\(done.text)")
            #expect(done.data["waiting"] == .integer(1))
            let waiting = done.data["results"]?.items.first { $0["result"]?.text == "waiting" }
            let id = try #require(waiting?["approval_id"]?.text)
            #expect(try await caller.get("/approvals/\(id)").data["reason"]?.text == "stocktaking")
            #expect(try await caller.get("/tasks/\(marked)").data["status"] == .integer(1))
        }
    }

    @Test("Open executions are stopped, ended ones run again, and the same token starts each once")
    func executions() async throws {
        try await TestServer.with(user: "olga") { server, caller in
            _ = try await server.agent("web-1")
            let task = try await self.make(caller, 1, ["overlap": .string("allow"), "concurrency": .integer(2)])[0]
            for _ in 0..<2 { _ = try await caller.post("/tasks/\(task)/trigger") }
            let stop = "/executions/bulk/stop?task_id=\(task)"
            let counted = try await caller.post(stop)
            #expect(counted.data["count"] == .integer(2), "\(counted.text)")
            let stopped = try await caller.post(stop, ["token": try self.token(counted)])
            #expect(stopped.data["done"] == .integer(2), "\(stopped.text)")
            #expect(try await caller.post("/executions/bulk/stop?status=success").data["count"] == .integer(0))
            for (sequence, execution) in try await server.store.executions(ExecutionQuery(job: task)).items.enumerated()
            {
                guard !execution.status.isTerminal else { continue }
                try await server.report(execution, sequence: Int64(sequence + 1), status: .cancelled)
            }
            let retry = "/executions/bulk/retry?task_id=\(task)"
            let ended = try await caller.post(retry)
            #expect(ended.data["count"] == .integer(2), "\(ended.text)")
            for _ in 0..<2 {
                let again = try await caller.post(retry, ["token": try self.token(ended)])
                #expect(again.data["done"] == .integer(2), "\(again.text)")
            }
            let all = try await caller.get("/executions?task_id=\(task)").data
            #expect(all["total"] == .integer(4))
        }
    }

    @Test("More than a thousand are refused, whatever they are")
    func limit() async throws {
        let principal = Principal(userID: 1, username: "ada", role: .admin)
        await #expect(throws: CoreError.self) {
            _ = try await BulkAnswer.of(
                Array(0...1000),
                "delete",
                token: nil,
                as: principal,
                at: Timestamp(milliseconds: 0),
                bus: EventBus(),
                named: { (String($0), "x") },
                { _ in }
            )
        }
    }
}
