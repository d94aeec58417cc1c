// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on the log of what happened.
struct EventTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func append(_ executions: [ExecutionEvent], at time: Timestamp) throws {
        var rest = executions[...]
        while !rest.isEmpty {
            try self.append(.executions(Array(rest.prefix(EventCoding.executionsPerRow))), at: time)
            rest = rest.dropFirst(EventCoding.executionsPerRow)
        }
    }

    func append(_ event: DurableEvent, at time: Timestamp) throws {
        try self.db.takeLogTurn()
        let (topic, body) = EventCoding.encode(event)
        try self.db.run(
            "INSERT INTO event (at, topic, format, body) VALUES (?, ?, ?, ?)",
            [.time(time), .integer(topic), .integer(EventCoding.format), .bytes(body)]
        )
    }

    func rows(after position: Int64, limit: Int) throws -> [RecordedEvent] {
        try self.db.all(
            "SELECT seq, at, topic, format, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
            [.integer(position), .number(limit)],
            self.event
        )
    }

    /// Only the bodies of these are read: other rows are many and long.
    func settled(after position: Int64, limit: Int) throws -> SettledRunPage {
        let rows = try self.db.all(
            "SELECT seq, at, topic, format, body FROM event WHERE seq > ? AND topic = ? ORDER BY seq LIMIT ?",
            [.integer(position), .integer(EventCoding.settledTopic), .number(limit)],
            self.event
        )
        let isLast = rows.count < limit
        return SettledRunPage(
            runs: rows.compactMap { row in
                guard case .runSettled(let run)? = row.event else { return nil }
                return (row.sequence, run)
            },
            through: try isLast ? max(position, self.last()) : rows.last?.sequence ?? position,
            isLast: isLast
        )
    }

    private func event(_ row: StoredRow) -> RecordedEvent {
        RecordedEvent(
            sequence: row.integer(0),
            at: row.time(1),
            event: EventCoding.decode(topic: row.integer(2), format: row.integer(3), body: row.bytes(4))
        )
    }

    func last() throws -> Int64 {
        try self.db.first("SELECT max(seq) FROM event") { $0.optionalInteger(0) ?? 0 } ?? 0
    }

    func position(of reader: String) throws -> Int64? {
        try self.db.first("SELECT seq FROM event_reader WHERE name = ?", [.text(reader)]) { $0.integer(0) }
    }

    /// - Throws: `conflict` when the reader stands elsewhere.
    func move(_ reader: String, from expected: Int64?, to position: Int64, at now: Timestamp) throws {
        guard try self.position(of: reader) == expected else { throw StoreFault.readerMoved(reader) }
        try self.db.run(
            """
            INSERT INTO event_reader (name, seq, at) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, at = excluded.at
            """,
            [.text(reader), .integer(position), .time(now)]
        )
    }

    /// How long a row waits for a reader that does not come; milliseconds.
    private static let patience: Int64 = 7 * 86_400_000

    /// Deletes the oldest rows, as far as they are older than a time and every reader has read them, or is a week behind.
    ///
    /// The newest row stays whatever its age, so that numbers never repeat.
    func prune(before bound: Timestamp, limit: Int) throws -> Int {
        try self.db.run(
            """
            DELETE FROM event WHERE seq IN (
                SELECT seq FROM (SELECT seq, at FROM event ORDER BY seq LIMIT ?)
                WHERE at < ? AND seq < (SELECT max(seq) FROM event)
                    AND (at < ? OR seq <= ifnull((SELECT min(seq) FROM event_reader), seq))
            )
            """,
            [.number(limit), .time(bound), .time(bound.advanced(byMilliseconds: -Self.patience))]
        )
    }
}
