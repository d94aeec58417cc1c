// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Input that is meant to hurt", .timeLimit(.minutes(10)))
struct HostileInputTests {
    private static let marks = "a" + String(repeating: "\u{301}\u{323}", count: 120_000)

    @Test("Combining marks by the hundred thousand are refused wherever text comes in (attack class 8)")
    func combiningMarks() async throws {
        try await TestServer.with { _, caller in
            let text = JSONWriter.text(.string(Self.marks))
            let bodies = [
                "{\"username\":\(text),\"password\":\"x\"}", "{\"username\":\"x\",\"password\":\(text)}",
                "{\(text):1,\(text):2}",
            ]
            for body in bodies {
                let signIn = try await caller.call(.post, "/auth/login", body: body)
                #expect(signIn.status == 400)
                let create = try await caller.call(.post, "/tasks", body: body)
                #expect(create.status == 400)
            }
            let query = "a" + String(repeating: "%CC%81%CC%A3", count: 600)
            let keyword = try await caller.get("/executions?keyword=\(query)")
            #expect(keyword.status == 400)
            let name = try await caller.get("/executions?\(query)=1")
            #expect(name.status == 400)
        }
    }

    @Test(
        "Header values of combining marks are read as bytes",
        arguments: [
            "Cookie", "Authorization", "Accept-Encoding", "Origin", "If-None-Match", "Idempotency-Key", "X-Request-ID",
        ]
    )
    func headers(name: String) async throws {
        try await TestServer.with(user: nil) { _, caller in
            let hostile = try caller.with(name, "qf_session\(Self.marks)=\(Self.marks)")
            let answer = try await hostile.get("/tasks")
            #expect(answer.status == 401)
        }
    }

    @Test("A user name longer than any is answered like a wrong one, and counts for its address")
    func longName() async throws {
        try await TestServer.with(user: nil) { _, caller in
            let body: [String: JSON] = [
                "username": .string(String(repeating: "n", count: 100_000)), "password": .string("x"),
            ]
            let answer = try await caller.post("/auth/login", body)
            #expect(answer.status == 401)
        }
    }

    @Test("At most twenty faults are listed, and all are counted")
    func faults() async throws {
        try await TestServer.with(user: nil) { _, caller in
            let body = "{" + (0..<50_000).map { "\"f\($0)\":1" }.joined(separator: ",") + "}"
            let answer = try await caller.call(.post, "/auth/login", body: body)
            #expect(answer.status == 400)
            #expect(answer.faults.count == 20)
            #expect(answer.text.utf8.count < 8192)
            #expect(answer.body["message"]?.text?.contains("(and 50001 more)") == true)
        }
    }

    /// As they stand in a body.
    static let extremes = [
        "-9223372036854775808", "9223372036854775807", "-1", "0", "1e300", "-1e300", "1e-300", "0.0001",
        "1099511627776",
        "-1099511627776", "4611686018427387904",
    ]

    @Test("No number in a task's body stops the server", arguments: Self.extremes)
    func bodyNumbers(number: String) async throws {
        try await TestServer.with { _, caller in
            let fields = [
                "every_seconds", "timeout", "retry_count", "retry_interval", "concurrency", "status", "version",
                "executor_type",
            ]
            for field in fields {
                var body = taskBody()
                if field == "every_seconds" { body["cron_expr"] = nil }
                body["name"] = .string("job \(field)")
                body[field] = try JSONParser.parse(Array(number.utf8))
                if field == "every_seconds" { body["schedule_type"] = .string("every") }
                let answer = try await caller.post("/tasks", body)
                #expect(answer.status < 500, "\(field) \(number): \(answer.text)")
                #expect(try await caller.put("/tasks/1", body).status < 500)
            }
            var body = taskBody(["group_ids": .array([try JSONParser.parse(Array(number.utf8))])])
            #expect(try await caller.post("/tasks", body).status < 500)
            body = taskBody(["executor_type": .integer(2)])
            let statuses = JSON.array([try JSONParser.parse(Array(number.utf8))])
            body["executor_config"] = ["url": JSON.string("http://127.0.0.1:99999/"), "expected_status": statuses].json
            #expect(try await caller.post("/tasks", body).status < 500)
        }
    }

    @Test(
        "No number in a path or query stops the server",
        arguments: [
            "-9223372036854775808", "9223372036854775807", "0", "-1", "18446744073709551616", "1e9",
            "4611686018427387904",
        ]
    )
    func pathNumbers(number: String) async throws {
        try await TestServer.with { _, caller in
            let names = [
                "page", "page_size", "per_page", "limit", "offset", "from", "task_id", "group_id", "status", "count",
                "date_range",
                "expr", "days",
            ]
            for endpoint in Endpoint.allCases where endpoint != .signOut {
                let declaration = endpoint.declaration
                let path = declaration.path.replacing("{id}", with: number).replacing("{client_id}", with: number)
                let body = declaration.method == .get ? nil : "{}"
                #expect(try await caller.call(declaration.method, "!" + path, body: body).status < 500, "\(endpoint)")
                guard declaration.method == .get else { continue }
                for name in names {
                    let answer = try await caller.get("!\(path)?\(name)=\(number)")
                    #expect(answer.status < 500, "\(endpoint) \(name)=\(number)")
                    _ = try await caller.get("!\(path)?\(name)=\(number)d")
                }
            }
        }
    }
}
