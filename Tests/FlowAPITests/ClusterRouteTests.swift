// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowAPI

@Suite("Servers that share a database")
struct ClusterRouteTests {
    @Test("Where the database serves one server only, that is said; whoever may read numbers may ask")
    func single() async throws {
        try await TestServer.with { _, admin in
            let answer = try await admin.get("/cluster")
            #expect(answer.status == 200 && answer.data["mode"]?.text == "single", "\(answer.text)")
            #expect(answer.data["items"]?.items.isEmpty == true && answer.data["shards_free"] == .integer(0))
            #expect(try await admin.get("/cluster?page=2").status == 400)
            let even = try await admin.post("/cluster/rebalance")
            #expect(even.status == 404 && even.text.contains("to itself"), "\(even.text)")
            let path = "/cluster/\(UUID().uuidString)"
            for action in ["drain", "resume"] {
                let refused = try await admin.post("\(path)/\(action)")
                #expect(refused.status == 404 && refused.text.contains("to itself"), "\(refused.text)")
                #expect(try await admin.post("/cluster/x/\(action)").status == 404)
            }
        }
    }
}
