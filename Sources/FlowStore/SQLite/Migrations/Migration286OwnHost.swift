// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Tasks may not connect to their own host any more unless an installation says so: one that has tasks which connect by
/// themselves goes on as before, until somebody sets it otherwise.
enum Migration286OwnHost {
    static let sql = """
        INSERT INTO chosen_setting (key, value, updated_at, updated_by)
            SELECT 'network.loopback', 'allow', updated_at, 'upgrade' FROM job
            WHERE definition LIKE '%"payload":{"http":%' OR definition LIKE '%"payload":{"sql":%'
                OR definition LIKE '%"payload":{"builtin":%'
            ORDER BY updated_at DESC LIMIT 1
            ON CONFLICT (key) DO NOTHING;
        """
}
