// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Conditional and repeated requests")
struct ConditionalTests {
    @Test("A change with If-Match replaces the version that was seen and no other (RFC 9110, 13.1.1)")
    func ifMatch() async throws {
        try await TestServer.with { _, caller in
            let made = try await caller.post("/tasks", taskBody())
            let id = try #require(made.data["id"]?.int)
            #expect(made.headers[.eTag] == "\"1\"")
            #expect(try await caller.get("/tasks/\(id)").headers[.eTag] == "\"1\"")
            let first = try await caller.with("If-Match", "\"1\"").put("/tasks/\(id)", taskBody(["timeout": 60.json]))
            #expect(first.status == 200)
            #expect(first.headers[.eTag] == "\"2\"")
            for stale in ["\"1\"", "W/\"2\"", "nonsense", "\"9\", \"8\""] {
                let answer = try await caller.with("If-Match", stale).put("/tasks/\(id)", taskBody())
                #expect(answer.status == 412, "\(stale)")
                #expect(answer.error == "precondition_failed")
                #expect(answer.headers[.eTag] == "\"2\"")
                #expect(try await caller.with("If-Match", stale).delete("/tasks/\(id)").status == 412)
            }
            let listed = try await caller.with("If-Match", "\"9\", \"2\"").put("/tasks/\(id)", taskBody())
            #expect(listed.status == 200)
            #expect(try await caller.with("If-Match", "*").put("/tasks/\(id)", taskBody()).status == 200)
            #expect(try await caller.with("If-Match", "*").delete("/tasks/\(id)").status == 200)
            #expect(try await caller.with("If-Match", "*").put("/tasks/\(id)", taskBody()).status == 404)
        }
    }

    @Test(
        "A key that started something else is refused, not answered with that (draft-ietf-httpapi-idempotency-key-header)"
    )
    func reusedKey() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let keyed = try caller.with("Idempotency-Key", "k-1")
            let monday = ["params": ["DAY": JSON.string("monday")].json]
            let first = try await keyed.post("/tasks/\(job)/trigger", monday)
            #expect(first.status == 201)
            #expect(try await keyed.post("/tasks/\(job)/trigger", monday).data == first.data)
            let other = try await keyed.post("/tasks/\(job)/trigger", ["params": ["DAY": JSON.string("friday")].json])
            #expect(other.status == 422)
            #expect(other.error == "idempotency_key_reused")
            #expect(other.faults == ["Idempotency-Key"])
            #expect(try await caller.get("/runs").data["total"] == .integer(1))
        }
    }

    @Test("Who has to come again is told when (RFC 9110, 10.2.3)")
    func retryAfter() async throws {
        try await TestServer.with(user: nil) { _, caller in
            var last: Caller.Answer?
            for _ in 0..<11 {
                last = try await caller.post("/auth/login", ["username": .string("ada"), "password": .string("wrong")])
            }
            #expect(last?.status == 429)
            let wait = last?.headers[.retryAfter].flatMap { Int($0) } ?? 0
            #expect((1...300).contains(wait))
        }
        for status in [HTTPResponse.Status.tooManyRequests, .serviceUnavailable] {
            let seconds = APIFailure(status, "x", "x").answerHeaders[.retryAfter].flatMap { Int($0) }
            #expect(seconds != nil)
        }
        #expect(APIFailure(.conflict, "x", "x").answerHeaders[.retryAfter] == nil)
    }
}
