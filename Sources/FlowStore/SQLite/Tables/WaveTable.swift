// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on runs that go over their hosts in waves.
struct WaveTable {
    struct Stored {
        let run: RunID
        let job: JobID
        let rollout: WaveRollout
    }

    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(_ run: Run, _ rollout: WaveRollout, _ wave: [ExecutionID: Int]) throws {
        let isNew = try self.db.run(
            "INSERT INTO wave_run (run_id, job_id, job_uid, state, is_open) VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING",
            [.id(run.id), .integer(run.jobID), .id(run.jobUID), .text(try JSONColumn.encode(rollout))]
        )
        guard isNew == 1 else { return }
        try self.db.runEach(
            "INSERT INTO wave_member (execution_id, run_id, wave) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            wave.sorted { $0.key < $1.key }.map { [.id($0.key), .id(run.id), .number($0.value)] }
        )
    }

    func find(_ run: RunID) throws -> Stored? {
        try self.db.first("SELECT run_id, job_id, state FROM wave_run WHERE run_id = ?", [.id(run)]) { row in
            Stored(run: try row.id(0), job: row.integer(1), rollout: try JSONColumn.decode(row.text(2)))
        }
    }

    func update(_ run: RunID, _ rollout: WaveRollout) throws {
        try self.db.run(
            "UPDATE wave_run SET state = ?, is_open = ? WHERE run_id = ?",
            [.text(try JSONColumn.encode(rollout)), .flag(!rollout.isOver), .id(run)]
        )
    }

    /// By id, which is in order of time.
    func open() throws -> [OpenRollout] {
        try self.db.all(
            "SELECT run_id, job_uid, state FROM wave_run INDEXED BY wave_run_open WHERE is_open = 1 ORDER BY run_id"
        ) { OpenRollout(run: try $0.id(0), job: try $0.id(1), rollout: try JSONColumn.decode($0.text(2))) }
    }

    /// Which runs of a job have not ended, oldest first, and whether their first waves have begun.
    func openRuns(of job: JobID) throws -> [SlotAdmission.OpenRun] {
        try self.db.all(
            "SELECT run_id, state FROM wave_run INDEXED BY wave_run_open WHERE is_open = 1 AND job_id = ? ORDER BY run_id",
            [.integer(job)]
        ) { row in
            let rollout: WaveRollout = try JSONColumn.decode(row.text(1))
            return SlotAdmission.OpenRun(id: try row.id(0), hasBegun: rollout.opened > 0)
        }
    }

    func waves(of run: RunID) throws -> [ExecutionID: Int] {
        let found = try self.db.all(
            "SELECT execution_id, wave FROM wave_member INDEXED BY wave_member_by_run WHERE run_id = ?",
            [.id(run)]
        ) { (try $0.id(0, as: ExecutionID.self), $0.number(1)) }
        return Dictionary(uniqueKeysWithValues: found)
    }

    /// Goes with the runs.
    func deleteForgotten(from start: RecordValue, to end: RecordValue) throws {
        try self.db.run(
            """
            DELETE FROM wave_run WHERE run_id >= ? AND run_id < ?
                AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = wave_run.run_id)
            """,
            [start, end]
        )
    }
}
