// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on jobs, their versions, names, schedules and bindings.
struct JobTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    private static let source = "FROM job JOIN schedule ON schedule.job_id = job.id"

    func find(_ id: JobID) throws -> Job? {
        try self.db.first("SELECT \(JobRecord.columns) \(Self.source) WHERE job.id = ?", [.integer(id)]) {
            try JobRecord.decode($0)
        }
    }

    /// - Throws: `conflict` for one that only a newer server can read.
    func readable(_ id: JobID) throws -> Job? {
        guard let job = try self.find(id) else { return nil }
        guard !job.isUnreadable else { throw StoreFault.jobUnreadable(job) }
        return job
    }

    /// Rows of jobs that can be read: what others are due for stays so, for a server that can, and takes nobody's place.
    ///
    /// - Parameter page: the first so many, in their order.
    func due<Row>(limit: Int, of job: (Row) -> JobID, _ page: (Int) throws -> [Row]) throws -> [Row] {
        var size = limit
        while true {
            let rows = try page(size)
            let found = try rows.filter { try self.find(job($0))?.isUnreadable != true }
            if found.count >= limit || rows.count < size { return Array(found.prefix(limit)) }
            size *= 2
        }
    }

    /// Whether the text of a definition that can't be read has a name in it: then it may well be what it says it is.
    func mentions(_ name: String, in id: JobID) throws -> Bool {
        let text = String(try JSONColumn.encode(name).dropFirst().dropLast())
        return try self.db.first(
            "SELECT 1 FROM job WHERE id = ? AND definition LIKE ? ESCAPE '\\'",
            [.integer(id), .text(LikePattern.containing(text))]
        ) { _ in true } ?? false
    }

    func among(_ ids: [JobID]) throws -> [Job] {
        let sql = "SELECT \(JobRecord.columns) \(Self.source) WHERE job.id = ?"
        let found = try self.db.firstEach(sql, Set(ids).sorted().map { [.integer($0)] }) { try JobRecord.decode($0) }
        return found.compactMap { $0 }
    }

    /// Found by the text of the definition: what has the member and no rule in it is only looked at for nothing.
    func withRules(among ids: [JobID]) throws -> [Job] {
        let sql = """
            SELECT \(JobRecord.columns) \(Self.source) WHERE job.id = ? AND job.definition LIKE '%"notify":%'
            """
        let found = try self.db.firstEach(sql, Set(ids).sorted().map { [.integer($0)] }) { try JobRecord.decode($0) }
        return found.compactMap { $0 }.filter { $0.definition.notify?.isEmpty == false }
    }

    /// The numbers of jobs, also of deleted ones, without those of which no version was ever stored here.
    func numbers(of uids: [JobUID]) throws -> [JobUID: JobID] {
        let found = try self.db.firstEach(
            "SELECT job_id FROM job_version WHERE uid = ? LIMIT 1",
            uids.map { [.id($0)] }
        ) { $0.integer(0) }
        return Dictionary(keys: uids, values: found)
    }

    /// Jobs that have these numbers now.
    func uids(of ids: [JobID]) throws -> [JobID: JobUID] {
        let found = try self.db.firstEach("SELECT uid FROM job WHERE id = ?", ids.map { [.integer($0)] }) {
            try $0.id(0, as: JobUID.self)
        }
        return Dictionary(keys: ids, values: found)
    }

    func uid(of id: JobID) throws -> JobUID? {
        try self.db.first("SELECT uid FROM job WHERE id = ?", [.integer(id)]) { try $0.id(0) }
    }

    func find(uid: JobUID) throws -> Job? {
        try self.db.first("SELECT \(JobRecord.columns) \(Self.source) WHERE job.uid = ?", [.id(uid)]) {
            try JobRecord.decode($0)
        }
    }

    /// The version of a job and the groups it runs on, without what it says.
    func binding(of uid: JobUID) throws -> (version: Int64, groups: [GroupID])? {
        try self.db.first("SELECT job.version, schedule.groups \(Self.source) WHERE job.uid = ?", [.id(uid)]) {
            ($0.integer(0), try JSONColumn.decode($0.text(1)))
        }
    }

    func id(named name: String) throws -> JobID? {
        try self.db.first("SELECT id FROM job WHERE name = ?", [.text(name)]) { $0.integer(0) }
    }

    func find(named name: String) throws -> Job? {
        try self.db.first("SELECT \(JobRecord.columns) \(Self.source) WHERE job.name = ?", [.text(name)]) {
            try JobRecord.decode($0)
        }
    }

    func all() throws -> [Job] {
        try self.db.all("SELECT \(JobRecord.columns) \(Self.source) ORDER BY job.id") { try JobRecord.decode($0) }
    }

    func page(_ query: JobQuery) throws -> Page<Job> {
        // Steps of workflows are seen with their workflow.
        var conditions: [String] = ["job.workflow_id IS NULL"]
        var values: [RecordValue] = []
        if let isEnabled = query.isEnabled {
            conditions.append("schedule.is_enabled = ?")
            values.append(.flag(isEnabled))
        }
        if let group = query.group {
            conditions.append("job.id IN (SELECT job_id FROM job_group WHERE group_id = ?)")
            values.append(.integer(group))
        }
        if let scope = try ScopeCondition.jobs(query.scope) {
            conditions.append(scope.sql)
            values += scope.values
        }
        if let keyword = query.keyword, !keyword.isEmpty {
            conditions.append("job.search_text LIKE ? ESCAPE '\\'")
            values.append(.text(LikePattern.containing(keyword)))
        }
        if let traits = try JobTraitCondition.ids(having: query.traits, self.db) {
            conditions.append("job.id IN (SELECT value FROM json_each(?))")
            values.append(try JobTraitCondition.list(traits))
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        // Each job has its schedule: without a question of that the index of jobs is all that is read.
        let counted = query.isEnabled == nil ? "FROM job" : Self.source
        let total = try self.db.first("SELECT count(*) \(counted)\(filter)", values) { $0.number(0) } ?? 0
        let direction = query.isDescending ? "DESC" : "ASC"
        let order: String
        switch query.sort {
        case .id: order = "job.id \(direction)"
        case .name: order = "job.name \(direction)"
        // Jobs that will not fire come last either way; the id makes pages stable.
        case .nextFire: order = "schedule.next_fire IS NULL, schedule.next_fire \(direction), job.id \(direction)"
        case .updatedAt: order = "job.updated_at \(direction), job.id \(direction)"
        }
        // Sorts narrow rows first and reads the wide ones of the page only.
        let items = try self.db.all(
            """
            SELECT \(JobRecord.columns) \(Self.source)
            WHERE job.id IN (SELECT job.id \(Self.source)\(filter) ORDER BY \(order) LIMIT ? OFFSET ?) ORDER BY \(order)
            """,
            values + [.number(query.page.size), .number(query.page.offset)]
        ) { try JobRecord.decode($0) }
        return Page(items: items, total: total)
    }

    func insert(_ new: NewJob, by user: String, at now: Timestamp) throws -> Job {
        let definition = new.definition
        try self.db.run(
            """
            INSERT INTO job (uid, version, name, definition, search_text, created_by, created_at, updated_at)
            VALUES (?, 1, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(new.uid), .text(definition.name), .text(new.text), .text(new.searchText), .text(user), .time(now),
                .time(now),
            ]
        )
        let job = Job(
            id: try self.db.lastInsertedRowID,
            uid: new.uid,
            version: 1,
            definition: definition,
            isEnabled: new.isEnabled,
            nextFire: new.nextFire,
            createdBy: user,
            createdAt: now,
            updatedAt: now
        )
        try self.db.run(
            """
            INSERT INTO schedule (job_id, is_enabled, next_fire, uid, version, name, groups, review_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(job.id), .flag(job.isEnabled), .time(job.nextFire), .id(job.uid), .integer(job.version),
                .text(definition.name), .text(try Self.groups(of: definition)), .time(job.reviewAt),
            ]
        )
        try self.recordVersion(of: job, new.text, by: user)
        return job
    }

    /// - Parameter user: whose version it is.
    ///
    /// - Throws: `conflict` for one that can't be read: what would be written is not what it said.
    func update(_ job: Job, by user: String) throws {
        guard !job.isUnreadable else { throw StoreFault.jobUnreadable(job) }
        let text = try JSONColumn.encode(job.definition)
        try self.db.run(
            """
            UPDATE job SET version = ?, name = ?, definition = ?, search_text = ?, updated_at = ?, hold = ? WHERE id = ?
            """,
            [
                .integer(job.version), .text(job.definition.name), .text(text),
                .text(JobRecord.searchText(job.definition)), .time(job.updatedAt),
                .text(try job.hold.map { try JSONColumn.encode($0) }), .integer(job.id),
            ]
        )
        try self.db.run(
            """
            UPDATE schedule SET is_enabled = ?, next_fire = ?, version = ?, name = ?, groups = ?, review_at = ?
            WHERE job_id = ?
            """,
            [
                .flag(job.isEnabled), .time(job.nextFire), .integer(job.version), .text(job.definition.name),
                .text(try Self.groups(of: job.definition)), .time(job.reviewAt), .integer(job.id),
            ]
        )
        try self.recordVersion(of: job, text, by: user)
    }

    func groups(of id: JobID) throws -> [GroupID] {
        try self.db.all("SELECT group_id FROM job_group WHERE job_id = ? ORDER BY group_id", [.integer(id)]) {
            $0.integer(0)
        }
    }

    func delete(_ id: JobID, at now: Timestamp) throws {
        try SpanTable(self.db).end(job: id, at: now)
        try self.db.run("DELETE FROM job WHERE id = ?", [.integer(id)])
    }

    /// Keeps what the version says, its name and its bindings.
    ///
    /// - Parameter definition: the job's, as the database keeps it.
    private func recordVersion(of job: Job, _ definition: String, by user: String) throws {
        try JobVersionTable(self.db).record(job, definition, by: user)
        try self.db.run(
            "INSERT INTO job_name (job_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [.integer(job.id), .text(job.definition.name)]
        )
        try self.bind(job)
    }

    /// Writes only what differs, because each binding has a time of its own.
    private func bind(_ job: Job) throws {
        let old = Set(try self.groups(of: job.id))
        let new = Set(job.definition.groups)
        let spans = SpanTable(self.db)
        for group in old.subtracting(new) {
            try self.db.run(
                "DELETE FROM job_group WHERE job_id = ? AND group_id = ?",
                [.integer(job.id), .integer(group)]
            )
            try spans.end(job: job.id, group: group, at: job.updatedAt)
        }
        for group in new.subtracting(old) {
            try self.db.run(
                "INSERT INTO job_group (job_id, group_id) VALUES (?, ?)",
                [.integer(job.id), .integer(group)]
            )
            try spans.begin(job: job.id, group: group, at: job.updatedAt)
        }
    }

    /// The groups of a job as its schedule keeps them.
    private static func groups(of definition: JobDefinition) throws -> String {
        try JSONColumn.encode(Set(definition.groups).sorted())
    }

    /// Jobs that had a name with this in it, at most `limit`.
    func ids(everNamedLike pattern: String, limit: Int) throws -> [JobID] {
        try self.db.all(
            "SELECT DISTINCT job_id FROM job_name WHERE name LIKE ? ESCAPE '\\' LIMIT ?",
            [.text(pattern), .number(limit)]
        ) { $0.integer(0) }
    }
}
