// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on the times in which hosts are kept free of new work.
struct MaintenanceTable {
    private static let columns = "agent, revision, since, until, set_by, reason, ended_at, ended_by"
    /// Of all hosts together; older ones are forgotten, and explained no more.
    private static let limit: Int64 = 10_000

    let db: Database
    init(_ db: Database) { self.db = db }

    func newest(of agent: AgentID) throws -> HostMaintenance {
        try self.row(of: agent)?.maintenance ?? HostMaintenance()
    }

    private func row(of agent: AgentID) throws -> (id: Int64, maintenance: HostMaintenance)? {
        try self.db.first(
            "SELECT \(Self.columns), id FROM host_maintenance WHERE agent = ? ORDER BY id DESC LIMIT 1",
            [.agent(agent)]
        ) { row in (id: row.integer(8), maintenance: Self.decode(row)) }
    }

    /// Of each host that had one changed after a revision the newest.
    func changed(after revision: Int64) throws -> [AgentID: HostMaintenance] {
        let rows = try self.db.all(
            "SELECT \(Self.columns) FROM host_maintenance WHERE revision > ? ORDER BY revision",
            [.integer(revision)]
        ) { row in (try row.agent(0), Self.decode(row)) }
        return Dictionary(rows) { $1 }
    }

    /// The hosts that are in maintenance, and from when to when.
    func inForce(at now: Timestamp) throws -> [AgentID: MaintenancePeriod] {
        try self.periods("until > ? AND since <= ? AND ended_at IS NULL", at: now)
    }

    /// The hosts that were in maintenance at an instant.
    func covering(_ instant: Timestamp) throws -> [AgentID: MaintenancePeriod] {
        try self.periods("until > ?1 AND since <= ?2 AND coalesce(ended_at, until) > ?1", at: instant)
    }

    private func periods(_ condition: String, at instant: Timestamp) throws -> [AgentID: MaintenancePeriod] {
        let rows = try self.db.all(
            "SELECT \(Self.columns) FROM host_maintenance WHERE \(condition) ORDER BY id",
            [.time(instant), .time(instant)]
        ) { row in (try row.agent(0), Self.decode(row).period) }
        return Dictionary(rows.compactMap { agent, period in period.map { (agent, $0) } }) { $1 }
    }

    func begin(_ period: MaintenancePeriod, of agent: AgentID) throws {
        let id = try self.highest("id") + 1
        try self.db.run(
            "INSERT INTO host_maintenance (id, agent, revision, since, until, set_by, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(id), .agent(agent), .integer(try self.highest("revision") + 1), .time(period.since),
                .time(period.until), .text(period.by), .text(period.reason),
            ]
        )
        try self.db.run("DELETE FROM host_maintenance WHERE id <= ?", [.integer(id - Self.limit)])
    }

    /// Changes the newest of a host.
    func change(to period: MaintenancePeriod, of agent: AgentID) throws {
        guard let known = try self.row(of: agent) else { return }
        try self.db.run(
            """
            UPDATE host_maintenance SET revision = ?, until = ?, set_by = ?, reason = ?, ended_at = ?, ended_by = ? WHERE id = ?
            """,
            [
                .integer(try self.highest("revision") + 1), .time(period.until), .text(period.by), .text(period.reason),
                .time(period.endedAt), .text(period.endedBy), .integer(known.id),
            ]
        )
    }

    private func highest(_ column: String) throws -> Int64 {
        try self.db.first("SELECT coalesce(max(\(column)), 0) FROM host_maintenance", []) { $0.integer(0) } ?? 0
    }

    private static func decode(_ row: some RecordRow) -> HostMaintenance {
        HostMaintenance(
            revision: row.integer(1),
            period: MaintenancePeriod(
                since: row.time(2),
                until: row.time(3),
                by: row.text(4),
                reason: row.optionalText(5),
                endedAt: row.optionalTime(6),
                endedBy: row.optionalText(7)
            )
        )
    }
}
