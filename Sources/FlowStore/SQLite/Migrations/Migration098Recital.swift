// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a restored database knows that it lacks of an agent's reports, and since when the agent is back.
enum Migration098Recital {
    static let sql = """
        ALTER TABLE agent ADD COLUMN lost_after INTEGER;
        ALTER TABLE agent ADD COLUMN session_at INTEGER NOT NULL DEFAULT 0;
        """
}
