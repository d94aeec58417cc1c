// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on workflows and their versions.
struct WorkflowTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    private static let columns =
        "id, uid, version, definition, is_enabled, next_fire, owner, created_by, created_at, updated_at, name, groups"

    /// One that only a newer server can read does not keep the others from being read.
    private static func decode(_ row: SQLiteRow) throws -> Workflow {
        let definition = try? Self.definition(row.text(3))
        return Workflow(
            id: row.integer(0),
            uid: try row.id(1),
            version: row.integer(2),
            definition: try definition
                ?? WorkflowDefinition(name: row.text(10), groups: try JSONColumn.decode(row.text(11)), nodes: []),
            isUnreadable: definition == nil,
            isEnabled: row.flag(4),
            nextFire: row.optionalTime(5),
            owner: row.optionalInteger(6),
            createdBy: row.text(7),
            createdAt: row.time(8),
            updatedAt: row.time(9)
        )
    }

    static func definition(_ text: String) throws -> WorkflowDefinition {
        guard let value = try? JSONParser.parse(Array(text.utf8)),
            case let (definition?, _) = WorkflowDefinition.read(value)
        else { throw StoreFault.unreadable("a workflow's definition") }
        return definition
    }

    static func groups(_ definition: WorkflowDefinition) throws -> String {
        try JSONColumn.encode(Set(definition.groups).sorted())
    }

    /// - Throws: `conflict` for one that can't be read.
    func find(_ id: WorkflowID) throws -> Workflow? {
        guard let workflow = try self.glance(id) else { return nil }
        guard !workflow.isUnreadable else { throw StoreFault.workflowUnreadable(workflow) }
        return workflow
    }

    /// Also one that can't be read: for what is asked of it besides its definition.
    func glance(_ id: WorkflowID) throws -> Workflow? {
        try self.db.first("SELECT \(Self.columns) FROM workflow WHERE id = ?", [.integer(id)]) { try Self.decode($0) }
    }

    func glance(named name: String) throws -> Workflow? {
        try self.db.first("SELECT \(Self.columns) FROM workflow WHERE name = ?", [.text(name)]) { try Self.decode($0) }
    }

    /// By name.
    func page(_ query: WorkflowQuery) throws -> Page<Workflow> {
        var conditions: [String] = []
        var values: [RecordValue] = []
        if let scope = try ScopeCondition.notifications(query.scope, table: "workflow") {
            conditions.append(scope.sql)
            values += scope.values
        }
        if let keyword = query.keyword, !keyword.isEmpty {
            conditions.append("name LIKE ? ESCAPE '\\'")
            values.append(.text(LikePattern.containing(keyword)))
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let total = try self.db.first("SELECT count(*) FROM workflow\(filter)", values) { $0.number(0) } ?? 0
        let items = try self.db.all(
            "SELECT \(Self.columns) FROM workflow\(filter) ORDER BY name, id LIMIT ? OFFSET ?",
            values + [.number(query.page.size), .number(query.page.offset)]
        ) { try Self.decode($0) }
        return Page(items: items, total: total)
    }

    /// What can't be read stays due, for a server that can.
    func due(at now: Timestamp, limit: Int) throws -> [Workflow] {
        var found: [Workflow] = []
        var offset = 0
        while found.count < limit {
            let page = try self.db.all(
                """
                SELECT \(Self.columns) FROM workflow WHERE next_fire IS NOT NULL AND next_fire <= ?
                ORDER BY next_fire, id LIMIT ? OFFSET ?
                """,
                [.time(now), .number(limit), .number(offset)]
            ) { try Self.decode($0) }
            found += page.filter { !$0.isUnreadable }
            guard page.count == limit else { break }
            offset += page.count
        }
        return Array(found.prefix(limit))
    }

    func insert(_ workflow: Workflow) throws -> WorkflowID {
        try self.db.run(
            """
            INSERT INTO workflow (uid, version, name, definition, groups, is_enabled, next_fire, owner, created_by, created_at,
                updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(workflow.uid), .integer(workflow.version), .text(workflow.definition.name),
                .text(JSONWriter.text(workflow.definition.json)), .text(try Self.groups(workflow.definition)),
                .flag(workflow.isEnabled), .time(workflow.nextFire), workflow.owner.map { .integer($0) } ?? .null,
                .text(workflow.createdBy), .time(workflow.createdAt), .time(workflow.updatedAt),
            ]
        )
        return try self.db.lastInsertedRowID
    }

    func update(_ workflow: Workflow) throws {
        try self.db.run(
            """
            UPDATE workflow SET version = ?, name = ?, definition = ?, groups = ?, is_enabled = ?, next_fire = ?, owner = ?,
                updated_at = ? WHERE id = ?
            """,
            [
                .integer(workflow.version), .text(workflow.definition.name),
                .text(JSONWriter.text(workflow.definition.json)), .text(try Self.groups(workflow.definition)),
                .flag(workflow.isEnabled), .time(workflow.nextFire), workflow.owner.map { .integer($0) } ?? .null,
                .time(workflow.updatedAt), .integer(workflow.id),
            ]
        )
    }

    /// Moves the schedule on by compare-and-set.
    func moveOn(_ id: WorkflowID, from due: Timestamp, to next: Timestamp?) throws -> Bool {
        try self.db.run(
            "UPDATE workflow SET next_fire = ? WHERE id = ? AND next_fire = ?",
            [.time(next), .integer(id), .time(due)]
        ) == 1
    }

    func delete(_ id: WorkflowID) throws { try self.db.run("DELETE FROM workflow WHERE id = ?", [.integer(id)]) }

    /// The name of a workflow that has a group.
    func first(inGroup id: GroupID) throws -> String? {
        try self.db.first(
            """
            SELECT name FROM workflow WHERE EXISTS (SELECT 1 FROM json_each(workflow.groups) AS g WHERE g.value = ?)
            ORDER BY id LIMIT 1
            """,
            [.integer(id)]
        ) { $0.text(0) }
    }

    // MARK: What runs keep to

    /// - Parameter name: who made it; nil = that is known already.
    func keep(_ workflow: Workflow, by name: String? = nil) throws {
        try self.db.run(
            """
            INSERT INTO workflow_version (workflow_id, version, definition, created_at, created_by) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                .integer(workflow.id), .integer(workflow.version), .text(JSONWriter.text(workflow.definition.json)),
                .time(workflow.updatedAt), .text(name),
            ]
        )
    }

    /// The newest first.
    func versions(of id: WorkflowID, _ page: PageRequest) throws -> Page<WorkflowVersion> {
        let total = try self.db.first(
            "SELECT count(*) FROM workflow_version WHERE workflow_id = ?",
            [.integer(id)]
        ) { $0.number(0) }
        let items = try self.db.all(
            """
            SELECT version, created_at, created_by FROM workflow_version WHERE workflow_id = ?
            ORDER BY version DESC LIMIT ? OFFSET ?
            """,
            [.integer(id), .number(page.size), .number(page.offset)]
        ) { WorkflowVersion(number: $0.integer(0), createdAt: $0.optionalTime(1), createdBy: $0.optionalText(2)) }
        return Page(items: items, total: total ?? 0)
    }

    func definition(_ id: WorkflowID, version: Int64) throws -> WorkflowDefinition? {
        try self.db.first(
            "SELECT definition FROM workflow_version WHERE workflow_id = ? AND version = ?",
            [.integer(id), .integer(version)]
        ) { try Self.definition($0.text(0)) }
    }

    /// Versions that no run keeps to any more, but the newest.
    ///
    /// - Parameter limit: how many of those people may look at.
    func forgetUnused(of id: WorkflowID, butNewest limit: Int) throws {
        try self.db.run(
            """
            DELETE FROM workflow_version WHERE workflow_id = ?1
                AND version NOT IN (SELECT version FROM flow_run WHERE workflow_id = ?1)
                AND version NOT IN (SELECT version FROM workflow_version WHERE workflow_id = ?1
                    ORDER BY version DESC LIMIT ?2)
            """,
            [.integer(id), .number(limit)]
        )
    }

    // MARK: Its own steps as jobs

    /// By step.
    func steps(of id: WorkflowID) throws -> [String: JobID] {
        let rows = try self.db.all(
            "SELECT workflow_key, id FROM job WHERE workflow_id = ? AND workflow_id IS NOT NULL",
            [.integer(id)]
        ) { ($0.text(0), $0.integer(1)) }
        return Dictionary(rows) { first, _ in first }
    }

    func claim(_ job: JobID, as key: String, of id: WorkflowID) throws {
        try self.db.run(
            "UPDATE job SET workflow_id = ?, workflow_key = ? WHERE id = ?",
            [.integer(id), .text(key), .integer(job)]
        )
    }
}
