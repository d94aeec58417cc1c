// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Pages of the history, newest first, at a cost that follows the page and not the history.
///
/// A filter becomes one or more *streams*: scans of one index each that deliver ids in descending order. The streams are
/// merged and cut to the page on ids alone; rows are read for the page only. Where a filter names several values (statuses,
/// jobs a keyword found), each value has its own stream, because one scan over several values would not be in order.
struct ExecutionHistory {
    /// Streams per query; beyond, a scan from the newest row finds hits soon enough.
    private static let maximumStreams = 200

    private struct Stream {
        var index: String?
        var conditions: [String] = []
        var values: [RecordValue] = []

        mutating func add(_ condition: String, _ value: RecordValue) {
            self.conditions.append(condition)
            self.values.append(value)
        }

        var source: String {
            let index = self.index.map { " INDEXED BY \($0)" } ?? ""
            return "FROM execution\(index)"
                + (self.conditions.isEmpty ? "" : " WHERE " + self.conditions.joined(separator: " AND "))
        }
    }

    let db: Database
    init(_ db: Database) { self.db = db }

    func page(_ query: ExecutionQuery, countingTo bound: Int) throws -> Page<Execution> {
        let streams = try self.streams(query)
        guard !streams.isEmpty else { return Page(items: [], total: 0) }
        let total = try self.count(streams, to: bound + 1)
        let offset = query.before == nil ? query.page.offset : 0
        let reach = offset + query.page.size
        let limited = streams.map { stream -> Stream in
            var stream = stream
            if let before = query.before { stream.add("id < ?", .id(before)) }
            stream.values.append(.number(reach))
            return stream
        }
        let union = limited.map { "SELECT id FROM (SELECT id \($0.source) ORDER BY id DESC LIMIT ?)" }
            .joined(separator: " UNION ALL ")
        let items = try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution
            WHERE id IN (\(union) ORDER BY id DESC LIMIT ? OFFSET ?) ORDER BY id DESC
            """,
            limited.flatMap(\.values) + [.number(query.page.size), .number(offset)],
            isKept: streams.count == 1
        ) { try ExecutionRecord.decode($0) }
        return Page(items: items, total: min(total, bound), isTotalExact: total <= bound)
    }

    private func count(_ streams: [Stream], to bound: Int) throws -> Int {
        let union = streams.map { "SELECT 1 \($0.source)" }.joined(separator: " UNION ALL ")
        return try self.db.all(
            "SELECT count(*) FROM (\(union) LIMIT ?)",
            streams.flatMap(\.values) + [.number(bound)],
            isKept: streams.count == 1
        ) { $0.number(0) }.first ?? 0
    }

    /// - Returns: none when the filter can't match.
    private func streams(_ query: ExecutionQuery) throws -> [Stream] {
        let statuses = Set(query.statuses).sorted { $0.rawValue < $1.rawValue }
        let isAnyStatus = statuses.isEmpty || statuses.count == ExecutionStatus.allCases.count
        var base = Stream()
        if let from = query.from { base.add("id >= ?", .id(ExecutionID.lowerBound(at: from))) }
        if let until = query.until { base.add("id < ?", .id(ExecutionID.lowerBound(at: until))) }
        if let scope = try ScopeCondition.executions(query.scope) {
            base.conditions.append(scope.sql)
            base.values += scope.values
        }
        var jobs: [JobID] = []
        if let keyword = query.keyword, !keyword.isEmpty {
            let pattern = LikePattern.containing(keyword)
            base.add("job_name LIKE ? ESCAPE '\\'", .text(pattern))
            if query.job == nil, query.run == nil {
                jobs = try JobTable(self.db).ids(everNamedLike: pattern, limit: Self.maximumStreams + 1)
                if jobs.isEmpty { return [] }
            }
        } else if query.job == nil, query.run == nil, query.agent == nil,
            let bound = try ScopeCondition.everBound(query.scope)
        {
            // Somebody with few jobs must not look through everybody's history.
            jobs = try self.db.all(bound.sql, bound.values) { $0.integer(0) }
            if jobs.isEmpty { return [] }
        }
        if let found = try JobTraitCondition.ids(having: query.traits, self.db) {
            base.add("job_id IN (SELECT value FROM json_each(?))", try JobTraitCondition.list(found))
            // No jobs so far means any.
            jobs = jobs.isEmpty ? found : jobs.filter(Set(found).contains)
            if jobs.isEmpty { return [] }
        }
        if !query.types.isEmpty {
            let kinds = Set(query.types.compactMap(\.executionKind).map { ExecutionRecord.code($0) }).sorted()
            if kinds.isEmpty { return [] }
            base.conditions.append("kind IN (\(kinds.map(String.init).joined(separator: ", ")))")
        } else if query.run == nil, let condition = try TestRunCondition.withoutTests(executions: "execution", self.db)
        {
            base.conditions.append(condition)
        }
        if let fingerprint = query.fingerprint {
            base.add("id IN (SELECT execution_id FROM execution_failure WHERE fingerprint = ?)", .text(fingerprint))
            if let run = query.run { base.add("run_id = ?", .id(run)) }
            if let job = query.job { base.add("job_id = ?", .integer(job)) }
            if let agent = query.agent { base.add("agent = ?", .agent(agent)) }
            if !isAnyStatus { base.conditions.append(Self.isOneOf(statuses)) }
            if !jobs.isEmpty, query.job == nil {
                base.add("job_id IN (SELECT value FROM json_each(?))", try JobTraitCondition.list(jobs))
            }
            return [base]
        }
        if let run = query.run {
            base.index = "execution_by_run"
            base.add("run_id = ?", .id(run))
            if let job = query.job { base.add("job_id = ?", .integer(job)) }
            if let agent = query.agent { base.add("agent = ?", .agent(agent)) }
            if !isAnyStatus { base.conditions.append(Self.isOneOf(statuses)) }
            return [base]
        }
        // Successes have no index of their own: among them, the scan by job, by agent or by time is the way.
        if !isAnyStatus, !statuses.contains(.success) {
            return statuses.map { Self.stream(of: $0, base, query) }
        }
        if !isAnyStatus { base.conditions.append(Self.isOneOf(statuses)) }
        if let job = query.job {
            base.index = "execution_by_job"
            base.add("job_id = ?", .integer(job))
            if let agent = query.agent { base.add("agent = ?", .agent(agent)) }
        } else if let agent = query.agent {
            base.index = "execution_by_agent"
            base.add("agent = ?", .agent(agent))
        } else if !jobs.isEmpty, jobs.count <= Self.maximumStreams {
            return jobs.map { job in
                var stream = base
                stream.index = "execution_by_job"
                stream.add("job_id = ?", .integer(job))
                return stream
            }
        } else if let types = Self.rare(query.types) {
            // Among the many fires of schedules a look at each would take long; the runs of all else have an index.
            base.index = "execution_by_run"
            base.conditions.append("run_id IN (SELECT run.id FROM run WHERE type IN (\(types)) AND type <> 0)")
        }
        return [base]
    }

    /// - Returns: the codes, unless fires of schedules are wanted too.
    private static func rare(_ types: [RunType]) -> String? {
        guard !types.isEmpty, !types.contains(.schedule) else { return nil }
        return Set(types.map(RunRecord.code)).sorted().map(String.init).joined(separator: ", ")
    }

    /// One status that is not SUCCESS; its number is spelled out, so that SQLite sees that the partial index serves.
    private static func stream(of status: ExecutionStatus, _ base: Stream, _ query: ExecutionQuery) -> Stream {
        var stream = base
        stream.conditions.append("status = \(status.rawValue) AND status <> 3")
        if let agent = query.agent {
            stream.index = "execution_by_agent_status"
            stream.add("agent = ?", .agent(agent))
            if let job = query.job { stream.add("job_id = ?", .integer(job)) }
        } else if let job = query.job {
            // Open ones are few, so these may be looked through; ended ones have an index with the job.
            stream.index = status.isTerminal ? "execution_by_job_status" : "execution_by_status"
            if status.isTerminal { stream.conditions.append("status <> 1 AND status <> 2") }
            stream.add("job_id = ?", .integer(job))
        } else {
            stream.index = "execution_by_status"
        }
        return stream
    }

    private static func isOneOf(_ statuses: [ExecutionStatus]) -> String {
        "status IN (\(statuses.map { String($0.rawValue) }.joined(separator: ", ")))"
    }
}
