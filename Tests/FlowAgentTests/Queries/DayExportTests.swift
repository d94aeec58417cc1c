// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import Logging
import Testing

@testable import FlowAgent

@Suite("A host's records as files (S1-FR-5.1)")
struct DayExportTests {
    private let directory: TemporaryDirectory
    private let ledger: SQLiteLedger
    private let job = Fixture.snapshot(name: "日志清理 \"x\"")
    private var target: String { self.directory.path + "/tasks" }

    init() throws {
        self.directory = try TemporaryDirectory()
        self.ledger = try SQLiteLedger(directory: self.directory.path)
        _ = try self.ledger.claim(for: AgentID("client-001")!)
    }

    @discardableResult
    private func add(_ status: ExecutionStatus, at time: String, output: String = "") throws -> ExecutionID {
        let nominal = try #require(Timestamp(rfc3339: time))
        var entry = Fixture.entry(Fixture.order(self.job, at: nominal), status)
        if status.isTerminal {
            entry.finishedAt = nominal.advanced(byMilliseconds: 2300)
            entry.exitCode = status == .success ? 0 : 3
        }
        _ = try self.ledger.commit([.insert(entry, report: Fixture.report(entry, output: output))])
        return entry.id
    }

    private func records() throws -> LocalRecords {
        try LocalRecords(directory: self.directory.path, timeZone: try #require(TimeZone(identifier: "Asia/Shanghai")))
    }

    private func json(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(self.target)/\(name)"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("A day has the document's own shape, on the clocks of the host")
    func shape() throws {
        let first = try self.add(.success, at: "2025-01-08T18:00:00Z", output: "hello\n")
        let second = try self.add(.running, at: "2025-01-09T02:00:00Z")
        try self.add(.failure, at: "2025-01-09T16:00:00Z")
        _ = try self.ledger.commit([.acknowledge(1)])
        let summary = try self.records().export(day: "2025-01-09", to: self.target)
        #expect(summary.executions == 2 && summary.tasks == 1 && summary.logs == 1 && summary.pending == 2)

        let executions = try String(contentsOfFile: self.target + "/executions/2025-01-09.json", encoding: .utf8)
        let name = #"日志清理 \"x\""#
        #expect(
            executions == """
                {
                  "date": "2025-01-09",
                  "client_id": "client-001",
                  "executions": [
                    {"duration_ms":2300,"end_time":"2025-01-09T02:00:02.300+08:00","execution_id":"\(first)",\
                "exit_code":0,"start_time":"2025-01-09T02:00:00.000+08:00","status":"success","synced":true,\
                "task_id":"7","task_name":"\(name)"},
                    {"duration_ms":null,"end_time":null,"execution_id":"\(second)","exit_code":null,\
                "start_time":"2025-01-09T10:00:00.000+08:00","status":"running","synced":false,"task_id":"7",\
                "task_name":"\(name)"}
                  ]
                }

                """
        )
        let stats = try self.json("daily_stats/2025-01-09.json")
        #expect(stats["synced_to_server"] as? Bool == false && stats["client_id"] as? String == "client-001")
        let task = try #require((stats["tasks"] as? [String: [String: Any]])?["7"])
        #expect(task["task_name"] as? String == self.job.name)
        #expect((task["stats"] as? [String: Int])?["avg_duration_ms"] == 2300)
        let hourly = try #require(task["hourly"] as? [String: Int])
        #expect(hourly.count == 24 && hourly["02"] == 1 && hourly["00"] == 0)
        let pending = try #require(try self.json("pending_sync.json")["pending_executions"] as? [[String: Any]])
        #expect(pending.first?["execution_id"] as? String == second.description)
        #expect(pending.first?["retry_count"] as? Int == 0 && pending.first?["last_sync_attempt"] is NSNull)
        let log = "\(self.target)/logs/2025-01-09/task_7_exec_\(first).log"
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "hello\n")
    }

    @Test("Nobody else may look into the directory, and no half a file is ever there")
    func privacy() throws {
        try self.add(.success, at: "2025-01-09T00:00:00Z")
        for _ in 0..<2 { _ = try self.records().export(day: "2025-01-09", to: self.target) }
        for name in [
            "", "/executions", "/executions/2025-01-09.json", "/daily_stats/2025-01-09.json", "/pending_sync.json",
        ] {
            let mode = try FileManager.default.attributesOfItem(atPath: self.target + name)[.posixPermissions] as? Int
            #expect((mode ?? 0o777) & 0o077 == 0, "\(name)")
        }
        let names = try FileManager.default.subpathsOfDirectory(atPath: self.target)
        #expect(!names.contains { $0.contains(AtomicFile.mark) })
        func code(_ day: String, _ directory: String) -> CoreError.Code? {
            do { _ = try self.records().export(day: day, to: directory) } catch { return (error as? CoreError)?.code }
            return nil
        }
        #expect(code("2025-02-30", self.target) == .invalid)
        #expect(code("2025-01-09", "/") == .unavailable)
    }

