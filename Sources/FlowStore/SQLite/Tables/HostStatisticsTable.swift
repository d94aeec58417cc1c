// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what hosts say they did, and on what their records come to.
struct HostStatisticsTable {
    private static let columns =
        "quarter, job_uid, job_id, job_name, success, failure, timeout, cancelled, timed, duration, longest, shortest"

    let db: Database
    init(_ db: Database) { self.db = db }

    func position(of agent: AgentID) throws -> HostStatsPosition? {
        try self.db.first(
            "SELECT incarnation, sequence, reported_at, zone FROM host_statistics WHERE agent = ?",
            [.agent(agent)]
        ) {
            HostStatsPosition(incarnation: $0.text(0), sequence: $0.integer(1), at: $0.time(2), zone: $0.text(3))
        }
    }

    /// The newest word on each quarter takes the place of the one before.
    func store(_ report: HostStatsReport, of agent: AgentID) throws {
        try self.db.runEach(
            """
            INSERT INTO host_quarter (agent, \(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (agent, quarter, job_uid) DO UPDATE SET
                job_id = excluded.job_id, job_name = excluded.job_name, success = excluded.success,
                failure = excluded.failure, timeout = excluded.timeout, cancelled = excluded.cancelled,
                timed = excluded.timed, duration = excluded.duration, longest = excluded.longest,
                shortest = excluded.shortest
            """,
            report.sums.map { sum in
                [
                    .agent(agent), .integer(sum.quarter), .id(sum.job), .integer(sum.jobID), .text(sum.jobName),
                    .number(sum.outcomes.success), .number(sum.outcomes.failure), .number(sum.outcomes.timeout),
                    .number(sum.outcomes.cancelled), .number(sum.outcomes.timed), .integer(sum.outcomes.duration),
                    .integer(sum.outcomes.longest), .integer(sum.outcomes.shortest),
                ]
            }
        )
        try self.db.run(
            """
            INSERT INTO host_statistics (agent, incarnation, sequence, reported_at, zone) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (agent) DO UPDATE SET incarnation = excluded.incarnation, sequence = excluded.sequence,
                reported_at = excluded.reported_at, zone = excluded.zone
            """,
            [
                .agent(agent), .text(report.incarnation), .integer(report.sequence), .time(report.at),
                .text(report.zone),
            ]
        )
    }

    func quarters(of agent: AgentID, in span: Range<Timestamp>, scope: Scope) throws -> [QuarterSum] {
        let quarters = QuarterSum.quarters(in: span)
        let visible = try ScopeCondition.executions(scope, alias: "q")
        return try self.db.all(
            """
            SELECT \(Self.columns) FROM (
                SELECT agent, \(Self.columns), quarter * \(QuarterSum.length) AS nominal FROM host_quarter
                WHERE agent = ? AND quarter >= ? AND quarter < ?
            ) AS q WHERE \(visible?.sql ?? "1 = 1") ORDER BY quarter, job_uid
            """,
            [.agent(agent), .integer(quarters.lowerBound), .integer(quarters.upperBound)] + (visible?.values ?? [])
        ) { row in
            QuarterSum(
                job: try row.id(1),
                jobID: row.integer(2),
                jobName: row.text(3),
                quarter: row.integer(0),
                outcomes: OutcomeSum(
                    success: row.number(4),
                    failure: row.number(5),
                    timeout: row.number(6),
                    cancelled: row.number(7),
                    timed: row.number(8),
                    duration: row.integer(9),
                    longest: row.integer(10),
                    shortest: row.integer(11)
                )
            )
        }
    }

