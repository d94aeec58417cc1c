// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("S3's task centre over REST")
struct RunTests {
    /// A run on two hosts, one of which has begun.
    private static func started(_ server: TestServer, _ caller: Caller) async throws -> (run: String, [Execution]) {
        _ = try await server.agent("a")
        _ = try await server.agent("b")
        let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
        let answer = try await caller.post("/tasks/\(job)/trigger")
        #expect(answer.data["long_running"] == .bool(true), "several units: the page opens a drawer")
        let run = try #require(answer.data["run_id"]?.text)
        let executions = try await server.store.executions(ExecutionQuery(run: RunID(run))).items
            .sorted { $0.agentID < $1.agentID }
        try await server.report(executions[0], sequence: 1, status: .running)
        return (run, executions)
    }

    @Test("Stop asks every open unit, can be repeated, and leaves what has ended as it is (S3-4.3.1)")
    func stop() async throws {
        try await TestServer.with(user: "olga") { server, caller in
            let (run, executions) = try await Self.started(server, caller)
            try await server.report(executions[1], sequence: 1, status: .running)
            try await server.report(executions[1], sequence: 2, status: .success)
            #expect(try await caller.get("/runs/\(run)").data["can_stop"] == .bool(true))
            for force in [false, true] {
                let answer = try await caller.post("/runs/\(run)/stop", ["force": .bool(force)])
                #expect(answer.status == 200)
                #expect(answer.data["asked"] == .integer(1))
            }
            #expect(server.gateway.record.cancelled.map(\.id) == [executions[0].id, executions[0].id])
            let detail = try await caller.get("/runs/\(run)").data
            #expect(detail["timeline"]?.items.contains { $0["action"]?.text == "stop-requested" } == true)
            try await server.report(executions[0], sequence: 2, status: .cancelled)
            let again = try await caller.post("/runs/\(run)/stop")
            #expect(again.data["asked"] == .integer(0))
            #expect(again.data["can_stop"] == .bool(false))
            #expect(again.data["status"]?.text == "cancelled")
        }
    }

    @Test("The server's own work is a run of type maintenance: read only, with what was done (S3-2, S3-4.1.2)")
    func ownWork() async throws {
        try await TestServer.with { server, caller in
            _ = try await Self.started(server, caller)
            let now = server.clock.now
            let unit = OwnWork.Unit(name: "executions", count: 250, milliseconds: 40)
            let work = OwnWork(.prune, [unit], from: now, until: now)
            try await server.store.record(work)
            let all = try await caller.get("/runs").data
            #expect(all["total"] == .integer(2))
            // It has ended, and the other has not: ends first, whatever was made last.
            for sort in ["finished_at", "-finished_at", "duration"] {
                let sorted = try await caller.get("/runs?sort=\(sort)").data["items"]?.items
                #expect(sorted?.first?["type"]?.text == "maintenance", "\(sort)")
            }
            #expect(try await caller.get("/runs?sort=colour").status == 400)
            let listed = try await caller.get("/runs?type=maintenance").data
            #expect(listed["total"] == .integer(1) && listed["items"]?.items.first?["source"]?.text == "prune")
            #expect(listed["items"]?.items.first?["can_stop"] == .bool(false))
            let detail = try await caller.get("/runs/\(work.id)").data
            #expect(detail["work"]?["units"]?.items.first?["count"] == .integer(250), "\(detail)")
            #expect(detail["status"]?.text == "succeeded" && detail["executions"]?.items.isEmpty == true)
            for action in ["stop", "retry"] {
                let refused = try await caller.post("/runs/\(work.id)/\(action)")
                #expect(refused.status == 409 && refused.text.contains("own work"), "\(refused.text)")
            }
            #expect(try await caller.get("/executions?type=maintenance").data["total"] == .integer(0))
        }
    }

    @Test("Whoever may only look can't stop, and is told so; nobody signed in is 401 (S3-3)")
    func rights() async throws {
        try await TestServer.with { server, caller in
            let (run, _) = try await Self.started(server, caller)
            #expect(try await caller.signedIn("vera").post("/runs/\(run)/stop").status == 403)
            #expect(try await Caller(client: caller.client).post("/runs/\(run)/stop").status == 401)
            #expect(try await Caller(client: caller.client).get("/runs").status == 401)
            #expect(server.gateway.record.cancelled.isEmpty)
        }
    }

