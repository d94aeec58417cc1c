// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Testing

@testable import FlowAPI

@Suite("Failures that read alike (issue 10)")
struct FailureReportTests {
    @Test("What a failure reads like is stored a moment after its end, counted, shown and filtered by")
    func report() async throws {
        try await TestServer.with { server, caller in
            for name in ["web1", "web2"] { _ = try await server.agent(name) }
            let evaluator = NotifyEvaluator(store: server.store, clock: server.clock)
            try await evaluator.catchUp()
            let target = ["type": JSON.string("email"), "recipients": .array([.string("a@example.com")])].json
            let rule = [
                "name": JSON.string("fails"), "triggers": .array([.string("technical_failure")]),
                "channels": .array([target]),
            ].json
            let task = try #require(
                try await caller.post("/tasks", taskBody(["task_notify": .array([rule])])).data["id"]?.int
            )
            let started = try await caller.post("/tasks/\(task)/trigger").data["run_id"]?.text
            let run = try #require(started.flatMap { RunID($0) })
            let executions = try await server.store.executions(ExecutionQuery(run: run)).items
            #expect(executions.count == 2)
            for execution in executions {
                let output = LogChunk(
                    executionID: execution.id,
                    attempt: 1,
                    offset: 0,
                    stream: .standardError,
                    bytes: Array("\(execution.agentID): disk full, 17 left\n".utf8)
                )
                try await server.report(execution, sequence: 1, status: .failure, output: [output])
            }
            func items() async throws -> [JSON] {
                try await caller.get("/reports/fingerprints").data["items"]?.items ?? []
            }
            try await evaluator.catchUp()
            #expect(try await items().isEmpty, "its output may be on its way")
            server.clock.advance(seconds: 3)
            try await evaluator.catchUp()
            let cluster = try #require(try await items().first)
            #expect(cluster["text"] == .string("<host>: disk full, <n> left"))
            #expect(cluster["count"] == .integer(2) && cluster["client_count"] == .integer(2))
            #expect(cluster["tasks"]?.items.map { $0["id"] } == [.integer(task)])
            #expect(cluster["seen_before"] == .null)
            let id = try #require(cluster["fingerprint"]?.text)
            let detail = try await caller.get("/executions/\(executions[0].id)").data
            #expect(detail["fingerprint"] == .string(id))
            #expect(try await caller.get("/executions?fingerprint=\(id)").data["total"] == .integer(2))
            #expect(try await caller.get("/executions?fingerprint=\(id)&client_id=web1").data["total"] == .integer(1))
            #expect(try await caller.get("/executions?fingerprint=0123456789abcdef").data["total"] == .integer(0))
            #expect(try await caller.get("/reports/fingerprints?limit=0").status >= 400)
            // The message knows that it is one failure.
            server.clock.advance(seconds: 6)
            try await evaluator.catchUp()
            let message = try await caller.get("/notify/deliveries").data["items"]?.items.first?["text"]?.text
            #expect(message?.contains("2 hosts: same failure") == true, "\(message ?? "none")")
        }
    }
}
