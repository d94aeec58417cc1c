// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import FlowAPI

@Suite("S0's and S2's routes do what their documents say")
struct DialectTests {
    private static let body: [String: JSON] = [
        "name": .string("nightly report"), "description": .string("每晚报表"), "cronExpression": .string("0 2 * * *"),
        "type": .string("shell"), "command": .string("/opt/report/run"),
    ]

    @Test("S0's table: create, list, edit, pause, resume, trigger, logs, workers")
    func table() async throws {
        try await TestServer.with(user: "olga") { server, caller in
            _ = try await server.agent("web-1")
            let made = try await caller.post("!/api/tasks", Self.body)
            #expect(made.status == 200)
            let id = try #require(made.body["id"]?.text)
            // NextRunTime is computed from the expression, in UTC.
            #expect(made.body["nextRunTime"]?.text == "2026-11-22T02:00:00.000Z")
            let listed = try await caller.get("!/api/tasks").body.items
            #expect(listed.map { $0["id"]?.text } == [id])
            for (name, value) in Self.body { #expect(listed.first?[name] == value, "\(name)") }
            #expect(
                listed.first?["isEnabled"] == .bool(true) && listed.first?["nextRunTime"] == made.body["nextRunTime"]
            )

            let edited = try await caller.put("!/api/tasks/\(id)", ["cronExpression": .string("30 3 * * *")])
            #expect(edited.body["nextRunTime"]?.text == "2026-11-22T03:30:00.000Z")
            #expect(edited.body["command"]?.text == "/opt/report/run", "what is left out stays")

            #expect(try await caller.post("!/api/tasks/\(id)/pause").body["isEnabled"] == .bool(false))
            #expect(try await caller.post("!/api/tasks/\(id)/resume").body["isEnabled"] == .bool(true))

            let started = try await caller.post("!/api/tasks/\(id)/trigger")
            #expect(started.body["executionIds"]?.items.count == 1)
            let execution = try #require(
                try await server.store.executions(ExecutionQuery()).items.first { $0.kind == .manual }
            )
            try await server.report(execution, sequence: 1, status: .running)
            try await server.appendLog(execution.id, at: 0, "42 rows\n")
            try await server.report(execution, sequence: 2, status: .success)
            let log = try #require(try await caller.get("!/api/logs/\(id)").body.items.first)
            #expect(log["success"] == .bool(true))
            #expect(log["output"]?.text == "42 rows\n")
            #expect(log["worker"]?.text == "web-1.example")
            // A record has the report's members (TaskReportModel), and how long it took.
            #expect(log["taskId"]?.text == id && log["start"]?.text != nil && log["end"]?.text != nil, "\(log)")
            #expect(log["durationMs"] == .integer(1500))

            let workers = try await caller.get("!/api/workers").body.items
            #expect(workers.map { $0["id"]?.text } == ["web-1"])
            let heard = workers.first?["lastHeartbeat"]?.text
            #expect(heard != nil && workers.first?["status"]?.text != nil, "which are active, and when they were heard")
            #expect(try await caller.delete("!/api/tasks/\(id)").status == 200)
            #expect(try await caller.get("!/api/tasks/\(id)").status == 404)
        }
    }

    @Test("Fields may be written as C# has them, and faults are named in the dialect's words")
    func capitals() async throws {
        try await TestServer.with { _, caller in
            let body = #"{"Name":"a","CronExpression":"0 2 * * *","Command":"true"}"#
            let status = try await caller.client.execute(
                uri: "/api/tasks",
                method: .post,
                headers: [.authorization: "Bearer \(caller.token ?? "")", .contentType: "application/json"],
                body: ByteBuffer(string: body)
            ) { $0.status.code }
            #expect(status == 200)
            let bad = try await caller.post(
                "!/api/tasks",
                Self.body.merging(["cronExpression": .string("61 * * * *")]) { $1 }
            )
            #expect(bad.status == 422)
            #expect(bad.faults == ["cronExpression"])
        }
    }

    @Test("An edit keeps what S0 has no words for")
    func keeps() async throws {
        try await TestServer.with { _, caller in
            let made = try await caller.post(
                "/tasks",
                taskBody(["retry_count": .integer(3), "labels": ["team": JSON.string("red")].json])
            )
            let id = try #require(made.data["id"]?.int)
            _ = try await caller.put("!/api/tasks/\(id)", ["command": .string("false")])
            let task = try await caller.get("/tasks/\(id)").data
            #expect(task["executor_config"]?["command"]?.text == "false")
            #expect(task["retry_count"] == .integer(3))
            #expect(task["labels"]?["team"]?.text == "red")
        }
    }

    @Test("A schedule that is shown as '@every' and sent back is the same schedule")
    func every() async throws {
        try await TestServer.with { server, caller in
            let made = try await caller.post(
                "/tasks",
                taskBody(["cron_expr": .null, "schedule_type": .string("every"), "every_seconds": .integer(90)])
            )
            let id = try #require(made.data["id"]?.int)
            server.clock.advance(seconds: 10)
            let shown = try await caller.get("!/api/tasks/\(id)").body
            #expect(shown["cronExpression"]?.text == "@every 90s")
            let sent = try await caller.put("!/api/tasks/\(id)", ["cronExpression": shown["cronExpression"] ?? .null])
            #expect(sent.body["nextRunTime"] == shown["nextRunTime"])
        }
    }

    @Test("S0's callback makes one record of a report, which shows in the task's log (C-25)")
    func report() async throws {
        try await TestServer.with(user: "olga") { server, caller in
            let id = try #require(try await caller.post("!/api/tasks", Self.body).body["id"]?.text)
            let report: [String: JSON] = [
                "taskId": .string(id), "start": .string("2026-11-21T09:59:00Z"), "end": .string("2026-11-21T09:59:30Z"),
                "output": .string("42 rows"), "success": .bool(true),
            ]
            let first = try await caller.post("!/api/task/report", report)
            #expect(first.status == 200, "\(first.text)")
            #expect(
                try await caller.post("!/api/task/report", report).body == first.body,
                "sent again, the same record"
            )
            let log = try await caller.get("!/api/logs/\(id)").body.items
            #expect(log.count == 1)
            #expect(log.first?["success"] == .bool(true))
            #expect(log.first?["output"]?.text == "42 rows")
            #expect(log.first?["durationMs"] == .integer(30_000))
            let failed = report.merging(["success": .bool(false)]) { $1 }
            #expect(try await caller.post("!/api/task/report", failed).status == 200)
            let run = try #require(first.body["runId"]?.text)
            #expect(try await caller.get("/runs/\(run)").data["source"]?.text == "report")
            for (field, value) in [
                ("end", "2026-11-21T09:58:00Z"), ("end", "2026-11-21T11:00:00Z"), ("start", "2026-11-01T00:00:00Z"),
            ] {
                let wrong = try await caller.post("!/api/task/report", report.merging([field: .string(value)]) { $1 })
                #expect(wrong.status == 422, "\(field) \(value)")
                #expect(wrong.faults == [field])
            }
            #expect(
                try await caller.post(
                    "!/api/task/report",
                    report.merging(["start": .string("2026-11-21T09:59:00")]) { $1 }
                ).status == 400
            )
            #expect(try await caller.signedIn("vera").post("!/api/task/report", report).status == 403)
            #expect(try await server.store.executions(ExecutionQuery()).total == 2)
        }
    }

    @Test("S2's history is paged and tells business from technical failure by exit code 1")
    func history() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let id = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            for sequence in 0..<3 {
                _ = try await caller.post("/tasks/\(id)/trigger")
                let execution = try #require(
                    try await server.store.executions(ExecutionQuery(statuses: [.pending])).items.first
                )
                try await server.report(execution, sequence: Int64(sequence * 2 + 1), status: .running)
                try await server.report(execution, sequence: Int64(sequence * 2 + 2), status: .success)
                server.clock.advance(seconds: 1)
            }
            let page = try await caller.get("!/api/scheduler/tasks/\(id)/history?page=1&per_page=2").body
            #expect(page["total"] == .integer(3))
            #expect(page["has_next"] == .bool(true))
            #expect(page["history"]?.items.map { $0["execution_status"]?.text } == ["success", "success"])
            #expect(page["history"]?.items.first?["execution_duration"] == .number(1.5))
            var failed = try #require(try await server.store.executions(ExecutionQuery()).items.first)
            failed.status = .failure
            for (code, word) in [(1, "business_failure"), (2, "technical_failure"), (127, "technical_failure")] {
                failed.exitCode = code
                #expect(S2Presenter.status(failed) == word)
            }
        }
    }

    @Test("S2's task_dependencies and task_notify are taken as they stand")
    func rules() async throws {
        try await TestServer.with { _, caller in
            let parent = try #require(try await caller.post("/tasks", taskBody(["name": .string("a")])).data["id"]?.int)
            let rule = """
                {"name": "技术失败时立即告警给管理员", "enabled": true, "triggers": ["technical_failure"], "threshold": 3,
                 "channels": [{"type": "email", "recipients": ["admin@example.com", "dev-on-call@example.com"],
                   "subject_template": "任务告警: {{task_name}} 执行失败!",
                   "body_template": "任务 [{{task_id}}] 在 {{execution_end_time}} 执行失败。\\n状态: {{execution_status}}"}]}
                """
            let body = taskBody([
                "name": .string("b"), "cron_expr": .null, "task_dependencies": .array([.integer(parent)]),
                "task_notify": .array([try JSONParser.parse(Array(rule.utf8))]),
            ])
            let made = try await caller.post("/tasks", body)
            #expect(made.status == 201, "\(made.text)")
            #expect(made.data["dependencies"]?.items.first?["task_id"] == .integer(parent))
            #expect(made.data["task_notify"]?.items.first?["threshold"] == .integer(3))
        }
    }

    @Test("Without a credential each route of the dialects but health is 401 (C-26)")
    func closed() async throws {
        try await TestServer.with(user: nil) { _, caller in
            for endpoint in Endpoint.allCases where "\(endpoint)".wholeMatch(of: /s[024][A-Z].*/) != nil {
                let path = endpoint.declaration.path.replacing(/\{[a-z_]+\}/, with: "1")
                let answer = try await caller.call(endpoint.declaration.method, "!" + path)
                #expect(answer.status == (endpoint == .s4Health ? 200 : 401), "\(endpoint)")
                #expect(answer.headers[.accessControlAllowOrigin] == nil, "same origin only (C-31)")
            }
        }
    }
}
