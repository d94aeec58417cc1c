// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("What hosts do without a server, over REST (R13)")
struct OfflinePolicyTests {
    @Test("A policy is stored, shown, and the usual one when it is left out")
    func roundTrip() async throws {
        try await TestServer.with { server, caller in
            let made = try await caller.post(
                "/tasks",
                taskBody(["offline": .string("run_for"), "offline_max_seconds": .integer(7200)])
            )
            #expect(made.status == 201, "\(made.text)")
            #expect(made.data["offline"] == .string("run_for") && made.data["offline_max_seconds"] == .integer(7200))
            let id = made.data["id"]?.int ?? 0
            let job = try #require(try await server.store.job(id))
            #expect(job.definition.policies.offline == .runFor && job.definition.policies.offlineMaxSeconds == 7200)
            let skipping = try await caller.put("/tasks/\(id)", taskBody(["offline": .string("skip")]))
            #expect(skipping.data["offline"] == .string("skip") && skipping.data["offline_max_seconds"] == .null)
            let plain = try await caller.put("/tasks/\(id)", taskBody())
            #expect(plain.data["offline"] == .string("run") && plain.data["offline_max_seconds"] == .null)
        }
    }

    @Test("What follows an interruption is stored, shown, and refused where it contradicts retry_on")
    func interruptions() async throws {
        try await TestServer.with { server, caller in
            let fails = try await caller.post("/tasks", taskBody(["on_interrupt": .string("fail")]))
            #expect(fails.status == 201 && fails.data["on_interrupt"] == .string("fail"), "\(fails.text)")
            #expect(fails.data["retry_on"] == .array(["business", "technical", "timeout"].map { .string($0) }))
            let id = fails.data["id"]?.int ?? 0
            let retries = try await caller.put("/tasks/\(id)", taskBody(["on_interrupt": .string("retry")]))
            #expect(retries.data["on_interrupt"] == .string("retry"))
            #expect(try await caller.put("/tasks/\(id)", taskBody()).data["on_interrupt"] == .null)
            // Taken back, it leaves the causes that were chosen.
            let causes = JSON.array([.string("business")])
            let chosen = try await caller.put(
                "/tasks/\(id)",
                taskBody(["retry_count": .integer(2), "retry_on": causes, "on_interrupt": .string("retry")])
            )
            #expect(chosen.data["on_interrupt"] == .string("retry") && chosen.data["retry_on"] == causes)
            var job = try #require(try await server.store.job(id))
            #expect(job.definition.policies.retry.onInterrupt)
            let shown = chosen.data["retry_on"] ?? .null
            let back = try await caller.put(
                "/tasks/\(id)",
                taskBody(["retry_count": .integer(2), "retry_on": shown, "on_interrupt": .null])
            )
            #expect(back.data["on_interrupt"] == .null && back.data["retry_on"] == causes, "\(back.text)")
            job = try #require(try await server.store.job(id))
            #expect(!job.definition.policies.retry.onInterrupt)
            let both = try await caller.post(
                "/tasks",
                taskBody(["on_interrupt": .string("fail"), "retry_on": .array([.string("interrupted")])])
            )
            #expect([400, 422].contains(both.status) && both.faults.contains("on_interrupt"), "\(both.text)")
            #expect(both.text.contains("retry_on"))
            let unknown = try await caller.post("/tasks", taskBody(["on_interrupt": .string("ask")]))
            #expect([400, 422].contains(unknown.status) && unknown.faults.contains("on_interrupt"))
        }
    }

    @Test("Unknown words, limits out of range and contradictions are refused with both names, and nothing is stored")
    func refusals() async throws {
        try await TestServer.with { server, caller in
            let cases: [([String: JSON], String, String)] = [
                (["offline": .string("never")], "offline", "never"),
                (["offline": .string("run_for")], "offline_max_seconds", "run_for"),
                (["offline": .string("run_for"), "offline_max_seconds": .integer(59)], "offline_max_seconds", "59"),
                (
                    ["offline": .string("run_for"), "offline_max_seconds": .integer(31_536_001)],
                    "offline_max_seconds", "31536001"
                ),
                (["offline": .string("skip"), "offline_max_seconds": .integer(60)], "offline_max_seconds", "'skip'"),
                (["offline_max_seconds": .integer(60)], "offline_max_seconds", "'run'"),
                (
                    ["offline": .string("skip"), "placement": .object([.init("kind", "one_of")])], "offline", "'one_of'"
                ),
            ]
            for (fields, path, word) in cases {
                let answer = try await caller.post("/tasks", taskBody(fields))
                #expect([400, 422].contains(answer.status) && answer.faults.contains(path), "\(path): \(answer.text)")
                #expect(answer.text.contains(word), "\(answer.text)")
            }
            #expect(try await server.store.jobs(JobQuery()).total == 0)
        }
    }
}
