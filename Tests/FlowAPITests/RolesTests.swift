// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import HummingbirdTesting
import NIOHTTP1
import Testing

@testable import FlowAPI

@Suite("A server without an API (issue 7)")
struct RolesTests {
    @Test("Every route but probes and numbers is refused with the roles there are, and so are pages and other dialects")
    func refused() async throws {
        let roles = try ServerRoles(names: ["planner", "gateway"])
        try await TestServer.with(roles: roles) { server in
            try await server.app.test(.router) { client in
                let caller = Caller(client: client)
                let open: [Endpoint] = [.health, .ready, .metrics, .plainHealth, .plainReady, .plainMetrics]
                for endpoint in Endpoint.allCases {
                    let path =
                        "!" + endpoint.declaration.path.replacing("{id}", with: "1").replacing("{client_id}", with: "x")
                    let answer = try await caller.call(endpoint.declaration.method, path, body: "{}")
                    #expect((answer.status == 421) == !open.contains(endpoint), "\(endpoint): \(answer.text)")
                }
                for path in ["!/", "!/tasks", "!/docs", "!/api/v1/nothing"] {
                    #expect(try await caller.call(.get, path).status == 421, "\(path)")
                }
                let answer = try await caller.call(.get, "/tasks")
                #expect(answer.error == "no_api" && answer.text.contains("planner,gateway"), "\(answer.text)")
                let ready = try await caller.call(.get, "!/readyz")
                #expect(ready.status == 200 && ready.data["roles"]?.items.compactMap(\.text) == ["planner", "gateway"])
            }
        }
    }

    @Test("Nobody opens the live connection there")
    func live() async throws {
        try await TestServer.with { server in
            let gate = LiveGate(
                authenticator: RequestAuthenticator(authentication: server.services.authentication, trusted: nil),
                quota: RequestQuota(limits: .none, clock: server.clock),
                roles: try ServerRoles(names: ["gateway"])
            )
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: LiveGate.path)
            guard case .refused(let status, let word, _) = await gate.decide(head) else {
                Issue.record("admitted")
                return
            }
            #expect(status == .misdirectedRequest && word == "no_api")
        }
    }

    @Test("With all roles nothing is said of them")
    func whole() async throws {
        try await TestServer.with { _, admin in
            let ready = try await admin.call(.get, "!/readyz")
            #expect(ready.status == 200 && ready.data["roles"] == nil)
        }
    }
}
