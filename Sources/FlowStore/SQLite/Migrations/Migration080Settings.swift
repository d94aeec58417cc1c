// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Settings that people made while the server runs; `setting` is the server's own.
enum Migration080Settings {
    static let sql = """
        CREATE TABLE chosen_setting (
            key TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL
        ) WITHOUT ROWID;
        """
}
