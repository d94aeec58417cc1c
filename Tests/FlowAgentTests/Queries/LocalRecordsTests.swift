// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation
import Testing

@Suite("An agent's records on its host")
struct LocalRecordsTests {
    private let directory: TemporaryDirectory
    private let ledger: SQLiteLedger
    private let job = Fixture.snapshot(name: "backup")

    init() throws {
        self.directory = try TemporaryDirectory()
        self.ledger = try SQLiteLedger(directory: self.directory.path)
    }

    private func add(_ status: ExecutionStatus, at time: String, milliseconds: Int64 = 100, output: String = "") throws
    {
        let nominal = try #require(Timestamp(rfc3339: time))
        var entry = Fixture.entry(Fixture.order(self.job, at: nominal), status)
        if status != .skipped, status != .running { entry.finishedAt = nominal.advanced(byMilliseconds: milliseconds) }
        _ = try self.ledger.commit([.insert(entry, report: Fixture.report(entry, output: output))])
    }

    private func records(_ zone: String = "Asia/Shanghai") throws -> LocalRecords {
        try LocalRecords(directory: self.directory.path, timeZone: try #require(TimeZone(identifier: zone)))
    }

    @Test("sums up a day of the host's zone in the shape of S1-FR-5.2, beside a running agent")
    func stats() throws {
        try self.add(.success, at: "2026-11-20T16:00:00Z", milliseconds: 100)
        try self.add(.success, at: "2026-11-21T01:59:00Z", milliseconds: 300)
        try self.add(.failure, at: "2026-11-21T02:00:00Z", milliseconds: 50)
        try self.add(.timeout, at: "2026-11-21T15:59:59Z", milliseconds: 999)
        try self.add(.cancelled, at: "2026-11-21T03:00:00Z", milliseconds: 11)
        try self.add(.skipped, at: "2026-11-21T04:00:00Z")
        try self.add(.running, at: "2026-11-21T05:00:00Z")
        try self.add(.success, at: "2026-11-21T16:00:00Z")
        let stats = try self.records().stats(day: "2026-11-21")
        #expect(stats.count == 1)
        let day = try #require(stats.first)
        #expect(day.taskName == "backup" && day.taskID == "7")
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(day.stats)) as? [String: Int]
        #expect(
            json == [
                "total": 5, "success": 2, "failure": 1, "timeout": 1, "cancelled": 1, "avg_duration_ms": 292,
                "max_duration_ms": 999, "min_duration_ms": 11,
            ]
        )
        #expect(day.hourlyDistribution == ["00": 1, "09": 1, "10": 1, "11": 1, "23": 1])
        #expect(day.lastUpdated == "2026-11-21T23:59:59.999+08:00")
        let now = try #require(Timestamp(rfc3339: "2026-11-21T20:00:00Z"))
        let two = try self.records().stats(lastDays: 2, until: now, task: "backup")
        #expect(two.map(\.date) == ["2026-11-22", "2026-11-21"])
    }

    @Test("finds a task by number, uid and name, and says when there is none")
    func names() throws {
        try self.add(.success, at: "2026-11-21T01:00:00Z")
        for name in ["7", "backup", self.job.uid.description] {
            #expect(try self.records().history(day: "2026-11-21", task: name).count == 1)
        }
        func code(_ body: () throws -> Void) -> CoreError.Code? {
            do { try body() } catch { return (error as? CoreError)?.code }
            return nil
        }
        #expect(code { _ = try self.records().stats(day: "2026-11-21", task: "nothing") } == .notFound)
        #expect(code { _ = try self.records().history(day: "2026-02-30") } == .invalid)
        #expect(code { _ = try LocalRecords(directory: "/does/not/exist") } == .notFound)
    }

    @Test("lists a day's executions, newest first; the day may have 25 hours")
    func history() throws {
        try self.add(.success, at: "2026-11-01T03:59:59Z")
        try self.add(.success, at: "2026-11-01T04:00:00Z")
        try self.add(.failure, at: "2026-11-02T04:59:59Z")
        try self.add(.success, at: "2026-11-02T05:00:00Z")
        let history = try self.records("America/New_York").history(day: "2026-11-01")
        #expect(history.map(\.status) == ["FAILURE", "SUCCESS"])
        #expect(history.last?.scheduledTime == "2026-11-01T00:00:00.000-04:00")
        #expect(history.first?.durationMilliseconds == 100)
    }

    @Test("shows the newest output, and keeps that of the newest executions only")
    func logs() throws {
        for second in 10..<60 { try self.add(.success, at: "2026-11-21T01:00:\(second)Z", output: "run \(second)") }
        let log = try #require(try self.records().lastLog(task: "backup"))
        #expect(String(decoding: log.chunks.flatMap(\.bytes), as: UTF8.self) == "run 59")
    }

    @Test("answers from a day of one-second fires without looking at each row for each (S1-NFR-P7)")
    func speed() throws {
        let start = try #require(Timestamp(rfc3339: "2026-11-21T00:00:00Z"))
        for hour in 0..<8 {
            let operations = (0..<3600).map { second -> LedgerOperation in
                let nominal = start.advanced(byMilliseconds: Int64(hour * 3600 + second) * 1000)
                var entry = Fixture.entry(Fixture.order(self.job, at: nominal), .success)
                entry.finishedAt = nominal.advanced(byMilliseconds: 20)
                return .insert(entry, report: Fixture.report(entry))
            }
            _ = try self.ledger.commit(operations)
        }
        let records = try self.records("UTC")
        var total: Int?
        // The best of some, because other tests use the same processors.
        let times = try (0..<5).map { _ in
            try ContinuousClock().measure { total = try records.stats(day: "2026-11-21").first?.stats.total }
        }
        let time = try #require(times.min())
        #expect(total == 28_800)
        print("local stats over 28,800 rows: \(time)")
        // The requirement is 100 ms, which an idle machine keeps by far; on a busy one only what grows with the square shows.
        #expect(time < .seconds(2))
    }

    @Test("tells the attempts of a retried execution, each with its result and its output, short or long")
    func attempts() throws {
        let nominal = try #require(Timestamp(rfc3339: "2026-11-21T01:00:00Z"))
        var entry = Fixture.entry(Fixture.order(self.job, at: nominal))
        _ = try self.ledger.commit([.insert(entry, report: Fixture.report(entry))])
        var waiting = Fixture.report(entry, output: "cause")
        waiting.attempts = [AttemptRecord(number: 1, status: .failure, reason: .exitCode, exitCode: 7)]
        _ = try self.ledger.commit([.update(entry, report: waiting)])
        entry.attempt = 2
        entry.status = .success
        var done = Fixture.report(entry)
        done.attempts = [AttemptRecord(number: 2, status: .success, exitCode: 0)]
        _ = try self.ledger.commit([.update(entry, report: done)])
        // Long output is in files.
        let logs = "\(self.directory.path)/logs/\(self.job.uid)"
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
        let long = LogChunk(executionID: entry.id, attempt: 2, offset: 0, stream: .standardError, bytes: [0x21])
        let file = "\(logs)/\(entry.id)-2.log"
        #expect(FileManager.default.createFile(atPath: file, contents: Data(OutputBlob.encode([long]))))
        let known = try #require(try self.records().history(day: "2026-11-21").first)
        #expect(known.attempt == 2 && known.attempts?.map(\.status) == ["FAILURE", "SUCCESS"])
        #expect(known.attempts?.map(\.exitCode) == [7, 0])
        let log = try #require(try self.records().lastLog(task: "backup"))
        #expect(log.attempts == [1, 2])
        #expect(log.chunks(of: 1).flatMap(\.bytes) == Array("cause".utf8))
        #expect(log.chunks(of: 2) == [long])
    }
}
