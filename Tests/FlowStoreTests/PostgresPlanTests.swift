// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

@testable import FlowStore

@Suite("PostgreSQL's way through a long history")
struct PostgresPlanTests {
    private static let rows = 40_000

    @Test("What is asked often reads no table from end to end")
    func hotQueries() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.makeDatabase()
        let address = server.address(database)
        let store = try await PostgresStore.open(address)
        let world = World(store: store)
        var agents: [AgentID] = []
        for number in 0..<10 { agents.append(try await world.agent("a\(number)")) }
        var jobs: [Job] = []
        for number in 0..<20 { jobs.append(try await world.job("job \(number)")) }
        try server.sql(Self.history, in: database)
        try server.sql("VACUUM ANALYZE", in: database)
        try server.sql("SELECT pg_stat_reset()", in: database)

        try await self.ask(world, jobs, agents)
        try await store.close()
        try await self.awaitEnd(of: database, server)
        let read = try server.sql(
            """
            SELECT relname || ' ' || seq_tup_read FROM pg_stat_user_tables
            WHERE relname IN ('execution', 'run', 'log_chunk', 'event', 'execution_rollup', 'placement_slot') AND seq_tup_read >= \(Self.rows)
            """,
            in: database
        )
        #expect(read == "", "rows read from tables without an index")

