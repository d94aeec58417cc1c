// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("A server that is starting")
struct StartupTests {
    @Test("Nobody is told that a password is wrong before the first administrator is there")
    func refusedUntilFinished() async throws {
        try await TestServer.with(isStarting: true) { server in
            try await server.app.test(.router) { client in
                let caller = Caller(client: client)
                for endpoint in Endpoint.allCases {
                    let path =
                        "!" + endpoint.declaration.path.replacing("{id}", with: "1").replacing("{client_id}", with: "x")
                    let answer = try await caller.call(endpoint.declaration.method, path, body: "{}")
                    #expect(answer.status == 503, "\(endpoint)")
                    #expect(answer.error == "unavailable", "\(endpoint)")
                }
                server.startup.finish()
                #expect(try await caller.call(.get, "/health").status == 200)
                _ = try await caller.signedIn("ada")
            }
        }
    }
}
