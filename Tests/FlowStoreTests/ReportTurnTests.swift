// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowStore

/// What is taken as a lock here is held to the end of a transaction; whoever waits for ``PostgresEngine/logLock`` has written all
/// but sums and events.
@Suite("Reports beside reports and fires of other servers on PostgreSQL")
struct ReportTurnTests {
    private static let start = World.start

    @Test("Reports go beside those of another server, and a fire commits meanwhile; events are numbered one by one")
    func reports() async throws {
        try await WritingServers.with { servers in
            let (a, b) = (World(store: servers.a), World(store: servers.b))
            let (one, two) = (try await a.connectedAgent("one"), try await a.connectedAgent("two"))
            let job = try await a.job()
            _ = try await a.fire(job, online: [one, two])
            let events = "SELECT count(*) FROM event WHERE seq > \(try await servers.a.lastEvent())"
            try await servers.hold(PostgresEngine.logLock)
            async let first = a.apply([World.report(1, job, on: one, .success)], of: one)
            try await servers.waiters()
            async let second = b.apply([World.report(1, job, on: two, .success)], of: two)
            try await servers.waiters(2)
            // Both are open, and both have written what is their own.
            let sharing = """
                SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted
                    AND objid = \(PostgresEngine.writeLock)
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """
            #expect(try servers.sql(sharing) == "2")
            let fire = World.plan(job, at: Self.start + 1, next: Self.start + 2)
            let fired = try await servers.c.fire([fire], online: [one, two], recent: nil, at: Self.start + 1)
            guard case .fired? = fired.first else {
                Issue.record("\(fired)")
                return
            }
            #expect(try servers.sql(events) == "0", "neither has a number before it is its turn")
            try await servers.release()
            #expect(try await [first, second].map(\.acknowledged) == [1, 1])
            #expect(try servers.sql("SELECT count(*) FROM execution WHERE status = 3") == "2")
            #expect(try servers.sql("SELECT count FROM execution_rollup WHERE job_id = 0 AND status = 3") == "2")
            #expect(try servers.sql(events) == "2")
        }
    }

    @Test("Whoever reads the event log while two servers report misses nothing")
    func readers() async throws {
        try await WritingServers.with { servers in
            let (a, b) = (World(store: servers.a), World(store: servers.b))
            let (one, two) = (try await a.connectedAgent("one"), try await a.connectedAgent("two"))
            let job = try await a.job()
            let count = 40
            let start = try await servers.c.lastEvent()
            @Sendable func report(_ world: World, _ agent: AgentID) async throws {
                for number in Int64(1)...Int64(count) {
                    let report = World.report(number, job, on: agent, at: Self.start + number, .success)
                    try await world.apply([report], of: agent, at: Self.start + number)
                }
            }
            async let left: Void = report(a, one)
            async let right: Void = report(b, two)
            var position = start
            var seen: [Int64] = []
            while seen.count < 2 * count {
                let rows = try await servers.c.events(after: position, limit: 7)
                seen += rows.map(\.sequence)
                position = rows.last?.sequence ?? position
                // Of what a reader has passed over nothing is found any more: it would wait here for ever.
                let isOver = try servers.sql("SELECT count(*) FROM event WHERE seq > \(start)") == "\(2 * count)"
                if isOver, rows.isEmpty, try await servers.c.events(after: position, limit: 1).isEmpty { break }
            }
            try await left
            try await right
            let all = try await servers.c.events(after: start, limit: 1000).map(\.sequence)
            #expect(all.count == 2 * count && seen == all)
        }
    }

