// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which authority hosts trust.
enum Migration167Authorities {
    static let sql = """
        CREATE TABLE agent_trust (
            agent TEXT NOT NULL PRIMARY KEY REFERENCES agent (id) ON DELETE CASCADE,
            -- The newest of those it trusts, by the first bytes of its fingerprint.
            authority TEXT NOT NULL,
            -- Whose its certificate is.
            issuer TEXT NOT NULL
        ) WITHOUT ROWID;
        """
}
