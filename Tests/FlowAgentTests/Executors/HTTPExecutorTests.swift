// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation
import Testing

@Suite("The HTTP executor", .serialized)
struct HTTPExecutorTests {
    private func with(_ body: @escaping @Sendable (Host, TinyServer) async throws -> Void) async throws {
        let server = try await TinyServer.start()
        try await Host.with { host in try await body(host, server) }
        try await server.stop()
    }

    @Test("succeeds with an expected status and keeps the answer")
    func statuses() async throws {
        try await self.with { host, server in
            let good = await host.launch(.http(HTTPPayload(url: server.url + "/echo", method: "POST", body: "hello")))
            let outcome = try await host.wait(good)
            #expect(outcome.status == .success)
            #expect(outcome.text.contains("200") && outcome.text.contains("hello"))
            let bad = await host.launch(.http(HTTPPayload(url: server.url + "/status/503")))
            let failure = try await host.wait(bad)
            #expect(failure.status == .failure)
            #expect(failure.reason == .httpStatus)
            let wanted = await host.launch(.http(HTTPPayload(url: server.url + "/status/503", expectedStatus: [503])))
            #expect(try await host.wait(wanted).status == .success)
            let nobody = await host.launch(.http(HTTPPayload(url: "http://127.0.0.1:1/")))
            #expect(try await host.wait(nobody).reason == .request)
        }
    }

    @Test("hands on what the job's pointers find in the answer, whatever its status (W12)")
    func outputs() async throws {
        try await self.with { host, server in
            let payload = HTTPPayload(
                url: server.url + "/echo",
                method: "POST",
                body: #"{"rows": 12, "name": "a"}"#,
                expectedStatus: [500],
                outputs: ["rows": "/rows", "who": "/name", "away": "/x"]
            )
            let outcome = try await host.wait(await host.launch(.http(payload)))
            #expect(outcome.status == .failure && outcome.outputs == ["status": "200", "rows": "12", "who": "a"])
            let plain = HTTPPayload(url: server.url + "/echo", method: "POST", body: "x", outputs: ["rows": "/rows"])
            let text = try await host.wait(await host.launch(.http(plain)))
            #expect(text.status == .success && text.outputs == ["status": "200"])
            #expect(text.detail == "its outputs were not taken: the answer is no JSON")
            let nobody = HTTPPayload(url: server.url + "/echo", method: "POST", body: "{}")
            #expect(try await host.wait(await host.launch(.http(nobody))).outputs.isEmpty)
        }
    }

