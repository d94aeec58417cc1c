// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What S3's task centre filters runs by, as conditions of a statement.
enum RunFilter {
    /// All that a query says of runs themselves, without when they were made, their states, and tests.
    static func conditions(_ query: RunQuery, _ db: Database) throws -> ([String], [RecordValue]) {
        var conditions: [String] = []
        var values: [RecordValue] = []
        if !query.types.isEmpty {
            conditions.append("type IN (\(query.types.map { "\(RunRecord.code($0))" }.joined(separator: ", ")))")
            // Few among many fires: by their index.
            if query.types == [.maintenance] { conditions.append("type <> 0") }
        }
        if let jobs = try JobTraitCondition.ids(having: query.traits, db) {
            conditions.append("run.job_id IN (SELECT value FROM json_each(?))")
            values.append(try JobTraitCondition.list(jobs))
        }
        if let keyword = query.keyword, !keyword.isEmpty {
            let (sql, more) = try self.search(keyword, db)
            conditions.append(sql)
            values += more
        }
        if let job = query.job {
            conditions.append("job_id = ?")
            values.append(.integer(job))
        }
        if let type = query.type {
            // Spelled out, so that SQLite sees that the partial index serves.
            conditions.append("type = \(RunRecord.code(type))\(type == .schedule ? "" : " AND type <> 0")")
        }
        return (conditions, values)
    }

    /// Whether tests are left out: they are shown to whoever asks for them.
    static func leavesOutTests(_ query: RunQuery) -> Bool { query.types.isEmpty && query.type == nil }

    /// When it was made, of a column with ids of runs: they begin with the time.
    static func times(_ query: RunQuery, of column: String) -> ([String], [RecordValue]) {
        var conditions: [String] = []
        var values: [RecordValue] = []
        if let from = query.from {
            conditions.append("\(column) >= ?")
            values.append(.id(ExecutionID.lowerBound(at: from)))
        }
        if let until = query.until {
            conditions.append("\(column) < ?")
            values.append(.id(ExecutionID.lowerBound(at: until)))
        }
        return (conditions, values)
    }

    /// Jobs that a keyword finds one by one; beyond, a walk from the newest run finds hits soon enough.
    private static let maximumJobs = 200
    private static let maximumHosts = 1000

    /// Runs of jobs that were ever named so, or with an execution on a host whose name, host name or id begins so.
    ///
    /// What can find nothing is left out, so that nobody walks through all runs for it: most keywords are a name and no host, or neither.
    private static func search(_ keyword: String, _ db: Database) throws -> (String, [RecordValue]) {
        let pattern = LikePattern.containing(keyword)
        let jobs = try JobTable(db).ids(everNamedLike: pattern, limit: self.maximumJobs + 1)
        var choices: [String] = []
        var values: [RecordValue] = []
        if jobs.count > self.maximumJobs {
            choices.append("job_name LIKE ? ESCAPE '\\'")
            values.append(.text(pattern))
        } else if !jobs.isEmpty {
            // Spelled out: PostgreSQL knows then how few runs these have, and goes by their index.
            let numbers = jobs.sorted().map(String.init).joined(separator: ", ")
            choices.append("(run.job_id IN (\(numbers)) AND job_name LIKE ? ESCAPE '\\')")
            values.append(.text(pattern))
        }
        let hosts = try self.hosts(beginningLike: String(pattern.dropFirst()), db)
        // A host that was removed is still known by its executions; its id as it is written, or in small letters.
        let isOld = try Set([keyword, keyword.lowercased()]).contains { start in
            try db.first(
                "SELECT 1 FROM execution WHERE agent >= ? AND agent < ? LIMIT 1",
                [.text(start), .text(start + "\u{10FFFF}")]
            ) { _ in true } ?? false
        }
        if isOld || !hosts.isEmpty {
            choices.append(
                """
                EXISTS (SELECT 1 FROM execution AS u WHERE u.run_id = run.id AND (u.agent LIKE ? ESCAPE '\\'
                    OR u.agent IN (SELECT CAST(value AS TEXT) FROM json_each(?))))
                """
            )
            values += [.text(String(pattern.dropFirst())), .text(try JSONColumn.encode(hosts))]
        }
        return choices.isEmpty ? ("1 = 0", []) : ("(" + choices.joined(separator: " OR ") + ")", values)
    }

    /// Hosts that people know by a name or host name of that beginning, and that something ran on.
    private static func hosts(beginningLike pattern: String, _ db: Database) throws -> [String] {
        try db.all(
            """
            SELECT id FROM agent WHERE (name LIKE ? ESCAPE '\\' OR hostname LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\')
                AND EXISTS (SELECT 1 FROM execution AS e WHERE e.agent = agent.id) ORDER BY id LIMIT ?
            """,
            [.text(pattern), .text(pattern), .text(pattern), .number(self.maximumHosts)]
        ) { $0.text(0) }
    }

    /// The state of a run follows from those of its executions, as far as the scope shows them (``RunTally/state``).
    static func states(_ states: [RunState], in scope: Scope) throws -> (String, [RecordValue]) {
        let visible = try ScopeCondition.executions(scope, alias: "s")
        let words = states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let own = RunRecord.code(.maintenance)
        var sql = """
            CASE WHEN run.type = \(own) THEN
                (SELECT CASE WHEN failed > 0 THEN 'failed' ELSE 'succeeded' END FROM own_work WHERE run_id = run.id)
            ELSE (SELECT CASE WHEN count(*) = 0 THEN 'skipped'
                WHEN sum(CASE WHEN status = 1 THEN 1 ELSE 0 END) = count(*) THEN 'pending'
                WHEN sum(CASE WHEN status IN (1, 2) THEN 1 ELSE 0 END) > 0 THEN 'running'
                WHEN sum(CASE WHEN status IN (4, 5) THEN 1 ELSE 0 END) > 0 THEN 'failed'
                WHEN sum(CASE WHEN status = 6 THEN 1 ELSE 0 END) > 0 THEN 'cancelled'
                WHEN sum(CASE WHEN status = 7 THEN 1 ELSE 0 END) = count(*) THEN 'skipped'
                ELSE 'succeeded' END
                FROM execution AS s WHERE s.run_id = run.id\(visible.map { " AND " + $0.sql } ?? "")) END IN (\(words))
            """
        // What is not the rule is found by its executions, instead of looking at every run there is.
        if states.allSatisfy({ RunStreams.statuses[$0] != nil }) {
            let statuses = Set(states.flatMap { RunStreams.statuses[$0] ?? [] }).sorted { $0.rawValue < $1.rawValue }
            var found = statuses.map {
                "SELECT run_id FROM execution WHERE status = \($0.rawValue) AND \(RunStreams.isServed($0))"
            }
            if states.contains(.failed) { found.append("SELECT run_id FROM own_work WHERE failed > 0") }
            sql += " AND run.id IN (\(found.joined(separator: " UNION ALL ")))"
        }
        return (sql, visible?.values ?? [])
    }
}
