// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a fire needs of a job in the row it moves, and revisions of executions.
enum Migration006Fires {
    static let sql = """
        -- Copies of the job: a fire is decided and written from this row alone, without the definition.
        ALTER TABLE schedule ADD COLUMN uid BLOB NOT NULL DEFAULT x'';
        ALTER TABLE schedule ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE schedule ADD COLUMN name TEXT NOT NULL DEFAULT '';
        -- Ids of the groups it runs on, ascending, as JSON.
        ALTER TABLE schedule ADD COLUMN groups TEXT NOT NULL DEFAULT '[]';
        UPDATE schedule SET
            (uid, version, name) = (SELECT uid, version, name FROM job WHERE job.id = schedule.job_id),
            groups = (
                SELECT json_group_array(group_id) FROM
                    (SELECT group_id FROM job_group WHERE job_id = schedule.job_id ORDER BY group_id)
            );

        -- How often the row was written.
        ALTER TABLE execution ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
        """
}
