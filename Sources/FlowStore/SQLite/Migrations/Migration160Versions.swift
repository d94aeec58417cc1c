// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// All that a version of a job said, and whose it is: what agents need of it is not enough to restore it.
enum Migration160Versions {
    static let sql = """
        ALTER TABLE job_version ADD COLUMN definition TEXT;
        ALTER TABLE job_version ADD COLUMN created_by TEXT;
        UPDATE job_version SET definition = (
            SELECT job.definition FROM job WHERE job.uid = job_version.uid AND job.version = job_version.version
        );
        """
}
