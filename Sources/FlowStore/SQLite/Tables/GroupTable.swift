// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on groups and memberships.
struct GroupTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func find(_ id: GroupID) throws -> Group? {
        try self.db.first("SELECT \(GroupRecord.columns) FROM agent_group WHERE id = ?", [.integer(id)]) {
            try GroupRecord.decode($0)
        }
    }

    func find(named name: String) throws -> Group? {
        try self.db.first("SELECT \(GroupRecord.columns) FROM agent_group WHERE name = ?", [.text(name)]) {
            try GroupRecord.decode($0)
        }
    }

    func has(_ id: GroupID) throws -> Bool {
        try self.db.first("SELECT 1 FROM agent_group WHERE id = ?", [.integer(id)]) { _ in true } ?? false
    }

    func require(_ id: GroupID) throws -> Group {
        guard let group = try self.find(id) else { throw StoreFault.noGroup(id) }
        return group
    }

    func all() throws -> [Group] {
        try self.db.all("SELECT \(GroupRecord.columns) FROM agent_group ORDER BY id") { try GroupRecord.decode($0) }
    }

    func names() throws -> [GroupID: String] {
        let rows = try self.db.all("SELECT id, name FROM agent_group") { ($0.integer(0), $0.text(1)) }
        return Dictionary(rows) { first, _ in first }
    }

    func insert(name: String, description: String, tags: [String], at now: Timestamp) throws -> Group {
        try self.db.run(
            "INSERT INTO agent_group (name, description, tags, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            [.text(name), .text(description), .text(try JSONColumn.encode(tags)), .time(now), .time(now)]
        )
        return Group(
            id: try self.db.lastInsertedRowID,
            name: name,
            description: description,
            tags: tags,
            createdAt: now,
            updatedAt: now
        )
    }

    func update(_ group: Group) throws {
        try self.db.run(
            "UPDATE agent_group SET name = ?, description = ?, tags = ?, updated_at = ? WHERE id = ?",
            [
                .text(group.name), .text(group.description), .text(try JSONColumn.encode(group.tags)),
                .time(group.updatedAt), .integer(group.id),
            ]
        )
    }

    func delete(_ id: GroupID) throws {
        try SpanTable(self.db).delete(group: id)
        try self.db.run("DELETE FROM agent_group WHERE id = ?", [.integer(id)])
    }

    /// Jobs bound to a group: how many, and the first few by name.
    func boundJobs(_ id: GroupID, limit: Int) throws -> (count: Int, first: [(id: JobID, name: String)]) {
        let count =
            try self.db.first("SELECT count(*) FROM job_group WHERE group_id = ?", [.integer(id)]) { $0.number(0) } ?? 0
        let first = try self.db.all(
            """
            SELECT job.id, job.name FROM job_group JOIN job ON job.id = job_group.job_id WHERE group_id = ?
            ORDER BY job.id LIMIT ?
            """,
            [.integer(id), .number(limit)]
        ) { (id: $0.integer(0), name: $0.text(1)) }
        return (count, first)
    }

    func jobCounts() throws -> [GroupID: Int] {
        let counts = try self.db.all("SELECT group_id, count(*) FROM job_group GROUP BY group_id") {
            ($0.integer(0), $0.number(1))
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    func members() throws -> [GroupID: [AgentID]] {
        let rows = try self.db.all("SELECT group_id, agent FROM group_member ORDER BY group_id, agent") {
            ($0.integer(0), try $0.agent(1))
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    func groups(of agent: AgentID) throws -> [Group] {
        try self.db.all(
            """
            SELECT \(GroupRecord.columns(of: "g")) FROM group_member AS m JOIN agent_group AS g ON g.id = m.group_id
            WHERE m.agent = ? ORDER BY g.id
            """,
            [.agent(agent)]
        ) { try GroupRecord.decode($0) }
    }

    /// - Returns: false when the agent is in the group already.
    @discardableResult
    func add(_ agent: AgentID, to group: GroupID, at now: Timestamp) throws -> Bool {
        let isNew =
            try self.db.run(
                "INSERT INTO group_member (group_id, agent) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [.integer(group), .agent(agent)]
            ) == 1
        if isNew { try SpanTable(self.db).begin(agent: agent, group: group, at: now) }
        return isNew
    }

    /// - Returns: false when the agent was not in the group.
    func remove(_ agent: AgentID, from group: GroupID, at now: Timestamp) throws -> Bool {
        try SpanTable(self.db).end(agent: agent, group: group, at: now)
        return try self.db.run(
            "DELETE FROM group_member WHERE group_id = ? AND agent = ?",
            [.integer(group), .agent(agent)]
        ) == 1
    }
}
