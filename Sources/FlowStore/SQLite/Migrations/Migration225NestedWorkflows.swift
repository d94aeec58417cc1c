// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Runs of workflows that are steps of others, what runs hand on, and slots that are kept back.
enum Migration225NestedWorkflows {
    static let sql = """
        ALTER TABLE flow_run ADD COLUMN owner_run BLOB;
        ALTER TABLE flow_run ADD COLUMN owner_key TEXT;
        ALTER TABLE flow_run ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
        -- JSON, by name.
        ALTER TABLE flow_run ADD COLUMN results TEXT;
        ALTER TABLE flow_run ADD COLUMN results_fault TEXT;
        CREATE INDEX flow_run_by_owner ON flow_run (owner_run) WHERE owner_run IS NOT NULL;
        -- Steps that run at any end have a time as well.
        CREATE INDEX flow_run_by_last_deadline ON flow_run (deadline) WHERE phase = 'finalising';
        -- Of a run over a list, what has no place yet.
        CREATE INDEX placement_slot_kept ON placement_slot (run_id, slot) WHERE state = 4;
        """
}