    @Test("A report that finds its execution recorded by a fire after it looked is decided anew (R3)")
    func fireFirst() async throws {
        try await WritingServers.with { servers in
            let (a, b) = (World(store: servers.a), World(store: servers.b))
            let one = try await a.connectedAgent("one")
            let job = try await a.job("job")
            let change = Change.system(at: Self.start)
            let nobody = try await servers.a.createGroup(name: "nobody", description: "", tags: [], by: change)
            // Its fire is over at once, which goes to the event log: there the transaction waits, with the other one's rows.
            let other = try await a.job("other", groups: [nobody.id])
            _ = try servers.sql("INSERT INTO job_streak (job_id, threshold) VALUES (\(other.id), 1)")
            try await servers.hold(PostgresEngine.logLock)
            let plans = [job, other].map { World.plan($0, at: Self.start, next: Self.start + 1) }
            async let fired = servers.a.fire(plans, online: [one], recent: nil, at: Self.start)
            try await servers.waiters()
            async let applied = b.apply([World.report(1, job, on: one, .success)], of: one)
            try await servers.waiters(2)
            try await servers.release()
            #expect(try await fired.count == 2)
            #expect(try await applied.acknowledged == 1)
            #expect(try servers.sql("SELECT status || ' ' || revision FROM execution") == "3 2")
            #expect(try servers.sql("SELECT count(*) FROM agent_order") == "0")
            #expect(try servers.sql("SELECT count FROM execution_rollup WHERE job_id = 0") == "1")
        }
    }

    @Test("A fire that comes after the report of its execution waits for it, and orders nothing (R3)")
    func reportFirst() async throws {
        try await WritingServers.with { servers in
            let (a, b) = (World(store: servers.a), World(store: servers.b))
            let one = try await a.connectedAgent("one")
            let job = try await a.job()
            try await servers.hold(PostgresEngine.logLock)
            async let applied = b.apply([World.report(1, job, on: one, .success)], of: one)
            try await servers.waiters()
            async let fired = a.fire(job, online: [one])
            try await servers.waiters(2)
            try await servers.release()
            #expect(try await applied.acknowledged == 1)
            guard case .fired(_, let executions, let orders) = try await fired else {
                Issue.record("not fired")
                return
            }
            #expect(executions.map(\.status) == [.success] && orders.isEmpty)
            #expect(try servers.sql("SELECT count(*) FROM execution") == "1")
        }
    }

    @Test("Two servers that each end one half of a run: the second one sees that it is over (D1)")
    func halves() async throws {
        try await WritingServers.with { servers in
            let (a, b) = (World(store: servers.a), World(store: servers.b))
            let (one, two) = (try await a.connectedAgent("one"), try await a.connectedAgent("two"))
            let job = try await a.job()
            _ = try servers.sql("INSERT INTO job_streak (job_id, threshold) VALUES (\(job.id), 3)")
            _ = try await a.fire(job, online: [one, two])
            try await servers.hold(PostgresEngine.logLock)
            async let first = a.apply([World.report(1, job, on: one, .success)], of: one)
            async let second = b.apply([World.report(1, job, on: two, .success)], of: two)
            try await servers.waiters(2)
            try await servers.release()
            _ = try await (first, second)
            let settled = try await servers.c.settledRuns(after: 0, limit: 10).runs.map { $0.run }
            #expect(settled.count == 1 && settled.first?.tally.counts == [.success: 2])
        }
    }

    @Test("Of two servers that have reports of one host the second one goes on where the first one stopped (R5)")
    func sameHost() async throws {
        try await WritingServers.with { servers in
            let (a, b) = (World(store: servers.a), World(store: servers.b))
            let one = try await a.connectedAgent("one")
            let job = try await a.job()
            _ = try await a.fire(job, online: [one])
            let (running, ended) = (World.report(1, job, on: one, .running), World.report(2, job, on: one, .success))
            try await servers.hold(PostgresEngine.logLock)
            async let first = a.apply([running, ended], of: one)
            try await servers.waiters()
            let next = World.report(3, job, on: one, at: Self.start + 1, .success)
            async let second = b.apply([running, ended, next], of: one)
            try await servers.waiters(2)
            try await servers.release()
            #expect(try await first.changed.count == 2)
            #expect(try await second.changed.count == 1)
            #expect(try servers.sql("SELECT acked_seq FROM agent") == "3")
            #expect(try servers.sql("SELECT count FROM execution_rollup WHERE job_id = 0 AND status = 3") == "2")
        }
    }
}
