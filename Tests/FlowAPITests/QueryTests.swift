// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Queries are read strictly")
struct QueryTests {
    @Test(
        "A number, a time, an id or a word of a list without a value is refused: a script's empty variable lists nothing",
        arguments: [
            "/tasks?group_id=", "/tasks?sort=", "/tasks?page=", "/executions?task_id=", "/executions?start_time=",
            "/executions?run_id=", "/executions/stats?date_range=", "/clients?status=", "/runs?type=", "/audit?until=",
            "/upcoming?to=", "/notify/deliveries?incident_id=", "/tokens?all=", "/executions/recent?task_ids=",
            "/tasks?label=", "/executions?executor_type=", "/executions/recent?task_ids=1,00000000000000000002",
            "/executions/recent?task_ids=+1",
        ]
    )
    func emptyValues(path: String) async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.get(path)
            #expect(answer.status == 400 && answer.faults.count == 1, "\(answer.text)")
            #expect(answer.faultCodes != ["unknown_parameter"])
        }
    }

    @Test("Free text without a value counts as absent")
    func emptyText() async throws {
        try await TestServer.with { _, caller in
            for path in ["/tasks?keyword=", "/audit?actor=&object_id="] {
                let answer = try await caller.get(path)
                #expect(answer.status == 200, "\(path)")
            }
        }
    }

    @Test("Ten labels can be looked for at once, and no more: each is a condition of the statement")
    func labels() async throws {
        try await TestServer.with { _, caller in
            let labels = (0..<11).map { "label=l\($0)" }
            #expect(try await caller.get("/tasks?" + labels.dropLast().joined(separator: "&")).status == 200)
            for list in ["/tasks", "/runs", "/executions"] {
                let answer = try await caller.get("\(list)?" + labels.joined(separator: "&"))
                #expect(answer.status == 400 && answer.faults == ["label"], "\(answer.text)")
                #expect(answer.faultCodes == ["too_many"])
            }
        }
    }

    @Test("A page that is said in two ways is refused with what to do, not called unknown")
    func twoWays() async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.get("/tasks?page=1&page_size=10&limit=5&offset=0")
            #expect(answer.status == 400)
            #expect(answer.faults == ["page", "page_size"] && answer.faultCodes == ["conflict", "conflict"])
        }
    }

    @Test("A refusal says what was sent, and no more of it than one can read")
    func echoes() async throws {
        try await TestServer.with { _, caller in
            _ = try await caller.post("/tasks", taskBody())
            let long = JSON.string(String(repeating: "2", count: 100_000))
            let instant = try await caller.post("/tasks/1/backfill", ["from": long, "to": long])
            #expect(instant.status == 400 && instant.faults == ["from", "to"] && instant.text.utf8.count < 2000)
            let choice = try await caller.post("/tasks", taskBody(["name": .string("b"), "schedule_type": long]))
            #expect(choice.status == 400 && choice.faults.contains("schedule_type") && choice.text.utf8.count < 2000)
            #expect(try await caller.get("/tasks/1/placement?n=2").faults == ["n"])
        }
    }

    @Test("A bad instant of an explanation is one fault", arguments: ["", "?at=", "?at=tomorrow", "?at=2026-01-31"])
    func instant(query: String) async throws {
        try await TestServer.with { _, caller in
            _ = try await caller.post("/tasks", taskBody())
            let answer = try await caller.get("/tasks/1/explain\(query)")
            #expect(answer.status == 400 && answer.faults == ["at"], "\(answer.text)")
        }
    }
}

@Suite("Addresses that are never reachable")
struct UnreachableAddressTests {
    private static let hosts = [
        "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "[fe80::1]",
        "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "0.0.0.0", "224.0.0.1",
    ]

    @Test("A webhook to one is refused when it is saved, in every spelling", arguments: Self.hosts)
    func webhook(host: String) async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.post(
                "/notify/channels",
                ["name": .string("x"), "type": .string("webhook"), "url": .string("http://\(host)/latest")]
            )
            #expect(answer.status == 422 && answer.faults == ["url"], "\(answer.text)")
        }
    }

    @Test("A task that calls one is refused when it is saved, in every spelling", arguments: Self.hosts)
    func task(host: String) async throws {
        try await TestServer.with { _, caller in
            let config = ["url": JSON.string("http://\(host)/latest")].json
            let answer = try await caller.post(
                "/tasks",
                taskBody(["executor_type": .integer(2), "executor_config": config])
            )
            #expect(answer.status == 422 && answer.faults == ["executor_config.url"], "\(answer.text)")
        }
    }

    @Test("Mail through one is refused when it is saved; private networks and this host are not")
    func others() async throws {
        try await TestServer.with { _, caller in
            let mail: [String: JSON] = [
                "name": .string("m"), "type": .string("email"), "from": .string("a@example.com"),
            ]
            let refused = try await caller.post(
                "/notify/channels",
                mail.merging(["host": .string("169.254.1.1")]) { $1 }
            )
            #expect(refused.status == 422 && refused.faults == ["host"])
            for (index, host) in ["10.0.0.1", "127.0.0.1", "[::1]", "metadata.example"].enumerated() {
                let body: [String: JSON] = [
                    "name": .string("w\(index)"), "type": .string("webhook"), "url": .string("http://\(host)/"),
                ]
                let made = try await caller.post("/notify/channels", body)
                #expect(made.status == 201, "\(host)")
            }
        }
    }
}
