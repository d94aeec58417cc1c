// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Testing

@testable import FlowAPI

@Suite("Reports by mail over REST (S0 reports)")
struct ReportMailTests {
    private func body(_ changes: [String: JSON] = [:]) -> [String: JSON] {
        [
            "name": .string("Figures"), "period": .string("day"), "at": .string("08:00"),
            "timezone": .string("UTC"), "recipients": .array([.string("ops@example.com")]),
        ].merging(changes) { $1 }
    }

    @Test("One is made, changed, listed and deleted; its faults are told with their paths, and nothing is kept of them")
    func lifecycle() async throws {
        try await TestServer.with { _, caller in
            let faults: [([String: JSON], String)] = [
                (["name": .string("")], "name"), (["timezone": .string("Mars/Base")], "timezone"),
                (["at": .string("8 o'clock")], "at"), (["recipients": .array([])], "recipients"),
                (["recipients": .array([.string("nobody")])], "recipients[0]"),
                (["channel": .string("none")], "channel"), (["group_ids": .array([.integer(99)])], "group_ids[0]"),
                (["period": .string("year")], "period"), (["language": .string("fr")], "language"),
            ]
            for (changes, path) in faults {
                let answer = try await caller.post("/notify/reports", self.body(changes))
                #expect(answer.status >= 400 && answer.faults.contains(path), "\(path): \(answer.text)")
            }
            #expect(try await caller.get("/notify/reports").data.items.isEmpty)
            let made = try await caller.post("/notify/reports", self.body())
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            #expect(made.data["at"] == .string("08:00") && made.data["next_at"] != .null)
            let off = try await caller.put("/notify/reports/\(id)", self.body(["enabled": .bool(false)]))
            #expect(off.status == 200 && off.data["next_at"] == .null, "\(off.text)")
            #expect(try await caller.get("/notify/reports").data.items.count == 1)
            #expect(try await caller.delete("/notify/reports/\(id)").status == 200)
            #expect(try await caller.put("/notify/reports/\(id)", self.body()).status == 404)
            let audit = try await caller.get("/audit").text
            for action in ["create", "update", "delete"] { #expect(audit.contains("report_mail.\(action)")) }
        }
    }

    @Test("Each day is told of once by any number of servers, with its figures, in the language that was asked for")
    func sent() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web1")
            let task = try #require(
                try await caller.post("/tasks", taskBody(["name": .string("<b>nightly</b>")])).data["id"]?.int
            )
            let started = try await caller.post("/tasks/\(task)/trigger").data["execution_id"]?.text
            let id = try #require(started.flatMap { ExecutionID($0) })
            let execution = try #require(try await server.store.execution(id))
            try await server.report(execution, sequence: 1, status: .failure)
            _ = try await caller.post("/notify/reports", self.body(["language": .string("zh")]))
            let mailers = (0..<3).map { _ in
                ReportMailer(store: server.store, clock: server.clock, address: "https://flow")
            }
            for mailer in mailers { #expect(try await mailer.sendDue() == 0) }
            server.clock.advance(seconds: 86_400 + 3600 * 8)
            var sent = 0
            for mailer in mailers { sent += try await mailer.sendDue() }
            // A restart at that moment changes nothing.
            sent += try await ReportMailer(store: server.store, clock: server.clock).sendDue()
            let messages = try await server.store.deliveries(NotifyQuery()).items
            #expect(messages.count == sent && (1...2).contains(sent), "\(messages)")
            let texts = messages.map(\.text).filter { $0.contains("失败最多的任务\n  1  <b>nightly</b>") }
            #expect(texts.count == 1 && texts[0].contains("https://flow/reports"), "\(messages)")
            #expect(messages.allSatisfy { $0.purpose == .report && $0.recipients == ["ops@example.com"] })
            #expect(Set(messages.map(\.subject)).count == sent)
        }
    }

    @Test("Sending now is beside the schedule and says the span that ended last")
    func sendNow() async throws {
        try await TestServer.with { _, caller in
            let id = try #require(try await caller.post("/notify/reports", self.body()).data["id"]?.int)
            let before = try await caller.get("/notify/reports").data.items[0]["next_at"]
            let answer = try await caller.post("/notify/reports/\(id)/send")
            #expect(answer.status == 202 && answer.data["purpose"] == .string("report"), "\(answer.text)")
            #expect(answer.data["subject"]?.text?.hasPrefix("Figures 20") == true)
            #expect(try await caller.get("/notify/reports").data.items[0]["next_at"] == before)
        }
    }
}
