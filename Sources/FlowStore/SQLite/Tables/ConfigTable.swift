// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on the configuration version and the server's settings.
struct ConfigTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func version() throws -> Int64 {
        try self.db.first("SELECT version FROM config_version WHERE id = 1") { $0.integer(0) } ?? 0
    }

    /// Versions whose changes are kept.
    ///
    /// A session that is further behind reads its configuration whole.
    static let logLength: Int64 = 10_000

    /// Once in each transaction that changes jobs, groups or memberships.
    ///
    /// - Parameters:
    ///   - job: the job that is new, changed or gone.
    ///   - agents: those whose groups changed.
    func raiseVersion(job: JobUID? = nil, agents: [AgentID] = []) throws {
        let version =
            try self.db.first("UPDATE config_version SET version = version + 1 WHERE id = 1 RETURNING version") {
                $0.integer(0)
            } ?? 0
        if let job {
            try self.db.run(
                "INSERT INTO config_change (version, job_uid) VALUES (?, ?)",
                [.integer(version), .id(job)]
            )
        }
        for agent in agents {
            try self.db.run(
                "INSERT INTO config_change (version, agent) VALUES (?, ?)",
                [.integer(version), .agent(agent)]
            )
        }
        let forgotten = version - Self.logLength
        guard forgotten > 0 else { return }
        try self.db.run("DELETE FROM config_change WHERE version <= ?", [.integer(forgotten)])
        try self.db.run("UPDATE config_version SET log_since = max(log_since, ?) WHERE id = 1", [.integer(forgotten)])
    }

    /// The version and what changed since an earlier one, each job and agent once.
    ///
    /// - Returns: nil when the log does not reach back so far, or has more than `limit` entries.
    func changes(
        since version: Int64,
        limit: Int
    ) throws -> (version: Int64, jobs: Set<JobUID>, agents: Set<AgentID>)? {
        let state = try self.db.first("SELECT version, log_since FROM config_version WHERE id = 1") {
            ($0.integer(0), $0.integer(1))
        }
        // A version above ours is from before a restore.
        guard let (current, logSince) = state, logSince <= version, version <= current else { return nil }
        let rows = try self.db.all(
            "SELECT job_uid, agent FROM config_change WHERE version > ? LIMIT ?",
            [.integer(version), .number(limit + 1)]
        ) { row -> (job: JobUID?, agent: AgentID?) in
            if row.optionalText(1) != nil { return (nil, try row.agent(1)) }
            return (try row.id(0), nil)
        }
        guard rows.count <= limit else { return nil }
        return (current, Set(rows.compactMap { $0.job }), Set(rows.compactMap { $0.agent }))
    }

    func groupRules() throws -> [GroupRule] {
        try self.setting(Self.groupRulesKey).map { try JSONColumn.decode($0) } ?? []
    }

    func setGroupRules(_ rules: [GroupRule]) throws {
        try self.setSetting(Self.groupRulesKey, to: try JSONColumn.encode(rules))
    }

    private static let groupRulesKey = "group.rules"

    func setting(_ key: String) throws -> String? {
        try self.db.first("SELECT value FROM setting WHERE key = ?", [.text(key)]) { $0.text(0) }
    }

    func removeSetting(_ key: String) throws {
        try self.db.run("DELETE FROM setting WHERE key = ?", [.text(key)])
    }

    func setSetting(_ key: String, to value: String) throws {
        try self.db.run(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [.text(key), .text(value)]
        )
    }
}
