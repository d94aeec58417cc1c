// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Who did what.
enum Migration015Audit {
    static let sql = """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor_kind TEXT NOT NULL,
            actor_id TEXT,
            actor_name TEXT NOT NULL,
            token_id INTEGER,
            address TEXT,
            via TEXT NOT NULL,
            request_id TEXT,
            action TEXT NOT NULL,
            object_kind TEXT,
            object_id TEXT,
            object_name TEXT,
            groups TEXT,
            outcome TEXT NOT NULL,
            reason TEXT,
            flags TEXT,
            diff TEXT,
            -- The seal: absent until the sealer has been here.
            chain TEXT,
            seq INTEGER,
            kid TEXT,
            hash BLOB
        );
        CREATE INDEX audit_by_time ON audit (at);
        CREATE INDEX audit_by_object ON audit (object_kind, object_id);
        CREATE INDEX audit_by_actor ON audit (actor_name);
        CREATE INDEX audit_unsealed ON audit (id) WHERE hash IS NULL;
        CREATE UNIQUE INDEX audit_by_seq ON audit (chain, seq) WHERE seq IS NOT NULL;

        -- Where each chain ends, and the last row that retention took of it.
        CREATE TABLE audit_chain (
            chain TEXT NOT NULL PRIMARY KEY,
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL,
            anchor_seq INTEGER,
            anchor_hash BLOB
        ) WITHOUT ROWID;
        """
}