        try server.sql("SELECT pg_stat_reset()", in: database)
        let again = try await PostgresStore.open(address)
        for keyword in ["nobody's", "job 7"] {
            var query = RunQuery()
            query.keyword = keyword
            #expect(try await again.runs(query).items.isEmpty == (keyword == "nobody's"))
        }
        try await again.close()
        try await self.awaitEnd(of: database, server)
        let searched = try server.sql(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'run'",
            in: database
        )
        // A twentieth of them is of that job, and is looked at for the count and for the page.
        #expect(try #require(Int(searched)) < Self.rows / 5, "\(searched) runs were looked at by a search")
    }

    @Test("The first page of runs that failed reads what it shows, and counts by an index (S3-4.1)")
    func failedRuns() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.makeDatabase()
        let store = try await PostgresStore.open(server.address(database))
        for number in 0..<20 { _ = try await World(store: store).job("job \(number)") }
        try server.sql(Self.history, in: database)
        // Rows that were vacuumed are counted without a look at them.
        try server.sql("VACUUM ANALYZE", in: database)
        try server.sql("SELECT pg_stat_reset()", in: database)
        var query = RunQuery()
        query.states = [.failed]
        let page = try await store.runs(query)
        #expect(
            page.total == Self.rows / 47 && page.items.count == 20
                && page.items.allSatisfy { $0.tally.state == "failed" }
        )
        query.isDescending = false
        #expect(try await store.runs(query).items.first?.run.nominal == World.start + 47)
        try await store.close()
        try await self.awaitEnd(of: database, server)
        let read = try server.sql(
            """
            SELECT sum(seq_tup_read) FILTER (WHERE relname IN ('execution', 'run')),
                sum(idx_tup_fetch) FILTER (WHERE relname = 'run') FROM pg_stat_user_tables
            """,
            in: database
        )
        let numbers = read.split(separator: "|").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        #expect(numbers.count == 2 && numbers[0] == 0 && numbers[1] <= 100, "\(read)")
    }

    @Test("The first page of many jobs reads none that it does not show")
    func jobs() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.makeDatabase()
        let store = try await PostgresStore.open(server.address(database))
        let first = try await World(store: store).job("the first")
        try server.sql(
            """
            INSERT INTO job (uid, version, name, definition, search_text, created_by, created_at, updated_at)
                SELECT decode(md5('' || n), 'hex'), 1, 'job ' || n, definition, search_text, created_by, created_at, updated_at
                FROM job, generate_series(1, 20000) AS n;
            INSERT INTO schedule (job_id, is_enabled, next_fire, uid, version, name, groups)
                SELECT id, 1, NULL, uid, 1, name, '[]' FROM job WHERE id <> \(first.id)
            """,
            in: database
        )
        try server.sql("VACUUM ANALYZE", in: database)
        try server.sql("SELECT pg_stat_reset()", in: database)
        let page = try await store.jobs(JobQuery())
        #expect(page.total == 20_001 && page.items.count == 20 && page.items.first?.id == first.id)
        try await store.close()
        try await self.awaitEnd(of: database, server)
        let read = try server.sql(
            "SELECT seq_tup_read, heap_blks_read + heap_blks_hit FROM pg_stat_user_tables NATURAL JOIN pg_statio_user_tables "
                + "WHERE relname = 'job'",
            in: database
        )
        let numbers = read.split(separator: "|").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        #expect(numbers.count == 2 && numbers[0] == 0 && numbers[1] < 100, "\(read)")
    }

    @Test("A part of a name is found by an index, of jobs and of their history (S3-4.1)")
    func partOfName() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.makeDatabase()
        let store = try await PostgresStore.open(server.address(database))
        let first = try await World(store: store).job("the first")
        try server.sql(
            """
            INSERT INTO job (uid, version, name, definition, search_text, created_by, created_at, updated_at)
                SELECT decode(md5('' || n), 'hex'), 1, 'job ' || md5('' || n), definition, 'job ' || md5('' || n), created_by,
                    created_at, updated_at
                FROM job, generate_series(1, \(Self.rows)) AS n;
            INSERT INTO schedule (job_id, is_enabled, next_fire, uid, version, name, groups)
                SELECT id, 1, NULL, uid, 1, name, '[]' FROM job WHERE id <> \(first.id);
            INSERT INTO job_name (job_id, name) SELECT id, name FROM job WHERE id <> \(first.id)
            """,
            in: database
        )
        try server.sql("VACUUM ANALYZE", in: database)
        try server.sql("SELECT pg_stat_reset()", in: database)
        // What md5 makes of 777, in capitals, and from its middle.
        for part in ["F1C1592588411002AF340CBAEDD6FC33", "c1592588411002af"] {
            var query = JobQuery()
            query.keyword = part
            #expect(try await store.jobs(query).items.map(\.definition.name).count == 1)
            var runs = RunQuery()
            runs.keyword = part
            #expect(try await store.runs(runs).items.isEmpty)
        }
        try await store.close()
        try await self.awaitEnd(of: database, server)
        let read = try server.sql(
            "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables WHERE relname IN ('job', 'job_name')",
            in: database
        )
        #expect(try #require(Int(read)) < Self.rows / 20, "\(read) rows were looked at")
    }

    @Test("Where the extension may not be had, searches go without it")
    func withoutTrigrams() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.makeDatabase()
        // A name that stands in the way: the extension can't make its own type.
        try server.sql(
            "CREATE FUNCTION public.similarity(text, text) RETURNS real LANGUAGE sql AS 'SELECT 0::real'",
            in: database
        )
        let store = try await PostgresStore.open(server.address(database))
        let job = try await World(store: store).job("the first")
        var query = JobQuery()
        query.keyword = "FIRS"
        #expect(try await store.jobs(query).items.map(\.id) == [job.id])
        try await store.close()
    }

    /// A connection says what it read when it ends, which is after its other end was closed.
    private func awaitEnd(of database: String, _ server: PostgresServer) async throws {
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)'"
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end, try server.sql(others) != "0" { await Task.yield() }
    }

    private func ask(_ world: World, _ jobs: [Job], _ agents: [AgentID]) async throws {
        let store = world.store
        let (job, agent) = (jobs[3], agents[3])
        let middle = World.start + 20_000
        // Twice as often as a statement is planned anew for its values.
        for _ in 0..<12 {
            for query in [
                ExecutionQuery(job: job.id), ExecutionQuery(agent: agent), ExecutionQuery(statuses: [.failure]),
                ExecutionQuery(job: job.id, statuses: [.failure, .pending]),
                ExecutionQuery(agent: agent, statuses: [.failure]), ExecutionQuery(from: middle, until: middle + 60),
                ExecutionQuery(keyword: "job 7"), ExecutionQuery(agent: agent, before: .lowerBound(at: middle)),
            ] { #expect(try await !store.executions(query).items.isEmpty) }
            _ = try await store.runs(RunQuery(job: job.id))
            _ = try await store.openCounts()
            _ = try await store.statistics(job: job.id, since: World.start)
            _ = try await store.lastExecutions(of: jobs.map(\.id))
            _ = try await store.recentExecutions(of: jobs.map(\.id), count: 20)
            _ = try await store.pendingOrders(of: agent)
            _ = try await store.pendingCancels(of: agent)
            _ = try await store.runningExecutions(of: agent)
            _ = try await store.reaskPending(of: agent, before: World.start, limit: 100)
            _ = try await store.giveUpPending(before: World.start, limit: 100, at: World.start)
            _ = try await world.hello(agent)
        }
        // Their counts read up to 10,000 rows in whatever order is cheapest.
        #expect(try await store.executions(ExecutionQuery()).items.count == 20)
        _ = try await store.runs(RunQuery())
        let last = try #require(try await store.executions(ExecutionQuery(job: job.id)).items.first)
        _ = try await store.log(last.id, attempt: nil, from: 0, limit: 1000)
        _ = try await store.run(last.runID)
        _ = try await world.fire(job, online: [agent])
        try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
        _ = try await world.hello(agents[0])
        let others = jobs.filter { $0.id != job.id }
        for second in Int64(0)..<8 {
            let nominal = World.start + second
            let fires = others.map { World.plan($0, at: nominal, next: nominal + 1) }
            _ = try await store.fire(fires, online: Set(agents), recent: nil, at: nominal)
            let reports = others.enumerated().map { index, job in
                World.report(second * Int64(others.count) + Int64(index) + 1, job, on: agents[0], at: nominal, .success)
            }
            #expect(try await world.apply(reports, of: agents[0]).changed.count == others.count)
        }
        let database = try #require(world.store as? DatabaseStore)
        let given = try await database.read { db in try PlacementTable(db).given(since: World.start + 100_000) }
        #expect(given.isEmpty)
        for growth in Growth.allCases {
            _ = try await store.forget(growth, before: World.start + 60, limit: 100)
        }
    }

    /// A run with one execution each second, each fiftieth of which failed, with its output and its event.
    private static let history = """
        CREATE TEMPORARY TABLE fire AS
            SELECT n, \(World.start.milliseconds) + n * 1000 AS at, job.id AS job_id, job.uid, 'a' || n % 10 AS agent,
                lpad(to_hex(\(World.start.milliseconds) + n * 1000), 12, '0') AS time
            FROM generate_series(1, \(rows)::bigint) AS n JOIN job ON job.id = 1 + n % 20;
        INSERT INTO run (id, job_id, job_uid, job_name, job_version, type, nominal, source, created_at)
            SELECT decode(time || '80008000' || lpad(to_hex(n), 12, '0'), 'hex'), job_id, uid, 'job ' || job_id - 1, 1, 0, at,
                'schedule', at FROM fire;
        INSERT INTO execution (id, run_id, job_id, job_uid, job_name, job_version, agent, kind, nominal, status, attempt,
                agent_seq, decided_by, started_at, finished_at, cancel_requested, updated_at)
            SELECT decode(time || '80008000' || lpad(to_hex(n + 16777216), 12, '0'), 'hex'),
                decode(time || '80008000' || lpad(to_hex(n), 12, '0'), 'hex'), job_id, uid, 'job ' || job_id - 1, 1, agent, 0, at,
                CASE WHEN n % 47 = 0 THEN 4 ELSE 3 END, 1, 0, 1, at, at, 0, at FROM fire;
        INSERT INTO log_chunk (execution_id, attempt, byte_offset, stream, bytes)
            SELECT id, 1, 0, 'o', 'hello' FROM execution;
        INSERT INTO event (at, topic, format, body) SELECT at, 99, 1, '' FROM fire;
        INSERT INTO execution_rollup (job_id, hour, status, count, duration_ms, timed_count)
            SELECT 1 + n % 20, n / 20, 3, 1, 1, 1 FROM fire;
        INSERT INTO placement_slot (execution_id, run_id, job_id, job_uid, slot, total, fence, discriminator, placement, former,
                state, agent, placed_at)
            SELECT e.id, e.run_id, e.job_id, e.job_uid, 0, 1, 1, '', '{}', '[]', 1, e.agent, e.nominal FROM execution AS e
        """
}
