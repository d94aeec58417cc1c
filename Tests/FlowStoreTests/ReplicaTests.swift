// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Synchronization
import Testing

@testable import FlowPostgres
@testable import FlowStore

/// A primary and a standby that follows it by streaming, both of the test's own.
@Suite("History from a replica (database.replica-url)", .serialized)
struct ReplicaTests {
    /// What stands for the clock, and what was said of the replica.
    private final class Seen: Sendable {
        let now = Atomic<Int64>(0)
        private let all = Mutex<[String?]>([])

        var news: [String?] { self.all.withLock { $0 } }
        func note(_ trouble: String?) { self.all.withLock { $0.append(trouble) } }
    }

    private func open(_ address: String, replica: String, _ seen: Seen) async throws -> DatabaseStore {
        let replica = PostgresReplica(
            try PostgresConfiguration(replica),
            onNews: { seen.note($0) },
            time: { seen.now.load(ordering: .relaxed) }
        )
        let engine = try await PostgresEngine(try PostgresConfiguration(address), as: .server, replica: replica)
        return DatabaseStore(engine: engine, onCommit: nil)
    }

    /// How many executions a list has at a time, and how often the replica has answered by then.
    private func look(_ store: DatabaseStore, _ seen: Seen, at now: Int64) async throws -> (rows: Int, byReplica: Int64)
    {
        seen.now.store(now, ordering: .relaxed)
        var query = ExecutionQuery()
        query.mayLag = true
        let rows = try await store.executions(query).total
        return (rows, try #require(store.replicaReads).byReplica)
    }

    @Test(
        "A standby answers lists while it is at most 2 s behind; then, or when it is away or no copy any more, the primary does"
    )
    func follows() async throws {
        let primary = try PostgresServer()
        let standby = try PostgresServer(standbyOf: primary)
        let database = try primary.makeDatabase()
        let seen = Seen()
        try await PostgresStore.open(primary.address(database)).close()
        try primary.awaitStandby(standby)
        let store = try await self.open(primary.address(database), replica: standby.address(database), seen)
        let world = World(store: store)
        let agent = try await world.connectedAgent("a")
        let job = try await world.job("list")
        for second in Int64(0)..<3 { _ = try await world.fired(job, at: World.start + second, on: agent) }
        // How far the primary is, is known from here on.
        _ = try await self.look(store, seen, at: 0)
        try primary.awaitStandby(standby)
        let before = try #require(store.replicaReads).byReplica
        #expect(try await self.look(store, seen, at: 100) == (3, before + 1))

        try standby.sql("SELECT pg_wal_replay_pause()")
        for second in Int64(3)..<5 { _ = try await world.fired(job, at: World.start + second, on: agent) }
        #expect(try await self.look(store, seen, at: 700) == (3, before + 2), "700 ms behind is allowed")
        #expect(try await store.executions(ExecutionQuery()).total == 5, "what decides is never asked of the replica")
        #expect(try await self.look(store, seen, at: 2300) == (5, before + 2), "1.6 s old news is missing: the primary")
        #expect(seen.news == ["it is more than 2 s behind"])
        try standby.sql("SELECT pg_wal_replay_resume()")
        try primary.awaitStandby(standby)
        #expect(try await self.look(store, seen, at: 2400) == (5, before + 3))
        #expect(seen.news.count == 2 && seen.news.last == .some(nil))

        try standby.stop()
        #expect(try await self.look(store, seen, at: 2500) == (5, before + 3))
        #expect(seen.news.count == 3)
        try standby.start()
        #expect(try await self.look(store, seen, at: 7000) == (5, before + 3), "it is left alone for 5 s")
        _ = try await self.look(store, seen, at: 8000)
        try primary.awaitStandby(standby)
        let again = try #require(store.replicaReads).byReplica
        #expect(try await self.look(store, seen, at: 8100) == (5, again + 1))

        try standby.sql("SELECT pg_promote()")
        #expect(try await self.look(store, seen, at: 8200) == (5, again + 1))
        #expect(seen.news.last??.contains("takes changes of its own") == true, "\(seen.news)")
        try await store.close()
    }

    @Test("Of several hosts the one that takes writes is found, whichever comes first and whichever is dead")
    func hosts() async throws {
        let primary = try PostgresServer()
        let standby = try PostgresServer(standbyOf: primary)
        let database = try primary.makeDatabase()
        try primary.awaitStandby(standby)
        for first in [standby.directory, "/nowhere"] {
            let address = "postgres://flow@/\(database)?host=\(first),\(primary.directory)&port=5432,5432"
            let store = try await PostgresStore.open(address)
            try await store.setSetting("from", to: first)
            #expect(try await store.setting("from") == first)
            try await store.close()
        }
        // Only the standby is left: no start, and the words say why.
        let only = "postgres://flow@/\(database)?host=\(standby.directory)&port=5432&connect_timeout=2"
        let message = await expectError(.unavailable) { _ = try await PostgresStore.open(only) }
        #expect(message.contains("read-only"), "\(message)")
    }

    @Test("The replica of another database is never asked, and its address has to be one")
    func foreign() async throws {
        let server = try PostgresServer.shared.get()
        let other = try PostgresServer()
        let database = try server.makeDatabase()
        let seen = Seen()
        try await PostgresStore.open(other.address(try other.makeDatabase())).close()
        let store = try await self.open(server.address(database), replica: other.address("test1"), seen)
        #expect(try await self.look(store, seen, at: 0) == (0, 0))
        #expect(seen.news == ["it is a copy of another database"])
        try await store.close()
        let message = await expectError(.invalid) {
            _ = try await PostgresStore.open(server.address(database), replica: "postgres://[")
        }
        #expect(message.contains("database.replica-url"), "\(message)")
    }
}
