// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Jobs that go off and on by themselves.
enum Migration092Holds {
    static let sql = """
        -- Why it rests though nobody switched it off, as JSON.
        ALTER TABLE job ADD COLUMN hold TEXT;
        -- When the server looks whether it goes on or off by itself.
        ALTER TABLE schedule ADD COLUMN review_at INTEGER;
        CREATE INDEX schedule_by_review ON schedule (review_at) WHERE review_at IS NOT NULL;
        UPDATE schedule SET review_at = (
            SELECT CAST(json_extract(definition, '$.schedule.at_ms') AS BIGINT) FROM job
            WHERE job.id = schedule.job_id AND json_extract(definition, '$.schedule.type') = 'once'
        ) WHERE is_enabled = 1;

        -- How many runs of a job failed one after the other; only for jobs that are paused by that.
        CREATE TABLE job_streak (
            job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
            threshold INTEGER NOT NULL,
            failures INTEGER NOT NULL DEFAULT 0,
            -- The count before the chain of retries that counted last, that chain, and its newest run.
            base INTEGER NOT NULL DEFAULT 0,
            root_run BLOB,
            newest_root INTEGER,
            newest_t INTEGER,
            newest_run BLOB
        );
        """
}
