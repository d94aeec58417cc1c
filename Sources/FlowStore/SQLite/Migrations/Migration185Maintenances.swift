// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Times in which hosts were kept free of new work; the newest of a host that is not over is the one that goes on.
enum Migration185Maintenances {
    static let sql = """
        CREATE TABLE host_maintenance (
            id INTEGER NOT NULL PRIMARY KEY,
            agent TEXT NOT NULL,
            revision INTEGER NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL,
            set_by TEXT NOT NULL,
            reason TEXT,
            ended_at INTEGER,
            ended_by TEXT
        );
        CREATE INDEX host_maintenance_by_agent ON host_maintenance (agent, id);
        CREATE INDEX host_maintenance_by_until ON host_maintenance (until);
        CREATE INDEX host_maintenance_by_revision ON host_maintenance (revision);
        """
}
