// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on secrets.
struct SecretTable {
    private static let columns = "name, version, owners, created_at, updated_at, updated_by"

    let db: Database
    init(_ db: Database) { self.db = db }

    func all() throws -> [Secret] {
        try self.db.all("SELECT \(Self.columns) FROM secret ORDER BY name") { try Self.decode($0) }
    }

    func find(_ name: String) throws -> Secret? {
        try self.db.first("SELECT \(Self.columns) FROM secret WHERE name = ?", [.text(name)]) { try Self.decode($0) }
    }

    func sealed(_ name: String) throws -> String? {
        try self.db.first("SELECT sealed FROM secret WHERE name = ?", [.text(name)]) { $0.text(0) }
    }

    func insert(_ secret: Secret, sealed: String) throws {
        try self.db.run(
            """
            INSERT INTO secret (name, version, sealed, owners, created_at, updated_at, updated_by)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(secret.name), .integer(secret.version), .text(sealed), try Self.owners(secret.owners),
                .time(secret.createdAt), .time(secret.updatedAt), .text(secret.updatedBy),
            ]
        )
    }

    /// - Parameter sealed: nil = the value stays.
    func update(_ secret: Secret, sealed: String?) throws {
        try self.db.run(
            """
            UPDATE secret SET version = ?, sealed = coalesce(?, sealed), owners = ?, updated_at = ?, updated_by = ?
            WHERE name = ?
            """,
            [
                .integer(secret.version), .text(sealed), try Self.owners(secret.owners), .time(secret.updatedAt),
                .text(secret.updatedBy), .text(secret.name),
            ]
        )
    }

    func delete(_ name: String) throws { try self.db.run("DELETE FROM secret WHERE name = ?", [.text(name)]) }

    /// Jobs whose present version names it; the text is looked through first, because few do.
    func jobs(naming name: String) throws -> [Job] {
        let jobs = JobTable(self.db)
        return try jobs.all().filter { job in
            try job.isUnreadable ? jobs.mentions(name, in: job.id) : job.definition.secretNames.contains(name)
        }
    }

    /// Whether a host is in a group of a job.
    func isTarget(_ agent: AgentID, of job: JobID) throws -> Bool {
        try self.db.first(
            """
            SELECT 1 FROM job_group JOIN group_member ON group_member.group_id = job_group.group_id
            WHERE job_group.job_id = ? AND group_member.agent = ? LIMIT 1
            """,
            [.integer(job), .text(agent.rawValue)]
        ) { _ in true } ?? false
    }

    private static func owners(_ scope: Scope) throws -> RecordValue {
        switch scope {
        case .all: .null
        case .groups(let groups): .text(try JSONColumn.encode(groups.sorted()))
        }
    }

    private static func decode(_ row: some RecordRow) throws -> Secret {
        let groups: [GroupID]? = try row.optionalText(2).map { try JSONColumn.decode($0) }
        return Secret(
            name: row.text(0),
            version: row.integer(1),
            owners: groups.map { .groups(Set($0)) } ?? .all,
            createdAt: row.time(3),
            updatedAt: row.time(4),
            updatedBy: row.text(5)
        )
    }
}
