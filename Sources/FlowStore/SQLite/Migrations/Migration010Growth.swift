// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What forgetting needs to find what is oldest.
enum Migration010Growth {
    static let sql = """
        CREATE INDEX join_token_by_expiry ON join_token (expires_at);
        """
}
