// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// Statistics beside the ledger: what ended, by job and quarter of an hour of the nominal time (S1-FR-5.2).
///
/// Written in the transaction that writes an end, so they say what the ledger says, also after a crash and in a copy of the file
/// that is put back. A row outlives the executions it counts and is never counted down; `sequence` is that of the last report
/// that changed it. `meta.counted` is the last report that is counted: what a version without statistics wrote in between is
/// counted when the ledger is opened.
enum QuarterTable {
    private static let columns =
        "quarter, job_uid, success, failure, timeout, cancelled, timed, duration, longest, shortest, last_end, sequence"

    static let schema = """
        CREATE TABLE quarter (
            quarter INTEGER NOT NULL,
            job_uid BLOB NOT NULL,
            success INTEGER NOT NULL,
            failure INTEGER NOT NULL,
            timeout INTEGER NOT NULL,
            cancelled INTEGER NOT NULL,
            timed INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            longest INTEGER NOT NULL,
            shortest INTEGER NOT NULL,
            last_end INTEGER,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (quarter, job_uid)
        ) WITHOUT ROWID;
        CREATE INDEX quarter_by_sequence ON quarter (sequence);
        ALTER TABLE meta ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
        INSERT INTO quarter (\(columns)) \(sums(of: "status IN (3, 4, 5, 6)"));
        UPDATE meta SET counted = max(acknowledged, coalesce((SELECT max(sequence) FROM outbox), 0));
        """

    /// Counts what is open as failures: to be run just before it is made that.
    static let interruption = """
        INSERT INTO quarter (\(columns)) \(sums(of: "status IN (1, 2)", areFailures: true)) \(merging);
        """

    /// Sums of the ledger's rows.
    private static func sums(of rows: String, areFailures: Bool = false) -> String {
        let counts =
            areFailures ? "0, count(*), 0, 0" : "sum(status = 3), sum(status = 4), sum(status = 5), sum(status = 6)"
        return """
            SELECT nominal / \(QuarterSum.length), job_uid, \(counts), count(finished_at - started_at),
                coalesce(sum(max(0, finished_at - started_at)), 0), coalesce(max(max(0, finished_at - started_at)), 0),
                coalesce(min(max(0, finished_at - started_at)), 0), max(finished_at), max(sequence)
            FROM ledger WHERE \(rows) GROUP BY 1, 2
            """
    }

    private static let merging = """
        ON CONFLICT (quarter, job_uid) DO UPDATE SET
            success = success + excluded.success, failure = failure + excluded.failure,
            timeout = timeout + excluded.timeout, cancelled = cancelled + excluded.cancelled,
            shortest = CASE WHEN excluded.timed = 0 THEN shortest WHEN timed = 0 THEN excluded.shortest
                ELSE min(shortest, excluded.shortest) END,
            longest = max(longest, excluded.longest), timed = timed + excluded.timed,
            duration = duration + excluded.duration,
            last_end = max(coalesce(last_end, excluded.last_end), coalesce(excluded.last_end, last_end)),
            sequence = max(sequence, excluded.sequence)
        """

    /// Adds what a transaction ended.
    static func add(_ ended: EndedQuarters, to database: Database) throws {
        for (key, quarter) in ended.quarters {
            let sums = quarter.outcomes
            try database.run(
                "INSERT INTO quarter (\(self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \(self.merging)",
                [
                    key.quarter, key.job.uuid, sums.success, sums.failure, sums.timeout, sums.cancelled, sums.timed,
                    sums.duration, sums.longest, sums.shortest, quarter.lastEnd?.milliseconds, quarter.sequence,
                ]
            )
        }
    }

    /// Everything up to this report is counted.
    static func setCounted(_ sequence: Int64, in database: Database) throws {
        try database.run("UPDATE meta SET counted = ?", [sequence])
    }

