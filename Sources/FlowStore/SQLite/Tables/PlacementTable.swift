// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on slots that the server places.
struct PlacementTable {
    enum State: Int {
        case waiting = 0
        case held = 1
        case moved = 2
        case ended = 3
        /// Of a run over a list: it waits until another item has ended.
        case kept = 4
    }

    let db: Database
    init(_ db: Database) { self.db = db }

    private static let columns = """
        execution_id, run_id, job_id, job_uid, slot, total, item, fence, discriminator, placement, wanted, former
        """

    func insert(_ slots: [PlacementSlot]) throws {
        try self.db.runEach(
            """
            INSERT INTO placement_slot (\(Self.columns), state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            try slots.map { slot in
                [
                    .id(slot.execution), .id(slot.run), .integer(slot.job), .id(slot.jobUID), .number(slot.index),
                    .number(slot.total), .text(slot.item), .number(slot.fence), .text(slot.discriminator),
                    .text(try JSONColumn.encode(slot.placement)),
                    .text(try slot.wanted.map { try JSONColumn.encode($0) }), .text(try JSONColumn.encode(slot.former)),
                    .number((slot.isKept ? State.kept : State.waiting).rawValue),
                ]
            }
        )
    }

    func find(_ id: ExecutionID) throws -> PlacementSlot? {
        try self.db.first("SELECT \(Self.columns) FROM placement_slot WHERE execution_id = ?", [.id(id)]) {
            try Self.decode($0)
        }
    }

    /// What is known of one slot, with the last choice.
    func note(of id: ExecutionID) throws -> PlacementNote? {
        try self.db.first(
            "SELECT \(Self.columns), record, placed_at, moved_to FROM placement_slot WHERE execution_id = ?",
            [.id(id)]
        ) { row in
            PlacementNote(
                slot: try Self.decode(row),
                record: try row.optionalText(12).map { try JSONColumn.decode($0) },
                placedAt: row.optionalTime(13),
                movedTo: try row.optionalID(14)
            )
        }
    }

    /// Slots that wait, or that a host has, by id, which is in order of time.
    func open(after: ExecutionID?, limit: Int) throws -> [OpenSlot] {
        // Slots of one job say the same, and there may be many.
        var leases: [String: Int] = [:]
        return try self.db.all(
            """
            SELECT s.execution_id, s.job_uid, s.agent, s.placed_at, s.placement, e.status
            FROM placement_slot AS s INDEXED BY placement_slot_open
            LEFT JOIN execution AS e ON e.id = s.execution_id
            WHERE s.state IN (0, 1) AND s.execution_id > ? ORDER BY s.execution_id LIMIT ?
            """,
            [.id(after ?? ExecutionID.lowerBound(at: .distantPast)), .number(limit)]
        ) { row in
            let text = row.text(4)
            let lease = try leases[text] ?? JSONColumn.decode(text, as: Placement.self).leaseSeconds
            leases[text] = lease
            return OpenSlot(
                execution: try row.id(0),
                jobUID: try row.id(1),
                agent: row.isNull(2) ? nil : try row.agent(2),
                placedAt: row.optionalTime(3),
                leaseSeconds: lease,
                isEnded: row.optionalNumber(5).map { ![1, 2].contains($0) } ?? true
            )
        }
    }

    /// Which runs of a job have not ended, oldest first, and whether a host has or had one of their slots.
    func openRuns(of job: JobID) throws -> [SlotAdmission.OpenRun] {
        try self.db.all(
            """
            SELECT s.run_id, CAST(max(CASE WHEN s.placed_at IS NULL AND s.fence = 1 THEN 0 ELSE 1 END) AS BIGINT)
            FROM placement_slot AS s INDEXED BY placement_slot_by_run
            WHERE s.run_id IN (SELECT o.run_id FROM placement_slot AS o INDEXED BY placement_slot_open
                JOIN execution AS e ON e.id = o.execution_id
                WHERE o.state IN (0, 1) AND o.job_id = ? AND e.status IN (1, 2))
            GROUP BY s.run_id ORDER BY s.run_id
            """,
            [.integer(job)]
        ) { SlotAdmission.OpenRun(id: try $0.id(0), hasBegun: $0.flag(1)) }
    }

    /// How many open slots of a run each host has.
    func held(of run: RunID) throws -> [AgentID: Int] {
        let counts = try self.db.all(
            """
            SELECT agent, count(*) FROM placement_slot INDEXED BY placement_slot_by_run
            WHERE run_id = ? AND state = 1 GROUP BY agent
            """,
            [.id(run)]
        ) { (try $0.agent(0), $0.number(1)) }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    /// Every host that ever had a slot of a run, with how many; slots that were moved do not count.
    func hosts(of run: RunID) throws -> [AgentID: Int] {
        let counts = try self.db.all(
            """
            SELECT agent, count(*) FROM placement_slot INDEXED BY placement_slot_by_run
            WHERE run_id = ? AND state IN (1, 3) AND agent IS NOT NULL GROUP BY agent
            """,
            [.id(run)]
        ) { (try $0.agent(0), $0.number(1)) }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    /// How many slots each host was given after a time and still holds.
    func given(since: Timestamp) throws -> [AgentID: Int] {
        let counts = try self.db.all(
            """
            SELECT agent, count(*) FROM placement_slot INDEXED BY placement_slot_given
            WHERE state = 1 AND placed_at > ? GROUP BY agent
            """,
            [.time(since)]
        ) { (try $0.agent(0), $0.number(1)) }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    func lastChosen(of job: JobID) throws -> AgentID? {
        try self.db.first(
            """
            SELECT agent FROM placement_slot INDEXED BY placement_slot_by_job
            WHERE job_id = ? AND placed_at IS NOT NULL ORDER BY placed_at DESC, execution_id DESC LIMIT 1
            """,
            [.integer(job)]
        ) { try $0.agent(0) }
    }

    /// - Returns: false when somebody else has placed it, or nobody knows of it.
    func hold(_ id: ExecutionID, on agent: AgentID, because record: PlacementRecord, at now: Timestamp) throws -> Bool {
        try self.db.run(
            "UPDATE placement_slot SET state = 1, agent = ?, placed_at = ?, record = ? WHERE execution_id = ? AND state = 0",
            [.agent(agent), .time(now), .text(try JSONColumn.encode(record)), .id(id)]
        ) == 1
    }

    /// Why it waits; written when it is something else than before.
    ///
    /// - Returns: whether it was.
    @discardableResult
    func explain(_ id: ExecutionID, _ record: PlacementRecord) throws -> Bool {
        let text = try JSONColumn.encode(record)
        return try self.db.run(
            """
            UPDATE placement_slot SET record = ?
            WHERE execution_id = ? AND state = 0 AND (record IS NULL OR record <> ?)
            """,
            [.text(text), .id(id), .text(text)]
        ) == 1
    }

    func move(_ id: ExecutionID, to next: ExecutionID) throws -> Bool {
        try self.db.run(
            "UPDATE placement_slot SET state = 2, moved_to = ? WHERE execution_id = ? AND state IN (0, 1)",
            [.id(next), .id(id)]
        ) == 1
    }

    func end(_ ids: [ExecutionID]) throws {
        try self.db.runEach(
            "UPDATE placement_slot SET state = 3 WHERE execution_id = ? AND state IN (0, 1)",
            ids.map { [.id($0)] }
        )
    }

    /// What was taken from a host since an instant: should it still run there, it is to stop.
    func moved(from agent: AgentID, since: Timestamp) throws -> [ExecutionID] {
        try self.db.all(
            """
            SELECT execution_id FROM placement_slot INDEXED BY placement_slot_moved
            WHERE agent = ? AND state = 2 AND execution_id >= ? ORDER BY execution_id
            """,
            [.agent(agent), .id(ExecutionID.lowerBound(at: since))]
        ) { try $0.id(0) }
    }

    /// The executions of runs by their slots' numbers; runs that nobody placed have none.
    func numbers(in runs: Set<RunID>) throws -> [ExecutionID: Int] {
        var numbers: [ExecutionID: Int] = [:]
        for run in runs {
            let found = try self.db.all(
                "SELECT execution_id, slot FROM placement_slot INDEXED BY placement_slot_by_run WHERE run_id = ?",
                [.id(run)]
            ) { (try $0.id(0, as: ExecutionID.self), $0.number(1)) }
            for (id, number) in found { numbers[id] = number }
        }
        return numbers
    }

    /// What tells the executions of a run apart where several are on one host.
    func marks(in run: RunID) throws -> [ExecutionID: SlotMark] {
        let found = try self.db.all(
            """
            SELECT execution_id, slot, total, item FROM placement_slot INDEXED BY placement_slot_by_run
            WHERE run_id = ?
            """,
            [.id(run)]
        ) { row in
            (
                try row.id(0, as: ExecutionID.self),
                SlotMark(index: row.number(1), total: row.number(2), item: row.optionalText(3))
            )
        }
        return Dictionary(uniqueKeysWithValues: found)
    }

    private static func decode(_ row: some RecordRow) throws -> PlacementSlot {
        PlacementSlot(
            execution: try row.id(0),
            run: try row.id(1),
            job: row.integer(2),
            jobUID: try row.id(3),
            index: row.number(4),
            total: row.number(5),
            item: row.optionalText(6),
            fence: row.number(7),
            discriminator: row.text(8),
            placement: try JSONColumn.decode(row.text(9)),
            wanted: try row.optionalText(10).map { try JSONColumn.decode($0) },
            former: try JSONColumn.decode(row.text(11))
        )
    }
}
