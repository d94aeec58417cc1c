// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Runs with an execution that failed, ran out of time or was cancelled, in the order of their time: lists of them read no other.
enum Migration270BadRuns {
    static let sql = """
        CREATE INDEX execution_bad_by_run ON execution (status, run_id)
            WHERE status <> 1 AND status <> 2 AND status <> 3 AND status <> 7;
        """
}
