// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on messages.
struct DeliveryTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// A message that is there already stays as it is: it was decided twice.
    func insert(_ delivery: NotifyDelivery) throws {
        try self.db.run(
            """
            INSERT INTO notify_delivery (id, incident, channel, state, job_id, groups, created_at, due_at, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """,
            [
                .id(delivery.id), .id(delivery.incident), .text(delivery.channel), .text(delivery.state.rawValue),
                delivery.jobID.map { .integer($0) } ?? .null, .text(try JSONColumn.encode(delivery.groups)),
                .time(delivery.createdAt), .time(delivery.dueAt), .text(try JSONColumn.encode(delivery)),
            ]
        )
    }

    /// - Returns: whether it was there.
    func update(_ delivery: NotifyDelivery) throws -> Bool {
        try self.db.run(
            "UPDATE notify_delivery SET state = ?, due_at = ?, body = ? WHERE id = ?",
            [
                .text(delivery.state.rawValue), .time(delivery.dueAt), .text(try JSONColumn.encode(delivery)),
                .id(delivery.id),
            ]
        ) == 1
    }

    /// Of one incident and channel only the oldest that waits, so that they arrive in order.
    func due(at now: Timestamp, limit: Int) throws -> [NotifyDelivery] {
        try self.db.all(
            """
            SELECT body FROM notify_delivery AS d WHERE due_at <= ? AND NOT EXISTS (
                SELECT 1 FROM notify_delivery AS e WHERE e.incident = d.incident AND e.channel = d.channel
                    AND e.state IN ('queued', 'sending') AND e.seq < d.seq
                    AND json_extract(e.body, '$.recipients') = json_extract(d.body, '$.recipients'))
            ORDER BY due_at, seq LIMIT ?
            """,
            [.time(now), .number(limit)]
        ) { try JSONColumn.decode($0.text(0)) }
    }

    func sending(limit: Int) throws -> [NotifyDelivery] {
        try self.db.all(
            "SELECT body FROM notify_delivery WHERE state = 'sending' ORDER BY seq LIMIT ?",
            [.number(limit)]
        ) {
            try JSONColumn.decode($0.text(0))
        }
    }

    func find(_ id: DeliveryID, in scope: Scope) throws -> NotifyDelivery? {
        let condition = try ScopeCondition.notifications(scope, table: "notify_delivery")
        return try self.db.first(
            "SELECT body FROM notify_delivery WHERE id = ?" + (condition.map { " AND " + $0.sql } ?? ""),
            [.id(id)] + (condition?.values ?? [])
        ) { try JSONColumn.decode($0.text(0)) }
    }

    func waiting() throws -> [String: Int] {
        let rows = try self.db.all(
            "SELECT channel, count(*) FROM notify_delivery WHERE state IN ('queued', 'sending') GROUP BY channel"
        ) { ($0.text(0), $0.number(1)) }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    func page(_ query: NotifyQuery, countingTo bound: Int) throws -> Page<NotifyDelivery> {
        var conditions: [String] = []
        var values: [RecordValue] = []
        func add(_ condition: String, _ value: RecordValue?) {
            guard let value else { return }
            conditions.append(condition)
            values.append(value)
        }
        add("state = ?", query.state.map { .text($0) })
        add("channel = ?", query.channel.map { .text($0) })
        add("job_id = ?", query.job.map { .integer($0) })
        add("incident = ?", query.incident.map { .id($0) })
        if let scope = try ScopeCondition.notifications(query.scope, table: "notify_delivery") {
            conditions.append(scope.sql)
            values += scope.values
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let total =
            try self.db.first(
                "SELECT count(*) FROM (SELECT 1 FROM notify_delivery\(filter) LIMIT ?)",
                values + [.number(bound + 1)]
            ) { $0.number(0) } ?? 0
        let items: [NotifyDelivery] = try self.db.all(
            "SELECT body FROM notify_delivery\(filter) ORDER BY seq DESC LIMIT ? OFFSET ?",
            values + [.number(query.page.size), .number(query.page.offset)]
        ) { try JSONColumn.decode($0.text(0)) }
        return Page(items: items, total: min(total, bound), isTotalExact: total <= bound)
    }
}
