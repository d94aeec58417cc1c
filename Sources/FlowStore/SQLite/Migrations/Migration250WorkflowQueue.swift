// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Runs of workflows that wait for others to end, and lists of which a part was done before.
enum Migration250WorkflowQueue {
    static let sql = """
        -- JSON: the list that a map goes over, as a digest, and what of it was done before.
        ALTER TABLE flow_node ADD COLUMN items TEXT;
        CREATE INDEX flow_run_queued ON flow_run (workflow_id, id) WHERE phase = 'queued';
        CREATE INDEX flow_run_by_start_deadline ON flow_run (deadline) WHERE phase = 'queued';
        """
}
