// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Errors in browsers")
struct ClientErrorTests {
    @Test("The same error is one line with a count; only who may see settings reads them")
    func counted() async throws {
        try await TestServer.with { server, caller in
            let vera = try await caller.signedIn("vera")
            let error: [String: JSON] = ["message": .string("x is undefined"), "place": .string("app.js:1:20")]
            for page in ["/jobs", "/hosts"] {
                let sent = try await vera.post("/client-errors", error.merging(["page": .string(page)]) { $1 })
                #expect(sent.status == 200, "\(sent.text)")
                server.clock.advance(seconds: 1)
            }
            let items = try await caller.get("/client-errors").data["items"]?.items ?? []
            #expect(items.count == 1)
            #expect(items.first?["count"] == .integer(2) && items.first?["page"]?.text == "/hosts")
            #expect(items.first?["username"]?.text == "vera")
            #expect(try await vera.get("/client-errors").status == 403)
            #expect(try await Caller(client: caller.client).post("/client-errors", error).status == 401)
            let long = String(repeating: "a", count: ClientErrors.messageLimit + 1)
            let refused = try await vera.post("/client-errors", ["message": .string(long)])
            #expect(refused.faultCodes == ["too_long"])
        }
    }

    @Test("Of many kinds only so many are kept, and what was seen last stays")
    func bounded() {
        let errors = ClientErrors()
        for number in 0...ClientErrors.limit {
            let now = TestServer.start.advanced(byMilliseconds: Int64(number))
            #expect(errors.note(.init(message: "\(number)", place: ""), page: "/", by: "ada", at: now))
        }
        #expect(errors.all.count == ClientErrors.limit)
        #expect(errors.all.first?.key.message == "\(ClientErrors.limit)")
        #expect(!errors.all.contains { $0.key.message == "0" })
    }
}