    @Test("The timeline tells what happened in order of time")
    func timeline() async throws {
        try await TestServer.with { server, caller in
            let (run, executions) = try await Self.started(server, caller)
            server.clock.advance(seconds: 1)
            try await server.report(executions[0], sequence: 2, status: .failure)
            let detail = try await caller.get("/runs/\(run)").data
            let actions = detail["timeline"]?.items.map { $0["action"]?.text }
            #expect(actions == ["run-created", "unit-started", "unit-failed"])
            let times = detail["timeline"]?.items.compactMap { $0["time"]?.text } ?? []
            #expect(times == times.sorted())
        }
    }

    @Test("A run is exported with its units' output, as JSON and as text (S3-4.3.3)")
    func export() async throws {
        try await TestServer.with { server, caller in
            let (run, executions) = try await Self.started(server, caller)
            try await server.appendLog(executions[0].id, at: 0, "hello\n")
            let file = try await caller.get("/runs/\(run)/export")
            #expect(file.body["id"]?.text == run)
            #expect(file.body["executions"]?.items.count == 2)
            #expect(file.body["executions"]?.items.contains { $0["output_preview"]?.text == "hello\n" } == true)
            #expect(file.body["units_left_out"] == .integer(0))
            let text = try await caller.get("/runs/\(run)/export?format=text")
            #expect(text.text.contains("hello"))
            #expect(text.text.contains("unit-started"))
            #expect(text.headers[HTTPField.Name("Content-Disposition")!] == "attachment; filename=\"run-\(run).txt\"")
            #expect(text.text.contains("\nstatus     running\n") && text.text.contains("RUNNING"))
            // Whoever reads it chooses the language: by the browser's, or by what the address says (decision 316).
            let browser = try caller.with("Accept-Language", "zh-CN,en;q=0.5")
            let asked = try await caller.get("/runs/\(run)/export?format=text&language=zh")
            for chinese in [try await browser.get("/runs/\(run)/export?format=text"), asked] {
                #expect(chinese.text.contains("\n状态  运行中\n") && chinese.text.contains("开始执行"), "\(chinese.text)")
                #expect(!chinese.text.contains("RUNNING") && !chinese.text.contains("unit-started"))
            }
            let english = try await browser.get("/runs/\(run)/export?format=text&language=en")
            #expect(english.text == text.text)
            #expect(try await caller.get("/runs/\(run)/export?language=fr").status == 400)
        }
    }

    @Test("Retry starts the same again on the same hosts, as a new run that names the old one (S3-4.3.3)")
    func retry() async throws {
        try await TestServer.with(user: "olga") { server, caller in
            _ = try await server.agent("a")
            let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let first = try await caller.post("/tasks/\(job)/trigger", ["params": ["DAY": JSON.string("1")].json])
            let run = try #require(first.data["run_id"]?.text)
            let open = try await caller.post("/runs/\(run)/retry")
            #expect(open.status == 409, "it has not ended")
            let execution = try #require(try await server.store.executions(ExecutionQuery(run: RunID(run))).items.first)
            try await server.report(execution, sequence: 1, status: .running)
            try await server.report(execution, sequence: 2, status: .failure)
            // A host that came later was not part of it.
            _ = try await server.agent("b")
            let keyed = try caller.with("Idempotency-Key", "k")
            let again = try await keyed.post("/runs/\(run)/retry")
            #expect(again.status == 201)
            #expect(again.data["executions"]?.items.map { $0["client_id"]?.text } == ["a"])
            #expect(try await keyed.post("/runs/\(run)/retry").status == 200)
            let id = try #require(again.data["run_id"]?.text)
            let detail = try await caller.get("/runs/\(id)").data
            #expect(detail["retry_of"]?.text == run)
            #expect(detail["params"]?["DAY"]?.text == "1")
            #expect(detail["executions"]?.items.first?["retry_of"]?.text == execution.id.description)
            let old = try await caller.get("/runs/\(run)").data
            #expect(old["status"]?.text == "failed", "the old one stays as it was")
            #expect(old["duration"] == .integer(1500))
        }
    }

