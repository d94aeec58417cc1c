// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which past fire a run makes up for.
enum Migration173DataTimes {
    static let sql = """
        ALTER TABLE run ADD COLUMN data_time INTEGER;
        CREATE INDEX run_by_data_time ON run (job_id, data_time) WHERE data_time IS NOT NULL;
        """
}
