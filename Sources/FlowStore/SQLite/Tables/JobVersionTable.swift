// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what jobs said before.
struct JobVersionTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// What every version has of it, however old.
    private struct Enabled: Decodable { let isEnabled: Bool }

    private static let columns = "version, definition, snapshot, created_by, created_at"

    /// - Parameter definition: the job's, as the database keeps it.
    func record(_ job: Job, _ definition: String, by user: String) throws {
        try self.db.run(
            """
            INSERT INTO job_version (uid, version, job_id, snapshot, created_at, definition, created_by)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(job.uid), .integer(job.version), .integer(job.id), .text(try JSONColumn.encode(JobSnapshot(job))),
                .time(job.updatedAt), .text(definition), .text(user),
            ]
        )
    }

    func page(of job: JobUID, in scope: Scope, _ page: PageRequest) throws -> Page<JobVersion> {
        let condition = try ScopeCondition.versions(scope)
        let place = "FROM job_version WHERE uid = ?" + (condition.map { " AND " + $0.sql } ?? "")
        let values = [RecordValue.id(job)] + (condition?.values ?? [])
        let total = try self.db.first("SELECT count(*) \(place)", values) { $0.number(0) } ?? 0
        let items = try self.db.all(
            "SELECT \(Self.columns) \(place) ORDER BY version DESC LIMIT ? OFFSET ?",
            values + [.number(page.size), .number(page.offset)]
        ) { try Self.decode($0) }
        return Page(items: items, total: total)
    }

    func find(_ number: Int64, of job: JobUID) throws -> JobVersion? {
        try self.db.first(
            "SELECT \(Self.columns) FROM job_version WHERE uid = ? AND version = ?",
            [.id(job), .integer(number)]
        ) { try Self.decode($0) }
    }

    private static func decode(_ row: some RecordRow) throws -> JobVersion {
        JobVersion(
            number: row.integer(0),
            // Nil as well for what only a newer server can read.
            definition: row.optionalText(1).flatMap { try? JSONColumn.decode($0) },
            isEnabled: try JSONColumn.decode(row.text(2), as: Enabled.self).isEnabled,
            createdBy: row.optionalText(3),
            createdAt: row.time(4)
        )
    }
}
