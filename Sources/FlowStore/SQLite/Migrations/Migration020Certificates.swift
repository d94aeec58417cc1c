// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// When agents' certificates end, and the ones that are to follow them.
enum Migration020Certificates {
    static let sql = """
        -- NULL for agents that enrolled before; set when they connect.
        ALTER TABLE agent ADD COLUMN certificate_expires_at INTEGER;
        -- Issued, and not used yet: the present one is good until this one was.
        ALTER TABLE agent ADD COLUMN next_fingerprint TEXT;
        ALTER TABLE agent ADD COLUMN next_expires_at INTEGER;
        """
}
