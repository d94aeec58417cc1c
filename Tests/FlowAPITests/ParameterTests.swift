// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Declared parameters over HTTP")
struct ParameterTests {
    private static func parameter(_ name: String, _ more: [JSON.Member] = []) -> JSON {
        .object([.init("name", name)] + more)
    }

    private static let manual: [String: JSON] = ["cron_expr": .null, "schedule_type": .string("manual")]

    @Test("A trigger hands over what is declared, and everything else is refused with name and reason")
    func trigger() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let declared = JSON.array([
                Self.parameter("region", [.init("default", "eu"), .init("choices", ["eu", "us"])]),
                Self.parameter("size", [.init("type", "integer"), .init("required", true)]),
            ])
            let made = try await caller.post("/tasks", taskBody(Self.manual.merging(["parameters": declared]) { $1 }))
            #expect(made.status == 201, "\(made.text)")
            #expect(made.data["parameters"]?.items.first?["type"]?.text == "string")
            let id = made.data["id"]?.int ?? 0
            func start(_ values: [JSON.Member]) async throws -> Caller.Answer {
                try await caller.post("/tasks/\(id)/trigger", ["params": .object(values)])
            }
            for (values, field, words) in [
                ([], "params.size", "required"), ([.init("size", "big")], "params.size", "no integer"),
                ([.init("size", "1"), .init("zone", "1")], "params.zone", "takes region, size"),
                ([.init("size", "1"), .init("region", "mars")], "params.region", "none of eu, us"),
            ] as [([JSON.Member], String, String)] {
                let answer = try await start(values)
                #expect(answer.faults == [field], "\(answer.text)")
                #expect(answer.text.contains(words), "\(answer.text)")
            }
            #expect(try await caller.get("/executions").data["total"] == .integer(0))
            #expect(try await start([.init("size", "3")]).status < 300)
            let plain = try await caller.put("/tasks/\(id)", taskBody(Self.manual))
            #expect(plain.data["parameters"] == .array([]))
            #expect(try await start([.init("anything", "goes")]).status < 300)
        }
    }

    @Test("Declarations that contradict themselves or the task are refused with the field")
    func refusals() async throws {
        try await TestServer.with { _, caller in
            let cases: [([JSON], [String: JSON], String, String)] = [
                ([Self.parameter("1x")], [:], "parameters[0].name", "digit"),
                ([Self.parameter("a"), Self.parameter("A")], [:], "parameters[1].name", "case"),
                ([Self.parameter("a", [.init("type", "date")])], [:], "parameters[0].type", "integer"),
                (
                    [Self.parameter("a", [.init("type", "integer"), .init("default", "x")])], [:],
                    "parameters[0].default", "no integer"
                ),
                (
                    [Self.parameter("a", [.init("default", "x"), .init("choices", ["y"])])], [:],
                    "parameters[0].default", "none of y"
                ),
                (
                    [Self.parameter("a", [.init("type", "number"), .init("choices", ["y"])])], [:],
                    "parameters[0].choices[0]", "no number"
                ),
                (
                    [Self.parameter("a", [.init("default", "x"), .init("required", true)])], Self.manual,
                    "parameters[0].required", "default"
                ),
                ([Self.parameter("a", [.init("required", true)])], [:], "parameters[0].required", "a schedule"),
                ((0...64).map { Self.parameter("p\($0)") }, [:], "parameters", "at most 64"),
            ]
            for (parameters, more, field, words) in cases {
                let body = taskBody(more.merging(["parameters": .array(parameters)]) { $1 })
                let answer = try await caller.post("/tasks", body)
                #expect(answer.faults == [field], "\(answer.text)")
                #expect(answer.text.contains(words), "\(answer.text)")
            }
        }
    }

    @Test("A scheduled request may use what has a default")
    func scheduledRequest() async throws {
        try await TestServer.with { _, caller in
            let request: [String: JSON] = [
                "executor_type": .integer(2),
                "executor_config": .object([.init("url", "https://example.org/{{region}}")]),
            ]
            #expect(try await caller.post("/tasks", taskBody(request)).faults == ["executor_config.url"])
            let given = JSON.array([Self.parameter("region", [.init("default", "eu")])])
            let made = try await caller.post("/tasks", taskBody(request.merging(["parameters": given]) { $1 }))
            #expect(made.status == 201, "\(made.text)")
        }
    }
}
