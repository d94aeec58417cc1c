// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Views of lists over REST (S1 console)")
struct ViewTests {
    private func body(_ changes: [String: JSON] = [:]) -> [String: JSON] {
        ["list": .string("executions"), "name": .string("went wrong"), "query": ["status": JSON.string("4,5")].json]
            .merging(changes) { $1 }
    }

    @Test("A view is kept, changed under its name, listed to its owner alone, and forgotten")
    func lifecycle() async throws {
        try await TestServer.with { _, caller in
            let made = try await caller.post("/views", self.body())
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            let changed = try await caller.post("/views", self.body(["query": ["status": JSON.string("4")].json]))
            #expect(changed.status == 200 && changed.data["id"]?.int == id)
            let other = try await caller.signedIn("vera")
            #expect(try await other.get("/views").data["total"]?.int == 0)
            #expect(try await other.delete("/views/\(id)").status == 404)
            let listed = try await caller.get("/views").data["items"]?.items ?? []
            #expect(listed.count == 1 && listed.first?["query"]?["status"] == .string("4"))
            #expect(try await caller.delete("/views/\(id)").status == 200)
            #expect(try await caller.delete("/views/\(id)").status == 404)
        }
    }

    @Test("Faults are told with their paths, and nothing is kept of them")
    func faults() async throws {
        try await TestServer.with { _, caller in
            let long = String(repeating: "x", count: SavedView.valueLimit + 1)
            let many = Dictionary(
                uniqueKeysWithValues: (0...SavedView.parameterLimit).map { ("p\($0)", JSON.string("1")) }
            )
            let faults: [([String: JSON], String)] = [
                (["name": .string("")], "name"), (["name": .string("a\nb")], "name"),
                (["name": .string(String(repeating: "视", count: SavedView.nameLimit + 1))], "name"),
                (["list": .string("hosts")], "list"), (["list": .null], "list"), (["query": .null], "query"),
                (["query": ["a": JSON.integer(1)].json], "query.a"),
                (["query": ["a": JSON.string(long)].json], "query.a"),
                (["query": many.json], "query"),
            ]
            for (changes, path) in faults {
                let answer = try await caller.post("/views", self.body(changes))
                #expect(answer.status >= 400 && answer.faults.contains(path), "\(path): \(answer.text)")
            }
            #expect(try await caller.get("/views").data["total"]?.int == 0)
        }
    }

    @Test("No token sees or keeps its owner's views")
    func forPeople() async throws {
        try await TestServer.with { _, admin in
            let made = try await admin.post("/tokens", ["name": .string("ci"), "role": .string("admin")])
            var program = admin
            program.token = try #require(made.data["token"]?.text)
            #expect(try await program.get("/views").error == "session_required")
            #expect(try await program.post("/views", self.body()).status == 403)
        }
    }
}
