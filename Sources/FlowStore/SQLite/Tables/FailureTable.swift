// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what failures read like.
struct FailureTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    // MARK: Writing

    /// One that ended otherwise before is read again.
    func note(_ failures: [FailureNote]) throws {
        try self.db.runEach(
            """
            INSERT INTO execution_failure (execution_id, job_id, agent, nominal, at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (execution_id) DO UPDATE SET fingerprint = NULL, at = excluded.at
            """,
            failures.map {
                [
                    .id($0.execution), .integer($0.job), .agent($0.agent), .time($0.execution.nominal), .time($0.at),
                ]
            }
        )
    }

    func forget(_ execution: ExecutionID) throws {
        try self.db.run("DELETE FROM execution_failure WHERE execution_id = ?", [.id(execution)])
    }

    func save(_ fingerprint: FailureFingerprint, of note: FailureNote) throws {
        let count = try self.db.run(
            "UPDATE execution_failure SET fingerprint = ? WHERE execution_id = ? AND fingerprint IS NULL",
            [.text(fingerprint.id), .id(note.execution)]
        )
        guard count > 0 else { return }
        try self.db.run(
            """
            INSERT INTO failure_kind (fingerprint, outcome, text, first_at, last_at, seen) VALUES (?, ?, ?, ?, ?, 1)
            ON CONFLICT (fingerprint) DO UPDATE SET seen = failure_kind.seen + 1,
                first_at = CASE WHEN excluded.first_at < failure_kind.first_at THEN excluded.first_at
                    ELSE failure_kind.first_at END,
                last_at = CASE WHEN excluded.last_at > failure_kind.last_at THEN excluded.last_at
                    ELSE failure_kind.last_at END
            """,
            [
                .text(fingerprint.id), .text(fingerprint.outcome), .text(fingerprint.text), .time(note.at),
                .time(note.at),
            ]
        )
    }

    // MARK: Reading

    func unread(before bound: Timestamp, limit: Int) throws -> [FailureNote] {
        try self.db.all(
            """
            SELECT execution_id, job_id, agent, at FROM execution_failure
            WHERE fingerprint IS NULL AND at < ? ORDER BY at LIMIT ?
            """,
            [.time(bound), .number(limit)]
        ) { row in
            FailureNote(execution: try row.id(0), job: row.integer(1), agent: try row.agent(2), at: row.time(3))
        }
    }

    func name(of execution: ExecutionID) throws -> FailureFingerprintName? {
        try self.db.first(
            """
            SELECT k.fingerprint, k.text, k.first_at FROM execution_failure AS f
            JOIN failure_kind AS k ON k.fingerprint = f.fingerprint WHERE f.execution_id = ?
            """,
            [.id(execution)]
        ) { FailureFingerprintName(id: $0.text(0), text: $0.text(1), firstAt: $0.time(2)) }
    }

    /// Those of a query, the largest first; what of them may not be seen counts for nothing.
    func clusters(_ query: FailureQuery) throws -> [FailureCluster] {
        let filter = try self.filter(query)
        var clusters = try self.db.all(
            """
            SELECT f.fingerprint, k.outcome, k.text, count(*), count(DISTINCT f.job_id), count(DISTINCT f.agent),
                min(f.at), max(f.at)
            FROM execution_failure AS f JOIN failure_kind AS k ON k.fingerprint = f.fingerprint
            WHERE f.at >= ? AND f.at < ?\(filter.sql)
            GROUP BY f.fingerprint, k.outcome, k.text ORDER BY count(*) DESC, f.fingerprint LIMIT ?
            """,
            [.time(query.from), .time(query.until)] + filter.values + [.number(query.limit)]
        ) { row in
            FailureCluster(
                fingerprint: row.text(0),
                outcome: row.text(1),
                text: row.text(2),
                count: row.number(3),
                jobCount: row.number(4),
                hostCount: row.number(5),
                first: row.time(6),
                last: row.time(7),
                seenBefore: nil,
                jobs: [],
                hosts: [],
                example: .lowerBound(at: row.time(7))
            )
        }
        for index in clusters.indices { try self.complete(&clusters[index], query, filter) }
        return clusters
    }

    private func complete(
        _ cluster: inout FailureCluster,
        _ query: FailureQuery,
        _ filter: (sql: String, values: [RecordValue])
    ) throws {
        let span = "FROM execution_failure AS f WHERE f.fingerprint = ? AND f.at >= ? AND f.at < ?\(filter.sql)"
        let values: [RecordValue] =
            [.text(cluster.fingerprint), .time(query.from), .time(query.until)] + filter.values
        cluster.jobs = try self.db.all(
            "SELECT f.job_id \(span) GROUP BY f.job_id ORDER BY count(*) DESC, f.job_id LIMIT ?",
            values + [.number(FailureCluster.jobLimit)]
        ) { $0.integer(0) }
        cluster.hosts = try self.db.all(
            "SELECT f.agent \(span) GROUP BY f.agent ORDER BY count(*) DESC, f.agent LIMIT ?",
            values + [.number(FailureCluster.hostLimit)]
        ) { try $0.agent(0) }
        cluster.example =
            try self.db.first("SELECT f.execution_id \(span) ORDER BY f.at DESC, f.execution_id DESC LIMIT 1", values) {
                try $0.id(0)
            } ?? cluster.example
        cluster.seenBefore = try self.db.first(
            "SELECT max(f.at) FROM execution_failure AS f WHERE f.fingerprint = ? AND f.at < ?\(filter.sql)",
            [.text(cluster.fingerprint), .time(query.from)] + filter.values
        ) { $0.optionalTime(0) }.flatMap(\.self)
    }

    private func filter(_ query: FailureQuery) throws -> (sql: String, values: [RecordValue]) {
        var sql = ""
        var values: [RecordValue] = []
        if let job = query.job {
            sql += " AND f.job_id = ?"
            values.append(.integer(job))
        }
        if let scope = try ScopeCondition.executions(query.scope, alias: "f") {
            sql += " AND " + scope.sql
            values += scope.values
        }
        return (sql, values)
    }

    /// What is old; kinds that came again are known for a year more.
    func prune(before bound: Timestamp, limit: Int) throws -> Int {
        let year: Int64 = 400 * 86_400_000
        return try self.db.run(
            """
            DELETE FROM execution_failure WHERE execution_id IN
                (SELECT execution_id FROM execution_failure WHERE at < ? LIMIT ?)
            """,
            [.time(bound), .number(limit)]
        )
            + self.db.run(
                """
                DELETE FROM failure_kind WHERE fingerprint IN (SELECT fingerprint FROM failure_kind
                    WHERE last_at < ? AND (seen = 1 OR last_at < ?) LIMIT ?)
                """,
                [.time(bound), .time(bound.advanced(byMilliseconds: -year)), .number(limit)]
            )
    }
}
