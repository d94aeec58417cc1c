// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import GRDB
import Testing

@testable import FlowAgent

@Suite("The executions of one task among a day's many (S1-FR-5.5)")
struct TaskExecutionsTests {
    private let directory: TemporaryDirectory
    private let ledger: SQLiteLedger
    private let rare = Fixture.snapshot(name: "rare")
    private let often = Fixture.snapshot(name: "often")
    private let midnight: Timestamp

    init() throws {
        self.directory = try TemporaryDirectory()
        self.ledger = try SQLiteLedger(directory: self.directory.path)
        self.midnight = try #require(Timestamp(rfc3339: "2026-11-21T00:00:00Z"))
    }

    private func add(_ executions: [(job: JobSnapshot, status: ExecutionStatus, minute: Int)]) throws {
        _ = try self.ledger.commit(
            executions.map { job, status, minute in
                let nominal = self.midnight.advanced(byMilliseconds: Int64(minute) * 60_000)
                let entry = Fixture.entry(Fixture.order(job, at: nominal), status)
                return .insert(entry, report: Fixture.report(entry))
            }
        )
    }

    private func records() throws -> LocalRecords {
        try LocalRecords(directory: self.directory.path, timeZone: try #require(TimeZone(identifier: "UTC")))
    }

    private func minutes(_ entries: [HistoryEntry]) -> [Int] {
        entries.compactMap { Timestamp(rfc3339: $0.scheduledTime) }
            .map { Int($0.milliseconds(since: self.midnight) / 60_000) }
    }

    @Test("Of a rare task only the quarters are looked through in which it ended something")
    func looksWhereItRan() throws {
        try self.add((0..<288).map { (self.often, .success, $0 * 5) })
        try self.add([(self.rare, .success, 181), (self.rare, .failure, 194), (self.rare, .timeout, 200)])
        try self.add([(self.rare, .success, 900)])
        let day = self.midnight..<self.midnight.advanced(byMilliseconds: 86_400_000)
        let spans = try self.records().queue.read { database in
            try TaskExecutions(job: self.rare.uid, range: day, database: database).spans()
        }
        let quarters = spans.map { span in
            [span.lowerBound, span.upperBound].map { $0.milliseconds(since: self.midnight) / 900_000 }
        }
        #expect(quarters == [[60, 61], [12, 14]])
        #expect(self.minutes(try self.records().history(day: "2026-11-21", task: "rare")) == [900, 200, 194, 181])
    }

    @Test("What runs, waits or was skipped is found as well, in one order, and never more than wanted")
    func findsAll() throws {
        try self.add((0..<96).map { (self.often, .success, $0 * 15) })
        let all: [(job: JobSnapshot, status: ExecutionStatus, minute: Int)] = [
            (self.rare, .skipped, 3), (self.rare, .success, 4), (self.rare, .running, 60), (self.rare, .cancelled, 61),
            (self.rare, .pending, 62), (self.rare, .skipped, 700), (self.rare, .failure, 1439),
            // The day before and the day after.
            (self.rare, .success, -1), (self.rare, .skipped, -2), (self.rare, .success, 1440),
        ]
        try self.add(all)
        let records = try self.records()
        let found = try records.history(day: "2026-11-21", task: "rare")
        #expect(self.minutes(found) == [1439, 700, 62, 61, 60, 4, 3])
        #expect(found == (try records.history(day: "2026-11-21")).filter { $0.taskName == "rare" })
        for limit in 1...7 {
            #expect(try records.history(day: "2026-11-21", task: "rare", limit: limit) == Array(found.prefix(limit)))
        }
    }

    @Test(
        "What is open and what was skipped is found by indexes; the file of an agent that was not restarted has none yet"
    )
    func indexes() throws {
        try self.add([(self.rare, .success, 10), (self.rare, .skipped, 20)])
        let records = try self.records()
        let found = try records.history(day: "2026-11-21", task: "rare")
        let plan = try records.queue.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    EXPLAIN QUERY PLAN SELECT exec_id FROM ledger INDEXED BY ledger_skipped
                    WHERE exec_id >= x'00' AND exec_id < x'ff' AND job_uid = x'00' AND status = 7
                    ORDER BY exec_id DESC LIMIT 10
                    """
            ).map { $0["detail"] as String }.joined(separator: "; ")
        }
        #expect(
            plan.contains("ledger_skipped (job_uid=? AND exec_id>? AND exec_id<?)") && !plan.contains("TEMP"),
            "\(plan)"
        )
        let writer = try DatabaseQueue(path: SQLiteLedger.path(in: self.directory.path))
        try writer.write { try $0.execute(sql: "DROP INDEX ledger_skipped") }
        #expect(try self.records().history(day: "2026-11-21", task: "rare") == found && found.count == 2)
    }
}
