// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Preferences over REST (S1 console)")
struct PreferenceTests {
    private func change(_ caller: Caller, _ values: [String: JSON]) async throws -> Caller.Answer {
        try await caller.call(.patch, "/preferences", body: JSONWriter.text(["values": values.json].json))
    }

    @Test("They follow their owner to every session, and nobody else sees them")
    func lifecycle() async throws {
        try await TestServer.with { _, caller in
            let columns = JSON.string("groups,next")
            let kept = try await self.change(caller, ["jobs.columns": columns])
            #expect(kept.status == 200 && kept.data["values"]?["jobs.columns"] == columns, "\(kept.text)")
            #expect(try await caller.get("/preferences").data["values"]?["jobs.columns"] == columns)
            let other = try await caller.signedIn("vera")
            #expect(try await other.get("/preferences").data["values"]?["jobs.columns"] == nil)
            let gone = try await self.change(caller, ["jobs.columns": JSON.null])
            #expect(gone.status == 200 && gone.data["values"]?["jobs.columns"] == nil)
        }
    }

    @Test("Faults are told with their paths, and nothing is kept of them")
    func faults() async throws {
        try await TestServer.with { _, caller in
            let long = String(repeating: "x", count: Preference.valueLimit + 1)
            let faults: [([String: JSON], String)] = [
                (["Jobs": .string("1")], "values.Jobs"), (["": .string("1")], "values."),
                (["a..b": .string("1")], "values.a..b"), (["a": .integer(1)], "values.a"),
                (["a": .string(long)], "values.a"), (["a": .string("x\ny")], "values.a"),
            ]
            for (values, path) in faults {
                let all = values.merging(["kept": .string("1")]) { $1 }
                let answer = try await self.change(caller, all)
                #expect(answer.status >= 400 && answer.faults.contains(path), "\(path): \(answer.text)")
            }
            #expect(try await caller.get("/preferences").data["values"]?["kept"] == nil)
        }
    }

    @Test("No token reads or changes its owner's")
    func forPeople() async throws {
        try await TestServer.with { _, admin in
            let made = try await admin.post("/tokens", ["name": .string("ci"), "role": .string("admin")])
            var program = admin
            program.token = try #require(made.data["token"]?.text)
            #expect(try await program.get("/preferences").error == "session_required")
            let changed = try await self.change(program, ["a": JSON.string("1")])
            #expect(changed.status == 403)
        }
    }
}
