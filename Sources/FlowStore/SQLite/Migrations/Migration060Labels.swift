// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What hosts and people say of a host, as JSON objects.
enum Migration060Labels {
    static let sql = """
        ALTER TABLE agent ADD COLUMN host_labels TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE agent ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
        """
}
