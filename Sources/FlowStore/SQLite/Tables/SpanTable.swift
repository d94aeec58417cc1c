// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on which groups jobs and hosts had when.
struct SpanTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    private static let open = Int64.max

    func begin(job: JobID, group: GroupID, at now: Timestamp) throws {
        try self.db.run(
            """
            INSERT INTO job_group_span (job_id, group_id, since) VALUES (?, ?, ?)
            ON CONFLICT (job_id, group_id, since) DO UPDATE SET until = \(Self.open)
            """,
            [.integer(job), .integer(group), .time(now)]
        )
    }

    func end(job: JobID, group: GroupID, at now: Timestamp) throws {
        try self.db.run(
            "UPDATE job_group_span SET until = ? WHERE job_id = ? AND group_id = ? AND until = \(Self.open)",
            [.time(now), .integer(job), .integer(group)]
        )
    }

    func end(job: JobID, at now: Timestamp) throws {
        try self.db.run(
            "UPDATE job_group_span SET until = ? WHERE job_id = ? AND until = \(Self.open)",
            [.time(now), .integer(job)]
        )
    }

    func begin(agent: AgentID, group: GroupID, at now: Timestamp) throws {
        try self.db.run(
            """
            INSERT INTO group_member_span (agent, group_id, since) VALUES (?, ?, ?)
            ON CONFLICT (agent, group_id, since) DO UPDATE SET until = \(Self.open)
            """,
            [.agent(agent), .integer(group), .time(now)]
        )
    }

    func end(agent: AgentID, group: GroupID, at now: Timestamp) throws {
        try self.db.run(
            "UPDATE group_member_span SET until = ? WHERE agent = ? AND group_id = ? AND until = \(Self.open)",
            [.time(now), .agent(agent), .integer(group)]
        )
    }

    func end(agent: AgentID, at now: Timestamp) throws {
        try self.db.run(
            "UPDATE group_member_span SET until = ? WHERE agent = ? AND until = \(Self.open)",
            [.time(now), .agent(agent)]
        )
    }

    /// A deleted group has no readers of its own any more.
    func delete(group: GroupID) throws {
        try self.db.run("DELETE FROM job_group_span WHERE group_id = ?", [.integer(group)])
        try self.db.run("DELETE FROM group_member_span WHERE group_id = ?", [.integer(group)])
    }

    /// Takes spans that ended before the oldest execution there is.
    ///
    /// - Returns: how many went.
    func prune(endedBefore time: Timestamp, limit: Int) throws -> Int {
        let jobs = try self.db.run(
            """
            DELETE FROM job_group_span WHERE (job_id, group_id, since) IN (SELECT job_id, group_id, since
                FROM job_group_span WHERE until < ? AND until < \(Self.open) LIMIT ?)
            """,
            [.time(time), .number(limit)]
        )
        guard jobs < limit else { return jobs }
        return try jobs
            + self.db.run(
                """
                DELETE FROM group_member_span WHERE (agent, group_id, since) IN (SELECT agent, group_id, since
                    FROM group_member_span WHERE until < ? AND until < \(Self.open) LIMIT ?)
                """,
                [.time(time), .number(limit - jobs)]
            )
    }
}
