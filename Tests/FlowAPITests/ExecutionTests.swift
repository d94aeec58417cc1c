// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Executions over REST")
struct ExecutionTests {
    /// A job with one host and what a trigger of it started.
    private func triggered(_ server: TestServer, _ caller: Caller) async throws -> (job: Int64, execution: Execution) {
        if try await server.store.agents().isEmpty { _ = try await server.agent("web-1") }
        let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
        let started = try await caller.post(
            "/tasks/\(job)/trigger",
            ["params": ["DAY": JSON.string("2026-11-20")].json]
        )
        #expect(started.status == 201)
        let id = try #require(started.data["execution_id"]?.text.flatMap { ExecutionID($0) })
        #expect(started.data["executions"]?.items.map { $0["client_id"]?.text } == ["web-1"])
        return (job, try #require(try await server.store.execution(id)))
    }

    @Test("A trigger makes a record, delivers an order with its parameters and answers with ids (S1-FR-1.4, C-23)")
    func trigger() async throws {
        try await TestServer.with(user: "olga") { server, caller in
            let (_, execution) = try await self.triggered(server, caller)
            let orders = server.gateway.record.delivered[execution.agentID]
            #expect(orders?.map(\.executionID) == [execution.id])
            #expect(orders?.first?.parameters == ["DAY": "2026-11-20"])
            let row = try await caller.get("/executions/\(execution.id)").data
            #expect(row["status_name"]?.text == "PENDING")
            #expect(row["client_name"]?.text == "web-1.example")
            #expect(row["params"]?["DAY"]?.text == "2026-11-20")
        }
    }

    @Test("An HTTP status has a field of its own, and is no exit code (issue 6)")
    func httpStatus() async throws {
        try await TestServer.with { server, caller in
            let (_, execution) = try await self.triggered(server, caller)
            try await server.report(execution, sequence: 1, status: .failure, httpStatus: 503)
            let listed = try await caller.get("/executions").data["items"]?.items.first
            for row in [try await caller.get("/executions/\(execution.id)").data, try #require(listed)] {
                #expect(row["http_status"] == .integer(503) && row["exit_code"] == .null)
                #expect(row["reason"]?["code"]?.text == "HTTP_STATUS")
            }
        }
    }

    @Test("The same idempotency key starts one run, another user's key is another")
    func idempotency() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let keyed = try caller.with("Idempotency-Key", "k-1")
            let first = try await keyed.post("/tasks/\(job)/trigger")
            let second = try await keyed.post("/tasks/\(job)/trigger")
            #expect(second.status == 200)
            #expect(second.data == first.data)
            let other = try await keyed.signedIn("olga").post("/tasks/\(job)/trigger")
            #expect(other.data["run_id"] != first.data["run_id"])
            #expect(try await caller.get("/runs").data["total"] == .integer(2))
        }
    }

    @Test(
        "Parameters that no environment should hold are refused (injection rule 3)",
        arguments: ["1A", "A-B", "", "a b", "LONG", "NUL"]
    )
    func parameters(name: String) async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let value = name == "LONG" ? String(repeating: "x", count: 4097) : name == "NUL" ? "a\0b" : "v"
            let answer = try await caller.post("/tasks/\(job)/trigger", ["params": [name: JSON.string(value)].json])
            #expect(answer.status == 422)
            #expect(answer.faults == ["params.\(name)"])
            #expect(server.gateway.record.delivered.isEmpty)
        }
    }

    @Test("Cancel asks the agent, can be repeated, and leaves what has ended as it is (S3-4.3.1)")
    func cancel() async throws {
        try await TestServer.with { server, caller in
            let (_, execution) = try await self.triggered(server, caller)
            try await server.report(execution, sequence: 1, status: .running)
            _ = try await caller.post("/executions/\(execution.id)/cancel")
            let forced = try await caller.post("/executions/\(execution.id)/cancel", ["force": .bool(true)])
            #expect(forced.status == 200)
            #expect(server.gateway.record.cancelled.map(\.force) == [false, true])
            try await server.report(execution, sequence: 2, status: .success)
            let late = try await caller.post("/executions/\(execution.id)/cancel")
            #expect(late.data["status_name"]?.text == "SUCCESS")
            #expect(server.gateway.record.cancelled.count == 2)
        }
    }

    @Test("A retry is a new record with the same parameters on the same host, and only of what has ended (S3-4.3.3)")
    func retry() async throws {
        try await TestServer.with { server, caller in
            let (_, execution) = try await self.triggered(server, caller)
            #expect(try await caller.post("/executions/\(execution.id)/retry").status == 409)
            try await server.report(execution, sequence: 1, status: .failure)
            server.clock.advance(seconds: 5)
            let retried = try await caller.post("/executions/\(execution.id)/retry")
            #expect(retried.status == 201)
            let id = try #require(retried.data["execution_id"]?.text)
            #expect(id != execution.id.description)
            let row = try await caller.get("/executions/\(id)").data
            #expect(row["retry_of"]?.text == execution.id.description)
            #expect(row["kind"]?.text == "rerun")
            #expect(row["params"]?["DAY"]?.text == "2026-11-20")
        }
    }

    @Test("Output comes by stream, from any byte, with broken characters repaired (S1-API-17)")
    func logs() async throws {
        try await TestServer.with { server, caller in
            let (_, execution) = try await self.triggered(server, caller)
            try await server.report(execution, sequence: 1, status: .running)
            try await server.appendLog(execution.id, at: 0, "日志\n")
            try await server.appendLog(execution.id, at: 7, "bad", stream: .standardError)
            let all = try await caller.get("/executions/\(execution.id)/logs").data
            #expect(all["output"]?.text == "日志\n")
            #expect(all["error"]?.text == "bad")
            #expect(all["complete"] == .bool(false))
            #expect(all["next"] == .integer(10))
            // Byte 1 is in the middle of the first character.
            let middle = try await caller.get("/executions/\(execution.id)/logs?from=1").data
            #expect(middle["output"]?.text == "\u{FFFD}志\n" || middle["output"]?.text == "\u{FFFD}\u{FFFD}志\n")
        }
    }

    @Test("Output is read by bytes and by lines, and searched (S1-FR-4.2)")
    func parts() async throws {
        try await TestServer.with { server, caller in
            let (_, execution) = try await self.triggered(server, caller)
            try await server.report(execution, sequence: 1, status: .running)
            let text = (1...5000).map { "line \($0)\n" }.joined()
            try await server.appendLog(execution.id, at: 0, text)
            let path = "/executions/\(execution.id)"
            let bytes = try await caller.get(path + "/logs?from=7&limit=64").data
            #expect(bytes["output"]?.text == String(text.dropFirst(7).prefix(64)))
            #expect(bytes["next"] == .integer(71) && bytes["line"] == .null)
            let lines = try await caller.get(path + "/logs?line=4999&lines=1").data
            #expect(lines["output"]?.text == "line 4999\n")
            #expect(lines["line"] == .integer(4999) && lines["next_line"] == .integer(5000))
            let rest = try await caller.get(path + "/logs?line=5000").data
            #expect(rest["output"]?.text == "line 5000\n" && rest["next"] == .integer(Int64(text.utf8.count)))
            // The line that does not fit is the next page's alone.
            let page = try await caller.get(path + "/logs?line=1&lines=100&limit=64").data
            #expect(page["output"]?.text == (1...9).map { "line \($0)\n" }.joined())
            #expect(page["next"] == .integer(63) && page["next_line"] == .integer(10))
            for query in [
                "?from=9223372036854775807", "?line=9223372036854775807", "/search?q=a&from=9223372036854775807",
            ] {
                #expect(try await caller.get(path + "/logs" + query).status == 200, "\(query)")
            }
            #expect(try await caller.get(path + "/logs?lines=1").data["output"]?.text == "line 1\n")
            #expect(try await caller.get(path + "/logs?line=6000").data["output"]?.text == "")
            let found = try await caller.get(path + "/logs/search?q=LINE%20499&ignore_case=true&limit=5").data
            #expect(found["matches"]?.items.map { $0["line"]?.int } == [499, 4990, 4991, 4992, 4993])
            #expect(found["matches"]?.items.last?["text"]?.text == "line 4993")
            let next = try #require(found["next"]?.int)
            let more = try await caller.get(path + "/logs/search?q=line%20499&from=\(next)").data
            #expect(more["matches"]?.items.map { $0["line"]?.int } == [4994, 4995, 4996, 4997, 4998, 4999])
            #expect(more["next"] == .null)
            for query in ["?limit=3", "?line=0", "?lines=10001", "/search", "/search?q=", "/search?q=a&limit=0"] {
                #expect(try await caller.get(path + "/logs" + query).status == 400, "\(query)")
            }
            let detail = try await caller.get(path).data
            #expect(detail["output_truncated"] == .bool(true) && detail["output_hint"]?.text == "view full log")
            let preview = try #require(detail["output_preview"]?.text)
            #expect(preview.hasPrefix("line 1\n") && preview.hasSuffix("line 5000\n"))
            #expect(preview.contains(" bytes left out]\n"))
        }
    }

    @Test("The history is filtered by S1's numbers and by S3's words; statistics follow it (C-04, S1-API-18)")
    func history() async throws {
        try await TestServer.with { server, caller in
            let (job, execution) = try await self.triggered(server, caller)
            try await server.report(execution, sequence: 1, status: .running)
            try await server.report(execution, sequence: 2, status: .failure)
            for query in [
                "status=4", "status=failed", "status=2,failure", "client_id=web-1&task_id=\(job)", "keyword=clean",
            ] {
                #expect(try await caller.get("/executions?" + query).data["total"] == .integer(1), "\(query)")
            }
            #expect(try await caller.get("/executions?status=succeeded").data["total"] == .integer(0))
            #expect(try await caller.get("/executions?status=9").status == 400)
            let row = try await caller.get("/executions").data["items"]?.items.first
            #expect(row?["duration"] == .integer(1500))
            #expect(row?["reason"]?["code"]?.text == "EXIT")
            #expect(row?["retry_count"] == .integer(0))
            server.clock.advance(seconds: 60)
            let statistics = try await caller.get("/executions/stats?task_id=\(job)&date_range=7d").data
            #expect(statistics["failure_count"] == .integer(1))
            #expect(statistics["success_rate"] == .integer(0))
            #expect(statistics["avg_duration"] == .integer(1500))
            let run = try await caller.get("/runs/\(execution.runID)").data
            #expect(run["status"]?.text == "failed")
            #expect(run["summary"]?["en"]?.text == "0/1 units succeeded, 1 failed")
        }
    }
}
