// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Foundation
import GRDB

/// Reads an agent's own records on its host, without a server and beside a running agent (S1-FR-5.5, S1-NFR-P7).
///
/// The connection only reads; days are days of the host's time zone (C-18), and an execution belongs to the day of its
/// nominal time.
package struct LocalRecords: Sendable {
    let queue: DatabaseQueue
    let directory: String
    let days: LocalDays

    /// Opens the records of a data directory.
    ///
    /// - Throws: `CoreError` `notFound` when no agent ever ran there.
    package init(directory: String, timeZone: TimeZone = .current) throws {
        let path = SQLiteLedger.path(in: directory)
        guard FileManager.default.fileExists(atPath: path) else {
            throw CoreError(.notFound, "there are no records in \(directory); did an agent run on this host?")
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(2)
        self.queue = try DatabaseQueue(path: path, configuration: configuration)
        self.directory = directory
        self.days = LocalDays(timeZone: timeZone)
    }

    /// The day on which an instant falls here, as `2026-11-21`.
    package func day(of instant: Timestamp) -> String { self.days.text(of: instant) }

    /// Statistics of one day, one entry per task that was due on it, by name.
    ///
    /// - Throws: `CoreError` `invalid` when the text is not a day.
    package func stats(day: String, task: String? = nil) throws -> [DailyStats] {
        try self.stats(days: [day], task: task)
    }

    /// Statistics of the last days, today included, newest first.
    ///
    /// - Throws: `CoreError` when the task is unknown.
    package func stats(lastDays count: Int, until now: Timestamp, task: String? = nil) throws -> [DailyStats] {
        try self.stats(days: self.days.last(max(1, min(count, 400)), until: now), task: task)
    }

    private func stats(days: [String], task: String?) throws -> [DailyStats] {
        try self.queue.read { database in
            let uid = try task.map { try Self.find($0, in: database) }
            return try days.flatMap { day in
                guard let range = self.days.range(of: day) else { throw Self.badDay(day) }
                return try StatsQuery(database: database, days: self.days).run(day: day, range: range, job: uid)
            }
        }
    }

    /// Executions of one day, newest first.
    ///
    /// - Throws: `CoreError` when the text is not a day or the task is unknown.
    package func history(day: String, task: String? = nil, limit: Int = 1000) throws -> [HistoryEntry] {
        guard let range = self.days.range(of: day) else { throw Self.badDay(day) }
        return try self.queue.read { database in
            let uid = try task.map { try Self.find($0, in: database) }
            let bounds = (
                ExecutionID.lowerBound(at: range.lowerBound).uuid, ExecutionID.lowerBound(at: range.upperBound).uuid
            )
            // An agent of an earlier version may still be running here, and the file be as it made it.
            let hasAttempts = try database.tableExists("attempt")
            let columns = Self.columns(hasHTTPStatus: hasAttempts)
            let rows: [Row]
            if let uid, try TaskExecutions.isPossible(in: database) {
                let ids = try TaskExecutions(job: uid, range: range, database: database).newest(limit)
                let statement = try database.cachedStatement(sql: "\(columns) WHERE l.exec_id = ?")
                rows = try ids.compactMap { try Row.fetchOne(statement, arguments: [$0]) }
            } else {
                rows = try Row.fetchAll(
                    database,
                    sql: """
                        \(columns) WHERE l.exec_id >= ? AND l.exec_id < ? AND (?3 IS NULL OR l.job_uid = ?3) \
                        ORDER BY l.exec_id DESC LIMIT ?
                        """,
                    arguments: [bounds.0, bounds.1, uid?.uuid, limit]
                )
            }
            let ids = rows.map { $0[0] as UUID }
            let attempts = hasAttempts ? try Self.attempts(of: ids, areNeighbours: uid == nil, database) : [:]
            return rows.map { row in
                HistoryEntry(row, attempts: attempts[ExecutionID(uuid: row[0])] ?? [], days: self.days)
            }
        }
    }

    /// Of those that are shown only: a day may have a million others.
    private static func attempts(
        of ids: [UUID],
        areNeighbours: Bool,
        _ database: Database
    ) throws -> [ExecutionID: [AttemptRecord]] {
        guard let newest = ids.first, let oldest = ids.last else { return [:] }
        if areNeighbours { return try AttemptRows.all(in: oldest...newest, database) }
        var attempts: [ExecutionID: [AttemptRecord]] = [:]
        for id in ids { attempts[ExecutionID(uuid: id)] = try AttemptRows.all(of: ExecutionID(uuid: id), in: database) }
        return attempts
    }

    private static func columns(hasHTTPStatus: Bool) -> String {
        """
        SELECT l.exec_id, l.job_uid, s.job_id, s.name, l.kind, l.nominal, l.status, l.reason, l.detail, \
        l.attempt, l.started_at, l.finished_at, l.exit_code, \
        \(hasHTTPStatus ? "l.http_status" : "NULL") FROM ledger l LEFT JOIN snapshot s \
        ON s.job_uid = l.job_uid AND s.version = l.job_version
        """
    }

    /// Output of the newest execution of a task that left any; nil when none is kept.
    ///
    /// - Throws: `CoreError` when the task is unknown.
    package func lastLog(task: String) throws -> LocalLog? {
        try self.queue.read { database in
            let uid = try Self.find(task, in: database)
            let row = try Row.fetchOne(
                database,
                sql: "SELECT exec_id, chunks FROM output WHERE job_uid = ? ORDER BY exec_id DESC LIMIT 1",
                arguments: [uid.uuid]
            )
            let stored = row.map { (id: ExecutionID(uuid: $0[0]), blob: $0[1] as Data) }
            let files = self.newestFiles(of: uid)
            guard let id = [stored?.id, files?.id].compactMap({ $0 }).max() else { return nil }
            let blobs = (stored?.id == id ? [stored?.blob] : []) + (files?.id == id ? files?.blobs ?? [] : [])
            return LocalLog(id, blobs: blobs.compactMap { $0 })
        }
    }

    /// The files of the newest execution that has any, one for each attempt with long output.
    private func newestFiles(of uid: JobUID) -> (id: ExecutionID, blobs: [Data])? {
        let directory = "\(self.directory)/logs/\(uid)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        guard let newest = names.max()?.prefix(36), let id = ExecutionID(String(newest)) else { return nil }
        let blobs = names.filter { $0.hasPrefix(newest) }.compactMap {
            FileManager.default.contents(atPath: "\(directory)/\($0)")
        }
        return (id, blobs)
    }

    /// A task by the number, the uid or the name that people use for it.
    private static func find(_ task: String, in database: Database) throws -> JobUID {
        let sql = """
            SELECT job_uid FROM snapshot WHERE job_id = ? OR job_uid = ? OR name = ? \
            ORDER BY job_id = ?1 DESC, version DESC LIMIT 1
            """
        guard
            let uid = try UUID.fetchOne(
                database,
                sql: sql,
                arguments: [Int64(task) ?? -1, JobUID(task)?.uuid ?? UUID(), task]
            )
        else { throw CoreError(.notFound, "this host knows no task '\(task)'") }
        return JobUID(uuid: uid)
    }

    static func badDay(_ text: String) -> CoreError {
        CoreError(.invalid, "'\(text)' is not a day; write it as 2026-11-21")
    }
}
