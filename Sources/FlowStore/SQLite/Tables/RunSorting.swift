// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The order that a list of runs is asked for in, as a statement.
///
/// Ids are in the order of creation. When a run ended, and how long it took, follows from its executions and stands in no index: so
/// that order is made of the newest runs that the filter finds, ``RunQuery/sortLimit`` at most.
struct RunSorting {
    private let key: String?
    private let direction: String
    /// What stands before the values of the filter.
    let values: [RecordValue]

    /// - Throws: what the scope's condition throws.
    init(_ query: RunQuery) throws {
        self.direction = query.isDescending ? "DESC" : "ASC"
        guard query.sort != .createdAt else {
            self.key = nil
            self.values = []
            return
        }
        let visible = try ScopeCondition.executions(query.scope, alias: "s")
        // As a summary says it: an execution that was tried several times began with its first attempt.
        let begin = """
            min(CASE WHEN s.attempt > 1 THEN coalesce(
                (SELECT min(a.started_at) FROM attempt AS a WHERE a.execution_id = s.id), s.started_at)
                ELSE s.started_at END)
            """
        let isDuration = query.sort == .duration
        let ended = "sum(CASE WHEN s.status IN (1, 2) THEN 1 ELSE 0 END) = 0"
        self.key = """
            CASE WHEN run.type = \(RunRecord.code(.maintenance)) THEN
                (SELECT w.finished_at\(isDuration ? " - w.started_at" : "") FROM own_work AS w WHERE w.run_id = run.id)
            ELSE (SELECT CASE WHEN \(ended) THEN max(s.finished_at)\(isDuration ? " - \(begin)" : "") END
                FROM execution AS s WHERE s.run_id = run.id\(visible.map { " AND " + $0.sql } ?? "")) END
            """
        self.values = visible?.values ?? []
    }

    /// How many runs it is made of at most; nil = all.
    var bound: Int? { self.key == nil ? nil : RunQuery.sortLimit }

    /// - Parameter filter: ` WHERE …`, or nothing. After its values come the size of the page and how many stand before it.
    func statement(filter: String) -> String {
        let columns = RunRecord.columns
        guard let key else {
            return "SELECT \(columns) FROM run\(filter) ORDER BY id \(self.direction) LIMIT ? OFFSET ?"
        }
        return """
            SELECT \(columns) FROM (SELECT \(columns), \(key) AS sort_key
                FROM (SELECT \(columns) FROM run\(filter) ORDER BY id DESC LIMIT \(RunQuery.sortLimit)) AS run) AS sorted
            ORDER BY sort_key \(self.direction) NULLS LAST, id DESC LIMIT ? OFFSET ?
            """
    }
}