    @Test("fails when the answer does not say what is expected of it")
    func expectations() async throws {
        try await self.with { host, server in
            let body = #"{"status": "ok", "rows": 12, "deep": [{"on": true}]}"#
            let cases: [([String: String], String, String?)] = [
                (["/status": "ok", "/rows": "12", "/deep/0/on": "true"], body, nil),
                (["/deep/0": #"{"on":true}"#], body, nil),
                (["/status": "up"], body, "'/status' of the answer is 'ok', not 'up'"),
                (["/rows": "12.0"], body, "'/rows' of the answer is '12', not '12.0'"),
                (["/away": "x"], body, "'/away' of the answer is missing"),
                (["": "x"], "x", "the answer is no JSON"),
            ]
            for (expected, body, detail) in cases {
                let payload = HTTPPayload(
                    url: server.url + "/echo",
                    method: "POST",
                    body: body,
                    expectedValues: expected
                )
                let outcome = try await host.wait(await host.launch(.http(payload)))
                #expect(outcome.status == (detail == nil ? .success : .failure), "\(expected): \(outcome)")
                #expect(outcome.detail == detail && outcome.reason == (detail == nil ? nil : .httpStatus))
            }
        }
    }

    @Test("follows redirects itself, and never to a metadata address, another scheme, or for ever")
    func redirects() async throws {
        try await self.with { host, server in
            let fine = await host.launch(.http(HTTPPayload(url: server.url + "/redirect?/status/204")))
            #expect(try await host.wait(fine).status == .success)
            for target in [
                "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
                "http://2852039166/", "file:///etc/passwd", "ftp://127.0.0.1/", "/redirect-loop",
            ] {
                let id = await host.launch(.http(HTTPPayload(url: server.url + "/redirect?" + target)))
                let outcome = try await host.wait(id)
                // Brackets come encoded out of this server's query, and then are no URL at all.
                let reasons: Set<ExecutionReason?> =
                    target.contains("[")
                    ? [.policyDenied, .request] : [target.hasPrefix("http:") ? .policyDenied : .request]
                #expect(outcome.status == .failure && reasons.contains(outcome.reason), "\(target)")
            }
            let direct = await host.launch(.http(HTTPPayload(url: "http://169.254.169.254/")))
            #expect(try await host.wait(direct).detail?.contains("refused") == true)
        }
    }

    @Test("parameters change neither the request's path nor its headers nor the shape of JSON")
    func templates() async throws {
        try await self.with { host, server in
            let payload = HTTPPayload(
                url: server.url + "/echo?name={{name}}",
                method: "POST",
                headers: ["Content-Type": "application/json"],
                body: "{\"name\": \"{{name}}\"}"
            )
            let value = "a\",\"admin\":true,\"x\":\"\n/../&q=1#"
            let outcome = try await host.wait(await host.launch(.http(payload), parameters: ["name": value]))
            let body = try #require(outcome.text.components(separatedBy: "\n\n").last)
            let json = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: String]
            #expect(json == ["name": value])
            var header = payload
            header.headers = ["X-Name": "{{name}}"]
            let refused = try await host.wait(await host.launch(.http(header), parameters: ["name": "a\r\nX-Evil: 1"]))
            #expect(refused.reason == .request)
            let missing = try await host.wait(await host.launch(.http(payload)))
            #expect(missing.detail?.contains("'name'") == true)
        }
    }

    @Test(
        "a port that does not exist fails the job and leaves the agent alone",
        arguments: ["http://127.0.0.1:99999/", "http://127.0.0.1:65536/", "http://127.0.0.1:0/", "http://[::1]:99999/"]
    )
    func impossiblePort(url: String) async throws {
        try await self.with { host, server in
            for target in [url, server.url + "/redirect?" + url] {
                let outcome = try await host.wait(await host.launch(.http(HTTPPayload(url: target))))
                #expect(outcome.status == .failure && outcome.reason == .request, "\(target)")
            }
            let next = try await host.wait(await host.launch(.http(HTTPPayload(url: server.url + "/echo"))))
            #expect(next.status == .success)
        }
    }

    @Test("a port without TLS is named as that, with its end as detail and nothing of the library (issue 6)")
    func plainPort() async throws {
        try await self.with { host, server in
            let url = "https" + server.url.dropFirst("http".count) + "/echo"
            let outcome = try await host.wait(await host.launch(.http(HTTPPayload(url: url))))
            #expect(outcome.status == .failure && outcome.reason == .request)
            #expect(outcome.detail?.contains("does not speak TLS on this port") == true, "\(outcome.detail ?? "")")
        }
    }

    @Test("a name with several addresses is called at one that answers (RFC 8305)")
    func severalAddresses() async throws {
        try await self.with { host, server in
            // The server listens on IPv4 only; most hosts name ::1 first.
            let url = server.url.replacing("127.0.0.1", with: "localhost") + "/echo"
            let outcome = try await host.wait(await host.launch(.http(HTTPPayload(url: url))))
            #expect(outcome.status == .success)
        }
    }

    @Test("an answer of exactly the limit is whole, one more byte is cut", arguments: [1 << 20, (1 << 20) + 1])
    func answerLimit(size: Int) async throws {
        try await self.with { host, server in
            let id = await host.launch(.http(HTTPPayload(url: server.url + "/bytes?\(size)")))
            let outcome = try await host.wait(id)
            #expect(outcome.status == .success)
            let remark = "\n[answer cut after 1048576 bytes]\n".utf8.count
            let head = outcome.outputBytes - 1_048_576
            #expect((head > remark + 20) == (size > 1 << 20), "the head of the answer has \(head) bytes")
        }
    }

    @Test("neither cookies nor credentials of an answer get into the log")
    func secrets() async throws {
        try await self.with { host, server in
            let shown = try await host.wait(await host.launch(.http(HTTPPayload(url: server.url + "/secret"))))
            #expect(shown.httpStatus == 200)
            #expect(shown.exitCode == nil, "a status is no exit code")
            #expect(shown.text.contains("Set-Cookie: (not shown)") && !shown.text.contains("opensesame"))
            #expect(shown.text.contains("Authorization: (not shown)"))
            let url = server.url + "/redirect?http://user:opensesame@127.0.0.1:1/"
            let redirected = try await host.wait(await host.launch(.http(HTTPPayload(url: url))))
            #expect(redirected.status == .failure)
            #expect(!redirected.text.contains("opensesame") && redirected.detail?.contains("opensesame") == false)
        }
    }

    @Test("four braces stand for two, so that a receiver's own templates can be sent")
    func literalBraces() async throws {
        try await self.with { host, server in
            let payload = HTTPPayload(url: server.url + "/echo", method: "POST", body: "{{{{ .Alert }} for {{name}}")
            let outcome = try await host.wait(await host.launch(.http(payload), parameters: ["name": "x"]))
            #expect(outcome.text.hasSuffix("{{ .Alert }} for x"))
        }
    }

    @Test("a hanging request is cancelled, or ends at its time limit")
    func hanging() async throws {
        try await self.with { host, server in
            let id = await host.launch(.http(HTTPPayload(url: server.url + "/hang")))
            try await eventually("it is under way") { server.requests >= 1 }
            await host.supervisor.cancel(id, force: false)
            #expect(try await host.wait(id).status == .cancelled)
            let slow = await host.launch(.http(HTTPPayload(url: server.url + "/hang")), timeout: 1)
            let ended = try await host.wait(slow)
            #expect(ended.status == .timeout)
            #expect(ended.text == "no complete answer within the time limit of 1 s\n")
        }
    }
}
