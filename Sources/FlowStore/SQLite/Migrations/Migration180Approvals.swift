// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Requests that wait for another person, and what came of them.
enum Migration180Approvals {
    static let sql = """
        CREATE TABLE approval (
            id BLOB NOT NULL PRIMARY KEY,
            action TEXT NOT NULL,
            object_kind TEXT NOT NULL,
            object_id TEXT NOT NULL,
            object_name TEXT NOT NULL,
            version INTEGER,
            -- JSON: of what it is about when it was asked for.
            groups TEXT NOT NULL,
            -- JSON: all that is to be done; and SHA-256 over it.
            payload TEXT NOT NULL,
            digest TEXT NOT NULL,
            requester INTEGER NOT NULL,
            requester_name TEXT NOT NULL,
            reason TEXT,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            state TEXT NOT NULL,
            decider INTEGER,
            decider_name TEXT,
            remark TEXT,
            decided_at INTEGER,
            outcome TEXT,
            ended_at INTEGER
        );
        CREATE INDEX approval_open ON approval (expires_at) WHERE state = 'pending';
        CREATE INDEX approval_by_time ON approval (created_at);
        CREATE INDEX approval_by_end ON approval (ended_at) WHERE ended_at IS NOT NULL;
        """
}