    @Test("Lists filter by states and types in S3's words, by keyword and by time (S3-4.1.2)")
    func filters() async throws {
        try await TestServer.with { server, caller in
            let (run, executions) = try await Self.started(server, caller)
            func found(_ query: String) async throws -> [String?] {
                let answer = try await caller.get("/runs?\(query)")
                #expect(answer.status == 200, "\(answer.text)")
                return answer.data["items"]?.items.map { $0["id"]?.text } ?? []
            }
            let hits = [
                "status=running", "status=running,failed", "type=manual", "type=scheduler,manual", "keyword=CLEAN",
                "keyword=b", "start_time=2026-11-21T10:00:00Z", "executor_type=1", "executor_type=shell,sql",
            ]
            for query in hits { #expect(try await found(query) == [run], "\(query)") }
            let misses = [
                "status=failed", "status=succeeded,skipped", "type=automatic", "type=github-webhook", "keyword=nothing",
                "end_time=2026-11-21T10:00:00Z", "status=running&type=schedule", "executor_type=2", "label=team=db",
            ]
            for query in misses { #expect(try await found(query) == [], "\(query)") }
            try await server.report(executions[0], sequence: 2, status: .success)
            try await server.report(executions[1], sequence: 1, status: .running)
            try await server.report(executions[1], sequence: 2, status: .failure)
            #expect(try await found("status=failed") == [run])
            #expect(try await found("status=running") == [])
            for query in ["status=nonsense", "type=nonsense", "type=", "executor_type=7", "label=", "label==x"] {
                #expect(try await caller.get("/runs?\(query)").status == 400, "\(query)")
            }
        }
    }

    @Test(
        "Tasks and executions filter by executor, by labels that all have to hold, and executions by what started them"
    )
    func traits() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let labels = ["team": JSON.string("db"), "zone": .string("a,b=c")].json
            let job = try #require(try await caller.post("/tasks", taskBody(["labels": labels])).data["id"]?.int)
            _ = try await caller.post("/tasks", taskBody(["name": .string("other")]))
            #expect(try await caller.post("/tasks/\(job)/trigger").status == 201)
            for (list, type) in [("/tasks", ""), ("/executions", "&type=manual,webhook"), ("/runs", "&type=manual")] {
                for query in ["label=team", "label=team%3Ddb&label=zone%3Da,b%3Dc&executor_type=1"] {
                    let answer = try await caller.get("\(list)?\(query)\(type)")
                    #expect(answer.data["total"] == .integer(1), "\(list) \(query): \(answer.text)")
                }
                for query in ["label=team%3Dweb", "label=team&label=nothing", "label=team&executor_type=2,builtin"] {
                    #expect(try await caller.get("\(list)?\(query)").data["total"] == .integer(0), "\(list) \(query)")
                }
            }
            #expect(try await caller.get("/executions?type=schedule").data["total"] == .integer(0))
        }
    }

    @Test("Lists have S3's page members")
    func pages() async throws {
        try await TestServer.with { server, caller in
            let (run, _) = try await Self.started(server, caller)
            let page = try await caller.get("/runs?page=1&per_page=20").data
            #expect(page["items"]?.items.first?["id"]?.text == run)
            #expect(page["total"] == .integer(1))
            #expect(page["has_next"] == .bool(false))
            #expect(page["items"]?.items.first?["summary"]?["en"]?.text == "0/2 units succeeded")
        }
    }

    @Test("A row of the list has what S3 names: kind, source, times, state, how long, how it went (S3-4.1.1)")
    func fields() async throws {
        #expect(
            Set(RunState.allCases.map(\.rawValue)) == [
                "pending", "running", "succeeded", "failed", "cancelled", "skipped",
            ]
        )
        try await TestServer.with { server, caller in
            let (run, executions) = try await Self.started(server, caller)
            func row() async throws -> JSON { try #require(try await caller.get("/runs").data["items"]?.items.first) }
            let open = try await row()
            let words = [
                "id": run, "type": "manual", "trigger": "manual", "status": "running", "task_name": "clean logs",
            ]
            for (name, word) in words { #expect(open[name]?.text == word, "\(name): \(open)") }
            #expect(open["source"]?.text?.isEmpty == false && open["caller"]?.text == "ada", "\(open)")
            #expect(
                open["created_at"]?.text == "2026-11-21T10:00:00.000Z" && open["started_at"]?.text != nil,
                "\(open)"
            )
            // While it runs, whoever shows it counts from started_at.
            #expect(open["duration"] == .null && open["finished_at"] == .null && open["can_stop"] == .bool(true))
            #expect(open["units"]?["total"] == .integer(2) && open["units"]?["running"] == .integer(1), "\(open)")
            try await server.report(executions[0], sequence: 2, status: .success)
            try await server.report(executions[1], sequence: 1, status: .running)
            try await server.report(executions[1], sequence: 2, status: .failure)
            let ended = try await row()
            #expect(ended["status"]?.text == "failed" && ended["can_stop"] == .bool(false), "\(ended)")
            #expect(ended["finished_at"]?.text != nil && ended["duration"]?.int.map { $0 > 0 } == true, "\(ended)")
            #expect(ended["summary"]?["en"]?.text == "1/2 units succeeded, 1 failed")
            #expect(ended["units"]?["success"] == .integer(1) && ended["units"]?["failure"] == .integer(1))
        }
    }
}