    @Test("A day without anything is empty and well-formed")
    func empty() throws {
        let summary = try self.records().export(day: "2025-01-09", to: self.target)
        #expect(summary.executions == 0 && summary.tasks == 0 && summary.logs == 0)
        #expect((try self.json("executions/2025-01-09.json")["executions"] as? [Any])?.isEmpty == true)
        #expect(try self.json("daily_stats/2025-01-09.json")["synced_to_server"] as? Bool == true)
        #expect(!FileManager.default.fileExists(atPath: self.target + "/logs/2025-01-09"))
    }

    @Test("Beside an agent the files of changed days follow, those of days that are over stay, and old ones go")
    func keeping() throws {
        let keeper = ExportKeeper(
            dataDirectory: self.directory.path,
            directory: self.target,
            retention: 7 * 86_400_000,
            logger: Logger(label: "test")
        )
        func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(self.target)/\(name)") }
        try self.add(.success, at: "2025-01-05T00:00:00Z", output: "old")
        let now = try #require(Timestamp(rfc3339: "2025-01-09T12:00:00Z"))
        keeper.round(at: now, zone: "UTC")
        #expect(exists("executions/2025-01-05.json") && exists("executions/2025-01-09.json"))
        #expect(!exists("executions/2025-01-08.json"))
        // Nothing has changed there, so it is not written again.
        try FileManager.default.removeItem(atPath: self.target + "/executions/2025-01-05.json")
        keeper.round(at: now, zone: "UTC")
        #expect(!exists("executions/2025-01-05.json"))
        // The server has it now, which the file says.
        _ = try self.ledger.commit([.acknowledge(1)])
        keeper.round(at: now, zone: "UTC")
        let old = try self.json("executions/2025-01-05.json")
        #expect(((old["executions"] as? [[String: Any]])?.first)?["synced"] as? Bool == true)
        try Data().write(to: URL(fileURLWithPath: self.target + "/executions/notes.json"))
        keeper.round(at: now.advanced(byMilliseconds: 4 * 86_400_000), zone: "UTC")
        #expect(
            !exists("executions/2025-01-05.json") && !exists("logs/2025-01-05")
                && !exists("daily_stats/2025-01-05.json")
        )
        #expect(exists("executions/2025-01-09.json") && exists("executions/notes.json"))
    }

    @Test("Output of megabytes is exported a piece at a time, attempt by attempt, with what was cut")
    func longOutput() throws {
        let id = try self.add(.success, at: "2025-01-09T00:00:00Z")
        let folder = "\(self.directory.path)/logs/\(self.job.uid)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func chunk(_ attempt: Int, _ offset: Int64, _ bytes: [UInt8]) -> LogChunk {
            LogChunk(executionID: id, attempt: attempt, offset: offset, stream: .standardOutput, bytes: bytes)
        }
        let long = (0..<20).map { chunk(1, $0 * 65_536, [UInt8](repeating: UInt8(97 + $0), count: 65_536)) }
        let tail = chunk(1, 2_000_000, Array("end\n".utf8))
        let files = [long + [tail], [], [chunk(3, 0, Array("third\n".utf8))]]
        for (attempt, chunks) in zip(1..., files) {
            let path = "\(folder)/\(id)-\(attempt).log"
            try Data(OutputBlob.encode(chunks)).write(to: URL(fileURLWithPath: path))
        }
        let paths = (1...3).map { "\(folder)/\(id)-\($0).log" }
        var longest = 0
        WholeLog(id, files: paths, stored: []).forEachPiece { longest = max(longest, $0.count) }
        #expect(longest == 65_536)
        for _ in 0..<2 { _ = try self.records().export(day: "2025-01-09", to: self.target) }
        let text = try String(contentsOfFile: "\(self.target)/logs/2025-01-09/task_7_exec_\(id).log", encoding: .utf8)
        let whole = long.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
        let cut = 2_000_000 - 20 * 65_536
        #expect(text == "[attempt 1]\n\(whole)[\(cut) bytes left out]\nend\n[attempt 3]\nthird\n")
    }
}
