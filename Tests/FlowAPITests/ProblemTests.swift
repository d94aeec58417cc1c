// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("Refusals as problems (RFC 9457)")
struct ProblemTests {
    @Test(
        "A problem is written for whoever names its type, and for nobody else",
        arguments: [
            ("application/problem+json", true), ("application/json, application/problem+json", true),
            ("Application/Problem+JSON ; q=0.5", true), ("text/html, application/problem+json;q=1.0, */*", true),
            ("application/json;q=0.1, application/problem+json;q=0.2", true),
            ("application/json, application/problem+json;q=0.9", false), ("application/problem+json;q=0", false),
            ("application/problem+json;q=0.000", false), ("application/problem+json;q=x", false),
            ("application/problem+json;q=-1", false), ("application/problem+json;q=nan", false),
            ("*/*", false), ("application/*", false), ("application/json", false), ("", false), (",;,", false),
            ("application/problem+jsonx", false), ("application/problem+xml", false),
        ]
    )
    func accept(text: String, isProblem: Bool) { #expect((FailureForm(accept: [text]) == .problem) == isProblem) }

    @Test("Whatever refuses, a problem has its members, and the envelope's words beside them")
    func everywhere() async throws {
        try await TestServer.with { _, caller in
            let asking = try caller.with("Accept", "application/problem+json")
            var stranger = asking
            stranger.token = nil
            let big = String(repeating: "a", count: APICall.bodyLimit + 1)
            let answers: [(Int, String, Caller.Answer)] = [
                (404, "not_found", try await asking.get("/tasks/999")),
                (404, "not_found", try await asking.get("/nothing")),
                (404, "not_found", try await asking.get("!/api/v1//tasks")),
                (405, "method_not_allowed", try await asking.call(.patch, "/tasks/1")),
                (400, "invalid_request", try await asking.get("/tasks?nonsense=1")),
                (400, "invalid_request", try await asking.call(.post, "/tasks", body: "{")),
                (415, "unsupported_media_type", try await asking.with("Content-Type", "text/plain").post("/tasks")),
                (413, "payload_too_large", try await asking.call(.post, "/tasks", body: big)),
                (422, "invalid_request", try await asking.post("/tasks", taskBody(["timeout": .integer(9)]))),
                (401, "unauthenticated", try await stranger.get("/tasks")),
            ]
            for (status, word, answer) in answers {
                #expect(answer.status == status, "\(answer.text)")
                #expect(answer.headers[.contentType] == "application/problem+json")
                #expect(answer.headers[.vary] == "Accept")
                #expect(answer.body["type"]?.text == "urn:quartzflow:problem:" + word)
                #expect(answer.body["title"]?.text?.isEmpty == false)
                #expect(answer.body["status"] == .integer(Int64(status)))
                #expect(answer.body["detail"]?.text?.isEmpty == false)
                let id = try #require(answer.headers[.requestID])
                #expect(answer.body["instance"]?.text == "urn:quartzflow:request:" + id)
                #expect(answer.body["error"]?.text == word)
                #expect(answer.body["code"] == .integer(Int64(status * 100)))
                #expect(Schema.reference("Problem").differences(from: answer.body) == [])
            }
            #expect(answers[8].2.faults == ["timeout"])
            #expect(answers[3].2.headers[.allow] == "DELETE, GET, PUT")
        }
    }

    @Test("Too many requests, a Host that is none, and another product's words are problems, too")
    func edges() async throws {
        let rates = RateLimits(perToken: 0, perSession: 0, perNetwork: 1)
        try await TestServer.with(rateLimits: rates) { server in
            try await server.app.test(.router) { client in
                let asking = try Caller(client: client).with("Accept", "application/problem+json")
                var last = try await asking.get("/tasks")
                for _ in 0..<30 where last.status != 429 { last = try await asking.get("/tasks") }
                #expect(last.body["type"]?.text == "urn:quartzflow:problem:too_many_requests", "\(last.text)")
                #expect(last.headers[.retryAfter] != nil)
            }
        }
        try await TestServer.with { _, caller in
            let asking = try caller.with("Accept", "application/problem+json")
            let other = try await asking.get("!/compat/s4/api/v1/tasks/999")
            #expect(other.status == 404)
            #expect(other.body["type"]?.text == "urn:quartzflow:problem:not_found", "\(other.text)")
            let plain = try await caller.get("!/compat/s4/api/v1/tasks/999")
            #expect(plain.body["success"] == .bool(false))
        }
    }

    @Test("Whoever does not ask gets what there always was")
    func unasked() async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.with("Accept", "application/json, */*").get("/tasks/999")
            #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
            guard case .object(let members) = answer.body else {
                Issue.record("no object: \(answer.text)")
                return
            }
            #expect(members.map(\.name.text) == ["code", "error", "message", "text", "details", "request_id"])
        }
    }

    @Test("The document says of every refusal of every route that it may be a problem")
    func declared() throws {
        let document = OpenAPIDocument.make(version: "1")
        for name in ["Failure", "S4Failure"] {
            let content = document["components"]?["responses"]?[name]?["content"]
            #expect(content?["application/problem+json"]?["schema"]?["$ref"]?.text == "#/components/schemas/Problem")
            #expect(content?["application/json"] != nil)
        }
        for endpoint in Endpoint.allCases {
            guard let contract = endpoint.contract else { continue }
            let method = endpoint.declaration.method.rawValue.lowercased()
            let responses = document["paths"]?[endpoint.declaration.path]?[method]?["responses"]
            for status in endpoint.refusals(contract) {
                let reference = responses?[String(status.code)]?["$ref"]?.text
                #expect(reference?.hasPrefix("#/components/responses/") == true, "\(endpoint) \(status)")
            }
        }
    }
}
