// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on edges between jobs and on what the ends of parents came to.
struct DependencyTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    // MARK: The graph

    func children(of parent: JobID) throws -> [JobID] {
        try self.db.all("SELECT child_id FROM dep_edge WHERE parent_id = ? ORDER BY child_id", [.integer(parent)]) {
            $0.integer(0)
        }
    }

    func graph() throws -> [JobID: [JobID]] {
        var graph: [JobID: [JobID]] = [:]
        try self.db.step("SELECT child_id, parent_id FROM dep_edge", []) { row in
            graph[row.integer(0), default: []].append(row.integer(1))
            return true
        }
        return graph
    }

    /// Makes a job's edges those of its definition (D10, D11).
    ///
    /// - Throws: `invalid` for a parent that is not there, a cycle, too long a path or too many dependents.
    func bind(_ job: Job, over before: Job?, by change: Change) throws {
        let new = job.definition.dependencies
        let old = before?.definition.dependencies
        guard new != nil || old != nil else { return }
        let kept = Set((old?.edges ?? []).map(\.interest)).intersection((new?.edges ?? []).map(\.interest)).map(
            \.parent
        )
        let isSame = old?.join == new?.join
        for edge in old?.edges ?? [] where !isSame || !kept.contains(edge.parent) {
            try self.remove(job.id, edge.parent)
        }
        for edge in new?.edges ?? [] where !isSame || !kept.contains(edge.parent) {
            guard try JobTable(self.db).uid(of: edge.parent) != nil else { throw StoreFault.noParent(edge.parent) }
            let count = try self.children(of: edge.parent).count
            guard count < JobDependencies.dependentLimit else { throw StoreFault.tooManyDependents(edge.parent) }
            try self.db.run(
                "INSERT INTO dep_edge (child_id, parent_id, news) VALUES (?, ?, ?)",
                [.integer(job.id), .integer(edge.parent), .text(EdgeState.News.waiting.rawValue)]
            )
        }
        if let new {
            do {
                try DependencyGraph(try self.graph()).check(job.id)
            } catch let fault as DependencyGraph.Fault {
                // Numbers only: who saves may not be allowed to see what lies between.
                throw StoreFault.badGraph(fault) { "\($0)" }
            }
            // Whoever only switches a job off and on does not answer for what it does.
            if before?.definition != job.definition { try self.setOwner(of: job.id, to: change.actor) }
            if old?.deadline != new.deadline {
                let due = try? new.deadline?.next(after: change.at, job: job.uid)
                try self.save(DeadlineState(due: due), of: job.id)
            }
            if before?.isEnabled == true, !job.isEnabled {
                var core = try self.core(of: job, new)
                core.reset(as: .disabled)
                try self.save(core, started: nil)
            }
        } else {
            try self.db.run("DELETE FROM dep_child WHERE child_id = ?", [.integer(job.id)])
            try self.db.run("DELETE FROM dep_mark WHERE child_id = ?", [.integer(job.id)])
        }
    }

    private func remove(_ child: JobID, _ parent: JobID) throws {
        let key: [RecordValue] = [.integer(child), .integer(parent)]
        try self.db.run("DELETE FROM dep_edge WHERE child_id = ? AND parent_id = ?", key)
        try self.db.run("DELETE FROM dep_mark WHERE child_id = ? AND parent_id = ? AND state = 'waiting'", key)
    }

    // MARK: As whom a job starts

    private func setOwner(of child: JobID, to actor: Actor) throws {
        try self.keepOwner(actor.kind == .user ? actor.id.flatMap { UserID($0) } : nil, of: child)
    }

    func keepOwner(_ owner: UserID?, of child: JobID) throws {
        try self.db.run(
            "INSERT INTO dep_child (child_id, owner) VALUES (?, ?) ON CONFLICT (child_id) DO UPDATE SET owner = excluded.owner",
            [.integer(child), owner.map { .integer($0) } ?? .null]
        )
    }

    func owner(of child: JobID) throws -> UserID? {
        try self.db.first("SELECT owner FROM dep_child WHERE child_id = ?", [.integer(child)]) {
            $0.optionalInteger(0)
        } ?? nil
    }

    // MARK: Deadlines

    func deadline(of child: JobID) throws -> DeadlineState {
        try self.db.first(
            "SELECT due, resolved, started_at FROM dep_child WHERE child_id = ?",
            [.integer(child)]
        ) { DeadlineState(due: $0.optionalTime(0), resolved: $0.optionalTime(1), startedAt: $0.optionalTime(2)) }
            ?? DeadlineState()
    }

    private func save(_ state: DeadlineState, of child: JobID) throws {
        try self.db.run(
            "UPDATE dep_child SET due = ?, resolved = ?, started_at = ? WHERE child_id = ?",
            [.time(state.due), .time(state.resolved), .time(state.startedAt), .integer(child)]
        )
    }

    func due(at now: Timestamp, limit: Int) throws -> [(job: JobID, due: Timestamp)] {
        try self.db.all(
            "SELECT child_id, due FROM dep_child WHERE due IS NOT NULL AND due <= ? ORDER BY due LIMIT ?",
            [.time(now), .number(limit)]
        ) { ($0.integer(0), $0.time(1)) }
    }

    // MARK: How it stands

    func edges(of child: JobID) throws -> [EdgeState] {
        try self.db.all(
            """
            SELECT parent_id, news, at, newest_root, newest_t, newest_run, consumed_root, consumed_t, consumed_run
            FROM dep_edge WHERE child_id = ? ORDER BY parent_id
            """,
            [.integer(child)]
        ) { row in
            guard let news = EdgeState.News(rawValue: row.text(1)) else {
                throw StoreFault.unreadable("an edge's news")
            }
            return EdgeState(
                parent: row.integer(0),
                news: news,
                newest: try Self.order(row, from: 3),
                at: row.optionalTime(2),
                consumed: try Self.order(row, from: 6)
            )
        }
    }

    private static func order(_ row: SQLiteRow, from column: Int) throws -> RunOrder? {
        guard let root = row.optionalTime(column), let run: RunID = try row.optionalID(column + 2) else { return nil }
        return RunOrder(rootNominal: root, nominal: row.time(column + 1), run: run)
    }

    private static let markColumns = "child_id, parent_id, root_run, n, run_id, state, made_at, started_run"

    private static func mark(_ row: SQLiteRow) throws -> DependencyMark {
        guard let state = DependencyMark.State(rawValue: row.text(5)) else {
            throw StoreFault.unreadable("a mark's state")
        }
        return DependencyMark(
            child: row.integer(0),
            parent: row.integer(1),
            root: try row.id(2),
            number: row.number(3),
            run: try row.id(4),
            state: state,
            madeAt: row.time(6),
            started: try row.optionalID(7)
        )
    }

    /// The newest marks, newest first.
    func marks(of child: JobID, limit: Int) throws -> [DependencyMark] {
        try self.db.all(
            "SELECT \(Self.markColumns) FROM dep_mark WHERE child_id = ? ORDER BY made_at DESC, root_run DESC LIMIT ?",
            [.integer(child), .number(limit)]
        ) { try Self.mark($0) }
    }

    func mark(of child: JobID, root: RunID) throws -> DependencyMark? {
        try self.db.first(
            "SELECT \(Self.markColumns) FROM dep_mark WHERE child_id = ? AND root_run = ? AND n = 0",
            [.integer(child), .id(root)]
        ) { try Self.mark($0) }
    }

    func core(of job: Job, _ dependencies: JobDependencies) throws -> DependencyCore {
        DependencyCore(
            child: job.id,
            dependencies: dependencies,
            isEnabled: job.isEnabled,
            edges: try self.edges(of: job.id),
            waiting: try self.db.all(
                "SELECT \(Self.markColumns) FROM dep_mark WHERE child_id = ? AND state = 'waiting' ORDER BY made_at",
                [.integer(job.id)]
            ) { try Self.mark($0) },
            deadline: try self.deadline(of: job.id)
        )
    }

    /// Saves what was decided, and forgets the oldest marks that are history.
    func save(_ core: DependencyCore, started: RunID?) throws {
        try self.save(core.deadline, of: core.child)
        for edge in core.edges.values {
            try self.db.run(
                """
                UPDATE dep_edge SET news = ?, at = ?, newest_root = ?, newest_t = ?, newest_run = ?, consumed_root = ?,
                    consumed_t = ?, consumed_run = ?
                WHERE child_id = ? AND parent_id = ?
                """,
                [.text(edge.news.rawValue), .time(edge.at)] + Self.values(edge.newest) + Self.values(edge.consumed)
                    + [.integer(core.child), .integer(edge.parent)]
            )
        }
        for mark in core.written {
            try self.db.run(
                """
                INSERT INTO dep_mark (\(Self.markColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (child_id, root_run, n) DO UPDATE SET run_id = excluded.run_id, state = excluded.state,
                    made_at = excluded.made_at, started_run = excluded.started_run
                """,
                [
                    .integer(mark.child), .integer(mark.parent), .id(mark.root), .number(mark.number), .id(mark.run),
                    .text(mark.state.rawValue), .time(mark.madeAt), .id(mark.state == .consumed ? started : nil),
                ]
            )
        }
        guard !core.written.isEmpty else { return }
        try self.db.run(
            """
            DELETE FROM dep_mark WHERE child_id = ?1 AND state <> 'waiting' AND made_at < (
                SELECT made_at FROM dep_mark WHERE child_id = ?1 ORDER BY made_at DESC LIMIT 1 OFFSET ?2
            )
            """,
            [.integer(core.child), .number(JobDependencies.historyLimit)]
        )
    }

    private static func values(_ order: RunOrder?) -> [RecordValue] {
        [.time(order?.rootNominal), .time(order?.nominal), .id(order?.run)]
    }
}
