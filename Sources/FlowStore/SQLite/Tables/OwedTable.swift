// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on the fires that absent hosts owe an account of.
struct OwedTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    private static let columns = "agent, job_id, job_uid, job_version, since, until, is_mixed"

    /// Notes a fire; only the first one of an absence and of a version writes.
    func note(_ fire: PlannedFire, on agents: [AgentID]) throws {
        try self.db.runEach(
            """
            INSERT INTO owed (agent, job_id, job_uid, job_version, since) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (agent, job_id) DO UPDATE SET until = NULL, is_mixed = 1, job_version = excluded.job_version
            WHERE owed.until IS NOT NULL OR owed.job_version <> excluded.job_version
            """,
            agents.map { agent in
                [.agent(agent), .integer(fire.jobID), .id(fire.job), .integer(fire.version), .time(fire.nominal)]
            }
        )
    }

    /// The agent is back, and accounts for what it owes in reports of its own.
    func end(of agent: AgentID, at now: Timestamp) throws {
        try self.db.run(
            "UPDATE owed SET until = ? WHERE agent = ? AND until IS NULL",
            [.time(now), .agent(agent)]
        )
    }

    /// The job fires no more.
    func end(of job: JobID, at now: Timestamp) throws {
        try self.db.run("UPDATE owed SET until = ? WHERE job_id = ? AND until IS NULL", [.time(now), .integer(job)])
    }

    /// The job fires on these agents only.
    func end(of job: JobID, except agents: [AgentID], at now: Timestamp) throws {
        try self.db.run(
            """
            UPDATE owed SET until = ? WHERE job_id = ? AND until IS NULL AND agent NOT IN (SELECT CAST(value AS TEXT) FROM json_each(?))
            """,
            [.time(now), .integer(job), .text(try JSONColumn.encode(agents))]
        )
    }

    /// Jobs that do not reach the agent any more fire there no more.
    func endUnreached(of agent: AgentID, at now: Timestamp) throws {
        try self.db.run(
            """
            UPDATE owed SET until = ?1 WHERE agent = ?2 AND until IS NULL AND job_id NOT IN (
                SELECT job_group.job_id FROM group_member JOIN job_group ON job_group.group_id = group_member.group_id
                WHERE group_member.agent = ?2
            )
            """,
            [.time(now), .agent(agent)]
        )
    }

    func settle(_ account: OwedAccount) throws {
        try self.db.run(
            "DELETE FROM owed WHERE agent = ? AND job_id = ? AND since <= ? AND (until IS NULL OR until >= ?)",
            [
                .agent(account.agent), .integer(account.job), .time(account.fires.upperBound),
                .time(account.fires.lowerBound),
            ]
        )
    }

    /// - Returns: false when the row is no longer as it was read.
    func delete(_ owed: OwedFires) throws -> Bool {
        try self.db.run(
            """
            DELETE FROM owed WHERE agent = ? AND job_id = ? AND since = ? AND until IS NOT DISTINCT FROM ? AND job_version = ?
            """,
            [.agent(owed.agent), .integer(owed.job), .time(owed.since), .time(owed.until), .integer(owed.jobVersion)]
        ) == 1
    }

    func owing(of agents: [AgentID]) throws -> [AgentID] {
        try self.db.all(
            "SELECT CAST(value AS TEXT) FROM json_each(?) WHERE EXISTS (SELECT 1 FROM owed WHERE agent = value)",
            [.text(try JSONColumn.encode(agents))]
        ) { try $0.agent(0) }
    }

    func of(job: JobID) throws -> [OwedFires] {
        try self.rows("job_id = ? ORDER BY agent", [.integer(job)])
    }

    func of(agent: AgentID, limit: Int? = nil) throws -> [OwedFires] {
        try self.rows("agent = ? ORDER BY job_id LIMIT ?", [.agent(agent), .integer(limit.map(Int64.init) ?? .max)])
    }

    func before(_ bound: Timestamp, except agents: Set<AgentID>, limit: Int) throws -> [OwedFires] {
        try self.rows(
            "since < ? AND agent NOT IN (SELECT CAST(value AS TEXT) FROM json_each(?)) ORDER BY since LIMIT ?",
            [.time(bound), .text(try JSONColumn.encode(agents.sorted())), .number(limit)]
        )
    }

    private func rows(_ condition: String, _ values: [RecordValue]) throws -> [OwedFires] {
        try self.db.all("SELECT \(Self.columns) FROM owed WHERE \(condition)", values) { row in
            OwedFires(
                agent: try row.agent(0),
                job: row.integer(1),
                jobUID: try row.id(2),
                jobVersion: row.integer(3),
                since: Timestamp(milliseconds: row.integer(4)),
                until: row.optionalTime(5),
                isMixed: row.flag(6)
            )
        }
    }
}
