// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowWire
import Foundation
import GRDB

/// A host's records as the files that S1 draws (S1-FR-5.1, S1-LOC-1 to 3): for programs that read such files.
///
///     executions/DATE.json
///     daily_stats/DATE.json
///     logs/DATE/task_ID_exec_ID.log
///     pending_sync.json
///
/// The ledger stays the truth; each file takes its place as a whole. The directory is the user's alone, because output may
/// hold what nobody else is to read.
struct DayExport {
    private let records: LocalRecords
    private let root: PrivateDirectory

    /// - Throws: `PrivateFileError` when the directory can't be made, or is somebody else's.
    init(_ records: LocalRecords, to directory: String) throws {
        self.records = records
        self.root = try PrivateDirectory(directory)
    }

    /// Writes the files of one day, and what waits for the server.
    ///
    /// - Throws: `CoreError` `invalid` when the text is no day, or why a file can't be written.
    func write(day: String) throws -> ExportSummary {
        guard let span = self.records.days.range(of: day) else { throw LocalRecords.badDay(day) }
        var summary = ExportSummary(directory: self.root.path, date: day)
        try self.records.queue.read { database in
            let owner = try Owner(database)
            summary.executions = try self.writeExecutions(day, span, owner, database)
            summary.tasks = try self.writeStatistics(day, span, owner, database)
            summary.pending = try self.writePending(owner, database)
        }
        summary.logs = try LogExport(self.records, self.root).write(day: day, span)
        return summary
    }

    /// Whose records these are, and what the server has of them.
    private struct Owner {
        let agent: String
        let acknowledged: Int64

        init(_ database: Database) throws {
            let row = try Row.fetchOne(database, sql: "SELECT agent, acknowledged FROM meta")
            self.agent = row?[0] ?? ""
            self.acknowledged = row?[1] ?? 0
        }
    }

    private func writeExecutions(
        _ day: String,
        _ span: Range<Timestamp>,
        _ owner: Owner,
        _ database: Database
    ) throws -> Int {
        let file = try AtomicFile(try self.root.subdirectory("executions").path(of: day + ".json"))
        let encoder = Self.encoder
        try file.write(
            "{\n  \"date\": \(Self.text(day, encoder)),\n  \"client_id\": \(Self.text(owner.agent, encoder)),\n"
        )
        try file.write("  \"executions\": [")
        // Row by row: a day may have a million of them.
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT l.exec_id, s.job_id, s.name, l.status, l.started_at, l.finished_at, l.exit_code, l.sequence
                FROM ledger l LEFT JOIN snapshot s ON s.job_uid = l.job_uid AND s.version = l.job_version
                WHERE l.exec_id >= ? AND l.exec_id < ? ORDER BY l.exec_id
                """,
            arguments: [
                ExecutionID.lowerBound(at: span.lowerBound).uuid, ExecutionID.lowerBound(at: span.upperBound).uuid,
            ]
        )
        var count = 0
        while let row = try rows.next() {
            try file.write(count == 0 ? "\n    " : ",\n    ")
            try file.write(try encoder.encode(self.execution(row, owner)))
            count += 1
        }
        try file.write(count == 0 ? "]\n}\n" : "\n  ]\n}\n")
        try file.finish()
        return count
    }

    private func execution(_ row: Row, _ owner: Owner) -> ExportedExecution {
        let start = (row[4] as Int64?).map(Timestamp.init(milliseconds:))
        let end = (row[5] as Int64?).map(Timestamp.init(milliseconds:))
        var duration: Int64?
        if let start, let end { duration = max(0, end.milliseconds(since: start)) }
        return ExportedExecution(
            id: ExecutionID(uuid: row[0]).description,
            taskID: (row[1] as Int64?).map { String($0) } ?? "",
            taskName: row[2] ?? "",
            status: (ExecutionStatus(rawValue: row[3])?.name ?? "UNKNOWN").lowercased(),
            start: start.map(self.records.days.rfc3339),
            end: end.map(self.records.days.rfc3339),
            durationMilliseconds: duration,
            exitCode: row[6],
            isSynced: row[7] <= owner.acknowledged
        )
    }

    private func writeStatistics(
        _ day: String,
        _ span: Range<Timestamp>,
        _ owner: Owner,
        _ database: Database
    ) throws -> Int {
        let stats = try StatsQuery(database: database, days: self.records.days).run(day: day, range: span, job: nil)
        let unsynced = try Int.fetchOne(
            database,
            sql: "SELECT 1 FROM ledger WHERE exec_id >= ? AND exec_id < ? AND sequence > ? LIMIT 1",
            arguments: [
                ExecutionID.lowerBound(at: span.lowerBound).uuid, ExecutionID.lowerBound(at: span.upperBound).uuid,
                owner.acknowledged,
            ]
        )
        let content = ExportedStatistics(
            date: day,
            clientID: owner.agent,
            // Of a number that was given twice, after a restore of the server's database, the one by the later name stays.
            tasks: Dictionary(stats.map { ($0.taskID, ExportedStatistics.Task($0)) }) { $1 },
            isSynced: unsynced == nil
        )
        let encoder = Self.encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        try self.root.subdirectory("daily_stats").write(try encoder.encode(content), to: day + ".json")
        return stats.count
    }

    private func writePending(_ owner: Owner, _ database: Database) throws -> Int {
        let file = try AtomicFile(self.root.path(of: "pending_sync.json"))
        let encoder = Self.encoder
        try file.write("{\n  \"pending_executions\": [")
        // An execution may wait with several reports: with its last one.
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT exec_id, max(job_id) FROM outbox WHERE sequence > ? GROUP BY exec_id ORDER BY max(sequence)",
            arguments: [owner.acknowledged]
        )
        var count = 0
        while let row = try rows.next() {
            let pending = PendingExecution(id: ExecutionID(uuid: row[0]).description, taskID: String(row[1] as Int64))
            try file.write(count == 0 ? "\n    " : ",\n    ")
            try file.write(try encoder.encode(pending))
            count += 1
        }
        try file.write(count == 0 ? "]\n}\n" : "\n  ]\n}\n")
        try file.finish()
        return count
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    private static func text(_ text: String, _ encoder: JSONEncoder) throws -> String {
        String(decoding: try encoder.encode(text), as: UTF8.self)
    }
}

/// What an export wrote.
package struct ExportSummary: Hashable, Sendable, Codable {
    package var directory: String
    package var date: String
    package var executions = 0
    package var tasks = 0
    package var logs = 0
    package var pending = 0

    init(directory: String, date: String) {
        self.directory = directory
        self.date = date
    }
}

extension LocalRecords {
    /// Writes a day's records as the files of S1-FR-5.1.
    package func export(day: String, to directory: String) throws -> ExportSummary {
        do {
            return try DayExport(self, to: directory).write(day: day)
        } catch let error as ExportFailure {
            throw CoreError(.unavailable, error.description)
        } catch let error as PrivateFileError {
            throw CoreError(.unavailable, error.description)
        }
    }
}
