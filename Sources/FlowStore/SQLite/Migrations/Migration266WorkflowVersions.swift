// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a workflow said before, for people: when and by whom.
enum Migration266WorkflowVersions {
    static let sql = """
        ALTER TABLE workflow_version ADD COLUMN created_at INTEGER;
        ALTER TABLE workflow_version ADD COLUMN created_by TEXT;
        INSERT INTO workflow_version (workflow_id, version, definition, created_at)
            SELECT id, version, definition, updated_at FROM workflow WHERE version > 0
            ON CONFLICT (workflow_id, version) DO NOTHING;
        """
}