    /// What a host says of each quarter, all jobs together: a month of many jobs is some thousand rows.
    func outcomes(of agent: AgentID, in span: Range<Timestamp>, scope: Scope) throws -> [Int64: OutcomeSum] {
        let quarters = QuarterSum.quarters(in: span)
        let visible = try ScopeCondition.executions(scope, alias: "q")
        let sums = ["success", "failure", "timeout", "cancelled"].map { "CAST(sum(\($0)) AS BIGINT)" }
        let rows = try self.db.all(
            """
            SELECT quarter, \(sums.joined(separator: ", ")) FROM (
                SELECT agent, \(Self.columns), quarter * \(QuarterSum.length) AS nominal FROM host_quarter
                WHERE agent = ? AND quarter >= ? AND quarter < ?
            ) AS q WHERE \(visible?.sql ?? "1 = 1") GROUP BY quarter
            """,
            [.agent(agent), .integer(quarters.lowerBound), .integer(quarters.upperBound)] + (visible?.values ?? [])
        ) { row in
            let outcomes = OutcomeSum(
                success: row.number(1),
                failure: row.number(2),
                timeout: row.number(3),
                cancelled: row.number(4)
            )
            return (quarter: row.integer(0), outcomes: outcomes)
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.quarter, $0.outcomes) })
    }

    /// Ends that a host reports in the moment in which it tells its sums may be missing in those; milliseconds.
    private static let overtaking: Int64 = 60_000

    /// Sums of the records, one for each outcome of a job in a quarter.
    func counted(
        of agent: AgentID,
        in span: Range<Timestamp>,
        as position: HostStatsPosition?,
        scope: Scope
    ) throws -> [QuarterSum] {
        let visible = try ScopeCondition.executions(scope)
        var conditions = ["agent = ?", "id >= ?", "id < ?", "status IN (3, 4, 5, 6)"]
        var values: [RecordValue] = [
            .agent(agent), .id(ExecutionID.lowerBound(at: span.lowerBound)),
            .id(ExecutionID.lowerBound(at: span.upperBound)),
        ]
        if let position {
            conditions.append(
                "(finished_at IS NULL OR finished_at <= ?) AND NOT (agent_seq > ? AND finished_at > ?)"
            )
            values += [
                .time(position.at), .integer(position.sequence),
                .time(position.at.advanced(byMilliseconds: -Self.overtaking)),
            ]
        }
        if let visible {
            conditions.append(visible.sql)
            values += visible.values
        }
        return try self.db.all(
            """
            SELECT quarter, job_uid, max(job_id), max(job_name), status, count(*), count(run_time),
                CAST(coalesce(sum(run_time), 0) AS BIGINT), coalesce(max(run_time), 0), coalesce(min(run_time), 0)
            FROM (
                SELECT nominal / \(QuarterSum.length) AS quarter, job_uid, job_id, job_name, status,
                    CASE WHEN finished_at < started_at THEN 0 ELSE finished_at - started_at END AS run_time
                FROM execution INDEXED BY execution_by_agent WHERE \(conditions.joined(separator: " AND "))
            ) AS ended GROUP BY quarter, job_uid, status ORDER BY quarter, job_uid, status
            """,
            values,
            isKept: visible == nil
        ) { row in
            var outcomes = OutcomeSum(
                timed: row.number(6),
                duration: row.integer(7),
                longest: row.integer(8),
                shortest: row.integer(9)
            )
            outcomes.count(try row.status(4), row.number(5))
            return QuarterSum(
                job: try row.id(1),
                jobID: row.integer(2),
                jobName: row.text(3),
                quarter: row.integer(0),
                outcomes: outcomes
            )
        }
    }

    /// What was said of quarters before a bound, host by host.
    ///
    /// - Returns: how many rows went, and the host to go on after; nil = the walk is over.
    func prune(before bound: Timestamp, after agent: RecordValue, limit: Int) throws -> (count: Int, next: RecordValue?)
    {
        let next = try self.db.first("SELECT min(agent) FROM host_quarter WHERE agent > ?", [agent]) {
            $0.optionalText(0)
        }
        guard let host = next ?? nil else { return (0, nil) }
        let quarter = QuarterSum.quarter(of: bound)
        let count = try self.db.run(
            """
            DELETE FROM host_quarter WHERE agent = ? AND (quarter, job_uid) IN (
                SELECT quarter, job_uid FROM host_quarter WHERE agent = ? AND quarter < ?
                ORDER BY quarter, job_uid LIMIT ?
            )
            """,
            [.text(host), .text(host), .integer(quarter), .number(limit)]
        )
        // A host with more than one step's worth is looked at again before the next.
        return (count, count < limit ? .text(host) : agent)
    }

    /// A host's position goes with the host; what it said stays as long as the history does.
    func forgetPosition(of agent: AgentID) throws {
        try self.db.run("DELETE FROM host_statistics WHERE agent = ?", [.agent(agent)])
    }
}
