// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Runs in states that are not the rule, found by the executions that made them so: at a cost that follows the page and not the
/// history.
///
/// Each state becomes streams: scans of one index each that deliver ids of runs in the order of their time. They are merged and
/// cut to the page on ids alone; of runs only those of the page are read.
struct RunStreams {
    /// The states of executions without one of which a run is not in a state; the other states of runs are found another way.
    static let statuses: [RunState: [ExecutionStatus]] = [
        .pending: [.pending], .running: [.pending, .running], .failed: [.failure, .timeout], .cancelled: [.cancelled],
    ]

    private struct Stream {
        var sql = ""
        var values: [RecordValue] = []

        mutating func add(_ sql: String, _ values: [RecordValue] = []) {
            self.sql += " AND \(sql)"
            self.values += values
        }
    }

    private var streams: [Stream] = []
    private let query: RunQuery

    /// What the query says of runs themselves, said of their executions.
    private var common = Stream()

    /// - Returns: nil when another way is better: by the index of rare types, or by that of the tasks which a keyword found.
    init?(_ query: RunQuery, _ db: Database) throws {
        guard !query.states.isEmpty, query.states.allSatisfy({ Self.statuses[$0] != nil }), query.keyword ?? "" == "",
            query.types.isEmpty || query.types.contains(.schedule), query.type == nil || query.type == .schedule
        else { return nil }
        self.query = query
        let types = query.type.map { [$0] } ?? query.types
        let kinds = Set(types.compactMap(\.executionKind).map { ExecutionRecord.code($0) })
        if !kinds.isEmpty { self.common.add("f.kind IN (\(kinds.sorted().map(String.init).joined(separator: ", ")))") }
        if RunFilter.leavesOutTests(query), let tests = try TestRunCondition.withoutTests(executions: "f", db) {
            self.common.add(tests)
        }
        if let job = query.job { self.common.add("f.job_id = ?", [.integer(job)]) }
        let traits = try JobTraitCondition.ids(having: query.traits, db)
        if let traits {
            self.common.add("f.job_id IN (SELECT value FROM json_each(?))", [try JobTraitCondition.list(traits)])
        }
        if let visible = try ScopeCondition.executions(query.scope, alias: "f") {
            self.common.add(visible.sql, visible.values)
        }
        for state in RunState.allCases where query.states.contains(state) {
            for status in Self.statuses[state] ?? [] { self.streams.append(try self.stream(of: status, state)) }
        }
        // The product's own work has no executions, and is nobody's who sees some groups only.
        guard query.states.contains(.failed), query.scope == .all, query.job == nil, query.type == nil, traits == nil,
            query.types.isEmpty || query.types.contains(.maintenance)
        else { return }
        var own = Stream(sql: "SELECT run_id FROM own_work AS f WHERE f.failed > 0")
        self.addTimes(to: &own)
        self.streams.append(own)
    }

    private func stream(of status: ExecutionStatus, _ state: RunState) throws -> Stream {
        let ended = self.query.job == nil ? "execution_bad_by_run" : "execution_by_job_status"
        let index = status.isTerminal ? ended : "execution_by_status"
        var stream = Stream(
            sql: "SELECT DISTINCT f.run_id FROM execution AS f INDEXED BY \(index) WHERE f.status = \(status.rawValue)"
        )
        stream.add(Self.isServed(status, "f."))
        stream.sql += self.common.sql
        stream.values += self.common.values
        self.addTimes(to: &stream)
        // What else there must be, or must not be, among the executions of the run (``RunTally/state``).
        switch state {
        case .pending: try self.add("NOT EXISTS", "o.status <> 1", to: &stream)
        case .running: if status == .pending { try self.add("EXISTS", "o.status <> 1", to: &stream) }
        case .cancelled: try self.add("NOT EXISTS", "o.status IN (1, 2, 4, 5)", to: &stream)
        default: try self.add("NOT EXISTS", "o.status IN (1, 2)", to: &stream)
        }
        return stream
    }

    private func addTimes(to stream: inout Stream) {
        let (conditions, values) = RunFilter.times(self.query, of: "f.run_id")
        if !conditions.isEmpty { stream.add(conditions.joined(separator: " AND "), values) }
    }

    private func add(_ exists: String, _ condition: String, to stream: inout Stream) throws {
        let visible = try ScopeCondition.executions(self.query.scope, alias: "o")
        stream.add(
            """
            \(exists) (SELECT 1 FROM execution AS o INDEXED BY execution_by_run
                WHERE o.run_id = f.run_id AND \(condition)\(visible.map { " AND " + $0.sql } ?? ""))
            """,
            visible?.values ?? []
        )
    }

    /// Says again what the condition of the partial index says, so that SQLite sees that it serves.
    static func isServed(_ status: ExecutionStatus, _ alias: String = "") -> String {
        (status.isTerminal ? [1, 2, 3, 7] : [3]).map { "\(alias)status <> \($0)" }.joined(separator: " AND ")
    }

    /// The ids of the first so many of each stream, as a statement with values.
    func ids(first count: Int, isDescending: Bool) -> (sql: String, values: [RecordValue]) {
        let direction = isDescending ? "DESC" : "ASC"
        let parts = self.streams.map { "SELECT run_id FROM (\($0.sql) ORDER BY run_id \(direction) LIMIT ?)" }
        return (parts.joined(separator: " UNION ALL "), self.streams.flatMap { $0.values + [.number(count)] })
    }

    /// How many there are, up to a bound.
    func count(to bound: Int, _ db: Database) throws -> Int {
        let (sql, values) = self.ids(first: bound, isDescending: true)
        return try db.first("SELECT count(DISTINCT run_id) FROM (\(sql))", values) { $0.number(0) } ?? 0
    }
}
