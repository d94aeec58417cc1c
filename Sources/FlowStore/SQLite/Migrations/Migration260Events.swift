// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Events that start tasks: messages on topics, and hosts that join.
enum Migration260Events {
    static let sql = """
        ALTER TABLE hook ADD COLUMN topic TEXT;
        CREATE INDEX hook_by_topic ON hook (topic, id) WHERE topic IS NOT NULL;
        -- Hosts whose joining has started nothing yet; a row goes when it has.
        CREATE TABLE host_join (
            agent TEXT NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL
        ) WITHOUT ROWID;
        """
}
