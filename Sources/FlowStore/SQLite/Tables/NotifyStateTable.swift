// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what rules have counted and what they tell of.
struct NotifyStateTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    // MARK: Counters

    func counter(_ key: NotifyCounter.Key) throws -> NotifyCounter? {
        try self.db.first(
            "SELECT count, run_id, base, updated_at FROM notify_counter WHERE rule = ? AND job_id = ? AND host = ?",
            [.text(key.rule), .integer(key.job), .text(key.host)]
        ) { row in
            NotifyCounter(
                key: key,
                count: row.number(0),
                run: try row.optionalID(1),
                base: row.number(2),
                updatedAt: row.time(3)
            )
        }
    }

    func save(_ counter: NotifyCounter) throws {
        try self.db.run(
            """
            INSERT INTO notify_counter (rule, job_id, host, count, run_id, base, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (rule, job_id, host) DO UPDATE SET count = excluded.count, run_id = excluded.run_id,
                base = excluded.base, updated_at = excluded.updated_at
            """,
            [
                .text(counter.key.rule), .integer(counter.key.job), .text(counter.key.host), .number(counter.count),
                .id(counter.run), .number(counter.base), .time(counter.updatedAt),
            ]
        )
    }

    // MARK: Hosts

    private func host(_ row: SQLiteRow) throws -> NotifyHost {
        NotifyHost(
            agent: try row.agent(0),
            cameAt: row.time(1),
            wentAt: row.optionalTime(2),
            dueAt: row.optionalTime(3)
        )
    }

    func host(_ agent: AgentID) throws -> NotifyHost? {
        try self.db.first("SELECT agent, came_at, went_at, due_at FROM notify_host WHERE agent = ?", [.agent(agent)]) {
            try self.host($0)
        }
    }

    /// Hosts that were connected when it was last heard of them.
    func presentHosts() throws -> [NotifyHost] {
        try self.db.all("SELECT agent, came_at, went_at, due_at FROM notify_host WHERE went_at IS NULL") {
            try self.host($0)
        }
    }

    func dueHosts(at now: Timestamp, limit: Int) throws -> [NotifyHost] {
        try self.db.all(
            """
            SELECT agent, came_at, went_at, due_at FROM notify_host WHERE due_at <= ?1
                -- Of one in maintenance nobody is told before that is over, and only if it is still away.
                AND NOT EXISTS (SELECT 1 FROM host_maintenance AS m WHERE m.agent = notify_host.agent
                    AND m.until > ?1 AND m.since <= ?1 AND m.ended_at IS NULL)
            ORDER BY due_at LIMIT ?2
            """,
            [.time(now), .number(limit)]
        ) { try self.host($0) }
    }

    func save(_ host: NotifyHost) throws {
        try self.db.run(
            """
            INSERT INTO notify_host (agent, came_at, went_at, due_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (agent) DO UPDATE SET came_at = excluded.came_at, went_at = excluded.went_at,
                due_at = excluded.due_at
            """,
            [.agent(host.agent), .time(host.cameAt), .time(host.wentAt), .time(host.dueAt)]
        )
    }

    func forgetHost(_ agent: AgentID) throws {
        try self.db.run("DELETE FROM notify_host WHERE agent = ?", [.agent(agent)])
    }

    // MARK: Incidents

    private func incident(_ row: SQLiteRow) throws -> NotifyIncident {
        var incident: NotifyIncident = try JSONColumn.decode(row.text(0))
        incident.acknowledgedBy = row.optionalText(1)
        return incident
    }

    func openIncidents(of rule: String) throws -> [NotifyIncident] {
        try self.db.all(
            "SELECT body, acknowledged_by FROM notify_incident WHERE rule_key = ? AND state <> 'closed' ORDER BY id",
            [.text(rule)]
        ) { try self.incident($0) }
    }

    func silencedIncidents() throws -> [NotifyIncident] {
        try self.db.all(
            "SELECT body, acknowledged_by FROM notify_incident WHERE is_silenced = 1 AND state <> 'closed' ORDER BY id"
        ) { try self.incident($0) }
    }

    func dueIncidents(at now: Timestamp, limit: Int) throws -> [NotifyIncident] {
        try self.db.all(
            "SELECT body, acknowledged_by FROM notify_incident WHERE due_at <= ? ORDER BY due_at LIMIT ?",
            [.time(now), .number(limit)]
        ) { try self.incident($0) }
    }

    func incident(_ id: IncidentID, in scope: Scope) throws -> NotifyIncident? {
        let condition = try ScopeCondition.notifications(scope, table: "notify_incident")
        return try self.db.first(
            "SELECT body, acknowledged_by FROM notify_incident WHERE id = ?"
                + (condition.map { " AND " + $0.sql } ?? ""),
            [.id(id)] + (condition?.values ?? [])
        ) { try self.incident($0) }
    }

    func save(_ incident: NotifyIncident) throws {
        try self.db.run(
            """
            INSERT INTO notify_incident (id, rule_key, state, job_id, groups, updated_at, due_at, is_silenced, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, groups = excluded.groups,
                updated_at = excluded.updated_at, due_at = excluded.due_at, is_silenced = excluded.is_silenced,
                body = excluded.body
            """,
            [
                .id(incident.id), .text(incident.ruleKey), .text(incident.state.rawValue),
                incident.jobID.map { .integer($0) } ?? .null, .text(try JSONColumn.encode(incident.groups)),
                .time(incident.updatedAt), .time(incident.dueAt), .flag(!incident.silences.isEmpty),
                .text(try JSONColumn.encode(incident)),
            ]
        )
    }

    func acknowledge(_ id: IncidentID, by name: String) throws {
        try self.db.run("UPDATE notify_incident SET acknowledged_by = ? WHERE id = ?", [.text(name), .id(id)])
    }

    func incidents(_ query: NotifyQuery, countingTo bound: Int) throws -> Page<NotifyIncident> {
        var conditions: [String] = []
        var values: [RecordValue] = []
        if let state = query.state {
            conditions.append("state = ?")
            values.append(.text(state))
        }
        if let job = query.job {
            conditions.append("job_id = ?")
            values.append(.integer(job))
        }
        if let scope = try ScopeCondition.notifications(query.scope, table: "notify_incident") {
            conditions.append(scope.sql)
            values += scope.values
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let total =
            try self.db.first(
                "SELECT count(*) FROM (SELECT 1 FROM notify_incident\(filter) LIMIT ?)",
                values + [.number(bound + 1)]
            ) { $0.number(0) } ?? 0
        let items = try self.db.all(
            "SELECT body, acknowledged_by FROM notify_incident\(filter) ORDER BY id DESC LIMIT ? OFFSET ?",
            values + [.number(query.page.size), .number(query.page.offset)]
        ) { try self.incident($0) }
        return Page(items: items, total: min(total, bound), isTotalExact: total <= bound)
    }

    /// What is over and old: incidents, messages, and counters that nothing has moved for a year more.
    func prune(before bound: Timestamp, limit: Int) throws -> Int {
        let year: Int64 = 400 * 86_400_000
        return
            try self.db.run(
                """
                DELETE FROM notify_incident WHERE id IN
                    (SELECT id FROM notify_incident WHERE state = 'closed' AND updated_at < ? LIMIT ?)
                """,
                [.time(bound), .number(limit)]
            )
            + self.db.run(
                """
                DELETE FROM notify_delivery WHERE seq IN (SELECT seq FROM notify_delivery
                    WHERE created_at < ? AND state NOT IN ('queued', 'sending') LIMIT ?)
                """,
                [.time(bound), .number(limit)]
            )
            + self.db.run(
                """
                DELETE FROM notify_counter WHERE (rule, job_id, host) IN
                    (SELECT rule, job_id, host FROM notify_counter WHERE updated_at < ? LIMIT ?)
                """,
                [.time(bound.advanced(byMilliseconds: -year)), .number(limit)]
            ) + SilenceTable(self.db).prune(before: bound, limit: limit)
            + FailureTable(self.db).prune(before: bound, limit: limit)
    }
}
