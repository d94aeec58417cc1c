// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Slots of runs that the server places.
enum Migration154Placement {
    static let sql = """
        CREATE TABLE placement_slot (
            execution_id BLOB NOT NULL PRIMARY KEY,
            run_id BLOB NOT NULL,
            job_id INTEGER NOT NULL,
            job_uid BLOB NOT NULL,
            slot INTEGER NOT NULL,
            total INTEGER NOT NULL,
            item TEXT,
            fence INTEGER NOT NULL,
            discriminator TEXT NOT NULL,
            -- JSON: as the job said, hosts that a trigger named, hosts that had it, and why it went where it went.
            placement TEXT NOT NULL,
            wanted TEXT,
            former TEXT NOT NULL,
            record TEXT,
            -- 0 waits, 1 has a host, 2 was taken from its host, 3 has ended.
            state INTEGER NOT NULL,
            agent TEXT,
            placed_at INTEGER,
            moved_to BLOB
        ) WITHOUT ROWID;
        CREATE INDEX placement_slot_open ON placement_slot (state) WHERE state IN (0, 1);
        CREATE INDEX placement_slot_by_run ON placement_slot (run_id);
        CREATE INDEX placement_slot_by_job ON placement_slot (job_id, placed_at) WHERE placed_at IS NOT NULL;
        CREATE INDEX placement_slot_moved ON placement_slot (agent) WHERE state = 2;
        """
}
