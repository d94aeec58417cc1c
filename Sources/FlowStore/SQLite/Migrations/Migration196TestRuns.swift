// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Tests of tasks that are not saved, apart from the history that counts.
enum Migration196TestRuns {
    static let sql = """
        CREATE INDEX execution_of_test ON execution (id) WHERE kind = 7;
        """
}