    /// Counts what somebody wrote who keeps no statistics: the quarters concerned are summed anew.
    static func catchUp(to sequence: Int64, in database: Database) throws {
        let counted = try Int64.fetchOne(database, sql: "SELECT counted FROM meta") ?? 0
        guard sequence > counted else { return }
        let missing =
            "(SELECT nominal / \(QuarterSum.length) FROM ledger WHERE sequence > ? AND status IN (3, 4, 5, 6))"
        try database.run("DELETE FROM quarter WHERE quarter IN \(missing)", [counted])
        let rows = "status IN (3, 4, 5, 6) AND nominal / \(QuarterSum.length) IN \(missing)"
        try database.run("INSERT INTO quarter (\(self.columns)) \(self.sums(of: rows))", [counted])
        try self.setCounted(sequence, in: database)
    }

    /// What changed after a report, in the order of the changes.
    static func changed(
        after sequence: Int64,
        limit: Int,
        in database: Database
    ) throws -> [(QuarterSum, sequence: Int64)] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(self.columns) FROM quarter WHERE sequence > ? ORDER BY sequence LIMIT ?"
        )
        var names = JobNames(database: database)
        return try Row.fetchAll(statement, arguments: [sequence, limit]).map { (try self.sum($0, &names), $0[11]) }
    }

    /// The quarters that begin in a span, with when the last of each ended, job by job.
    static func all(
        in quarters: Range<Int64>,
        job: JobUID?,
        _ database: Database
    ) throws -> [(QuarterSum, lastEnd: Timestamp?)] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(self.columns) FROM quarter
                WHERE quarter >= ?1 AND quarter < ?2 AND (?3 IS NULL OR job_uid = ?3)
                """
        )
        var names = JobNames(database: database)
        return try Row.fetchAll(statement, arguments: [quarters.lowerBound, quarters.upperBound, job?.uuid]).map {
            (try self.sum($0, &names), ($0[10] as Int64?).map(Timestamp.init(milliseconds:)))
        }
    }

    /// Forgets quarters before a time whose executions the server knows.
    ///
    /// - Returns: whether none is left to forget.
    static func prune(before bound: Timestamp, limit: Int, in database: Database) throws -> Bool {
        try database.run(
            """
            DELETE FROM quarter WHERE (quarter, job_uid) IN (
                SELECT quarter, job_uid FROM quarter
                WHERE quarter < ? AND sequence <= (SELECT acknowledged FROM meta) ORDER BY quarter LIMIT ?
            )
            """,
            [QuarterSum.quarter(of: bound), limit]
        )
        return database.changesCount < limit
    }

    private static func sum(_ row: Row, _ names: inout JobNames) throws -> QuarterSum {
        let job = JobUID(uuid: row[1])
        let name = try names.name(of: job)
        return QuarterSum(
            job: job,
            jobID: name.id,
            jobName: name.name,
            quarter: row[0],
            outcomes: OutcomeSum(
                success: row[2],
                failure: row[3],
                timeout: row[4],
                cancelled: row[5],
                timed: row[6],
                duration: row[7],
                longest: row[8],
                shortest: row[9]
            )
        )
    }
}

/// What jobs are called by their newest version here, each looked up once.
struct JobNames {
    let database: Database
    private var known: [JobUID: (id: JobID, name: String)] = [:]

    init(database: Database) { self.database = database }

    /// 0 and nothing for a job of which no version is left.
    mutating func name(of job: JobUID) throws -> (id: JobID, name: String) {
        if let known = self.known[job] { return known }
        let statement = try self.database.cachedStatement(
            sql: "SELECT job_id, name FROM snapshot WHERE job_uid = ? ORDER BY version DESC LIMIT 1"
        )
        let row = try Row.fetchOne(statement, arguments: [job.uuid])
        let name: (id: JobID, name: String) = row.map { ($0[0], $0[1]) } ?? (0, "")
        self.known[job] = name
        return name
    }
}
