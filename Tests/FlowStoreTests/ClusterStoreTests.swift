// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Testing

@testable import FlowStore

@Suite("Several servers on one PostgreSQL")
struct ClusterStoreTests {
    /// Two servers on one database.
    private func withServers(
        _ body: (_ a: any Store, _ b: any Store, _ cluster: any ClusterStore, _ sql: (String) throws -> String)
            async throws
            -> Void
    ) async throws {
        let server = try PostgresServer.shared.get()
        try await StoreKind.turns.with {
            let database = try server.makeDatabase()
            let address = server.address(database)
            let a = try await PostgresStore.open(address)
            let b = try await PostgresStore.open(address)
            let cluster = try #require(a.cluster)
            do {
                try await body(a, b, cluster) { try server.sql($0, in: database) }
            } catch {
                try? await a.close()
                try? await b.close()
                throw error
            }
            try await a.close()
            try await b.close()
        }
    }

    private func node(_ name: String) -> ServerNode {
        ServerNode(
            id: ServerID(name),
            name: "host-\(name)",
            address: "\(name):8474",
            version: "1",
            startedAt: Timestamp(milliseconds: 1000)
        )
    }

    private let life: Int64 = 10_000

    @Test("A lease has one owner at a time: taken once, renewed by its term, over when it is not")
    func leases() async throws {
        try await self.withServers { _, _, cluster, sql in
            let (a, b) = (self.node("a"), self.node("b"))
            let empty = try await cluster.beat(a, renewing: [:], lifetime: self.life)
            #expect(empty.nodes == [a] && empty.leases.count == 257 && empty.leases.allSatisfy(\.isOver))
            let wanted = Dictionary(uniqueKeysWithValues: empty.leases.prefix(10).map { ($0.unit, $0.term) })
            async let byA = cluster.takeLeases(wanted, for: a.id, lifetime: self.life)
            async let byB = cluster.takeLeases(wanted, for: b.id, lifetime: self.life)
            let (gotA, gotB) = try await (byA, byB)
            #expect(Set(gotA.keys).isDisjoint(with: gotB.keys))
            #expect(try await cluster.takeLeases(wanted, for: b.id, lifetime: self.life).isEmpty)
            var view = try await cluster.beat(b, renewing: gotA, lifetime: self.life)
            #expect(view.nodes == [a, b] && view.count(of: a.id) == gotA.count && view.count(of: b.id) == gotB.count)
            // Over by the database's clock: not renewed, and another's with the next term.
            _ = try sql("UPDATE shard_lease SET expires_at = clock_timestamp() - interval '1 ms' WHERE server = 'a'")
            view = try await cluster.beat(a, renewing: gotA, lifetime: self.life)
            #expect(view.count(of: a.id) == 0)
            let stolen = try await cluster.takeLeases(gotA, for: b.id, lifetime: self.life)
            #expect(stolen == gotA.mapValues { $0 + 1 })
            view = try await cluster.beat(a, renewing: gotA, lifetime: self.life)
            #expect(view.count(of: b.id) == gotA.count + gotB.count)
        }
    }

    @Test("A server sees when the first lease of another ends, and who was silent for 3 s")
    func nextEnd() async throws {
        try await self.withServers { _, _, cluster, sql in
            let (a, b) = (self.node("a"), self.node("b"))
            let empty = try await cluster.beat(a, renewing: [:], lifetime: self.life)
            #expect(empty.nextEnd == nil)
            let all = empty.leases.prefix(20).map { ($0.unit, $0.term) }
            _ = try await cluster.takeLeases(Dictionary(uniqueKeysWithValues: all), for: a.id, lifetime: self.life)
            #expect(try await cluster.beat(a, renewing: [:], lifetime: self.life).nextEnd == nil, "those are its own")
            let seen = try #require(try await cluster.beat(b, renewing: [:], lifetime: self.life).nextEnd)
            #expect((1...self.life).contains(seen))
            _ = try sql("UPDATE shard_lease SET expires_at = clock_timestamp() + interval '1 hour' WHERE server = 'a'")
            _ = try sql("UPDATE server_node SET seen_at = clock_timestamp() - interval '3001 ms' WHERE id = 'a'")
            let view = try await cluster.beat(b, renewing: [:], lifetime: self.life)
            #expect((3_500_000...3_600_000).contains(try #require(view.nextEnd)))
            #expect(view.nodes.map(\.isSilent) == [true, false])
        }
    }

    @Test("A server is asked to rest, and to resume, once each with an audit row; one that is gone is not found")
    func rest() async throws {
        try await self.withServers { store, _, cluster, _ in
            let (a, b) = (self.node("a"), self.node("b"))
            for node in [a, b] { _ = try await cluster.beat(node, renewing: [:], lifetime: self.life) }
            let rests = try #require(store as? any ServerRestStore)
            let change = Change.system(at: Timestamp(milliseconds: 2000))
            for _ in 0..<2 { try await rests.setRest(true, of: a.id, by: change) }
            var view = try await cluster.beat(a, renewing: [:], lifetime: self.life)
            #expect(view.nodes.map(\.isAskedToRest) == [true, false] && view.rests(a.id) && !view.rests(b.id))
            try await rests.setRest(false, of: a.id, by: change)
            view = try await cluster.beat(b, renewing: [:], lifetime: self.life)
            #expect(view.nodes.allSatisfy { !$0.isAskedToRest })
            let actions = try await store.auditRows(AuditQuery()).map(\.action)
            #expect(actions.filter { $0 == .serverDrain }.count == 1, "\(actions)")
            #expect(actions.filter { $0 == .serverResume }.count == 1, "\(actions)")
            try await rests.noteRebalance(moved: 3, by: change)
            let row = try await store.auditRows(AuditQuery()).first { $0.action == .serverRebalance }
            #expect(row?.diff == #"[{"path":"/hosts_moved","new":"3"}]"#, "\(String(describing: row))")
            await #expect(throws: CoreError.self) { try await rests.setRest(true, of: ServerID("gone"), by: change) }
        }
    }

    @Test("What is handed over is the heir's, with another term; what is given back or left behind is free at once")
    func gifts() async throws {
        try await self.withServers { _, _, cluster, _ in
            let (a, b) = (self.node("a"), self.node("b"))
            let empty = try await cluster.beat(a, renewing: [:], lifetime: self.life)
            let all = Dictionary(uniqueKeysWithValues: empty.leases.map { ($0.unit, $0.term) })
            let mine = try await cluster.takeLeases(all, for: a.id, lifetime: self.life)
            #expect(mine.count == 257)
            let part = mine.filter { $0.key.number < 16 }
            try await cluster.giveLeases(part, from: a.id, to: b.id, lifetime: self.life)
            // Once: the term is another one now.
            try await cluster.giveLeases(part, from: a.id, to: nil, lifetime: self.life)
            let view = try await cluster.beat(b, renewing: part.mapValues { $0 + 1 }, lifetime: self.life)
            #expect(view.count(of: a.id) == 241 && view.count(of: b.id) == 16)
            try await cluster.leaveCluster(a.id)
            let later = try await cluster.beat(b, renewing: [:], lifetime: self.life)
            #expect(later.nodes == [b] && later.leases.count { $0.isOver && $0.server == nil } == 241)
        }
    }

    @Test("Of two servers that hold an agent the later session counts, and a server's end says who is left")
    func sessions() async throws {
        try await self.withServers { _, _, cluster, sql in
            let (a, b) = (self.node("a"), self.node("b"))
            for node in [a, b] { _ = try await cluster.beat(node, renewing: [:], lifetime: self.life) }
            let one = try #require(AgentID("one"))
            let two = try #require(AgentID("two"))
            func session(_ agent: AgentID, _ server: ServerNode, _ epoch: Int64) -> HeldSession {
                HeldSession(agent: agent, server: server.id, epoch: epoch, presence: "{}")
            }
            try await cluster.noteSessions([session(one, a, 1), session(two, a, 1)], gone: [:], of: a.id)
            try await cluster.noteSessions([session(one, b, 2)], gone: [:], of: b.id)
            // Old news of the first.
            try await cluster.noteSessions([session(one, a, 1)], gone: [one: 1], of: a.id)
            #expect(try await cluster.sessionsElsewhere(than: a.id) == [session(one, b, 2)])
            #expect(try await cluster.sessionsElsewhere(than: b.id) == [session(two, a, 1)])
            _ = try sql("UPDATE server_node SET seen_at = clock_timestamp() - interval '31 s' WHERE id = 'a'")
            #expect(try await cluster.bury(unseenFor: 30_000) == [two])
            #expect(try await cluster.bury(unseenFor: 30_000).isEmpty)
            #expect(try await cluster.sessionsElsewhere(than: a.id) == [session(one, b, 2)])
        }
    }

    @Test("Messages reach the server they are for, once and in order, and wake it")
    func messages() async throws {
        try await self.withServers { _, b, cluster, _ in
            let (first, second) = (ServerID("a"), ServerID("b"))
            let other = try #require((b as? DatabaseStore)?.cluster)
            var wakeUps = other.wakeUps(of: second).makeAsyncIterator()
            // It listens from now on.
            _ = await wakeUps.next()
            try await cluster.post((0..<5).map { (second, "m\($0)") } + [(first, "other")])
            _ = await wakeUps.next()
            #expect(try await other.takeMessages(for: second, limit: 3) == ["m0", "m1", "m2"])
            #expect(try await cluster.takeMessages(for: second, limit: 3) == ["m3", "m4"])
            #expect(try await other.takeMessages(for: second, limit: 3).isEmpty)
        }
    }

    @Test("Two servers that write at the same time lose nothing and see each other's changes")
    func writes() async throws {
        try await self.withServers { a, b, cluster, sql in
            let (left, right) = (World(store: a), World(store: b))
            let before = try await cluster.clusterVersions().configuration
            try await withThrowingTaskGroup { group in
                for index in 0..<20 {
                    let world = index % 2 == 0 ? left : right
                    group.addTask { _ = try await world.job("job-\(index)") }
                }
                try await group.waitForAll()
            }
            for store in [a, b] { #expect(try await store.allJobs().count == 20) }
            #expect(try await cluster.clusterVersions().configuration == before + 20)
            let changes = try await a.configurationChanges(since: before)
            #expect(changes?.jobs.count == 20)
            let job = try #require(try await b.allJobs().first)
            #expect(try await cluster.lastChange(of: job.uid) != nil)
            // Numbers of rows are committed in their order: no reader of a log passes one by.
            let order = try sql("SELECT string_agg(id::text, ',' ORDER BY xmin::text::bigint, id) FROM job")
            let ids = order.split(separator: ",").compactMap { Int($0) }
            #expect(ids == ids.sorted() && ids.count == 20)
        }
    }

    @Test("A value that is shared has one content, whoever was first")
    func share() async throws {
        try await self.withServers { a, b, cluster, _ in
            let other = try #require((b as? DatabaseStore)?.cluster)
            async let one = cluster.share("k", "one")
            async let two = other.share("k", "two")
            let (first, second) = try await (one, two)
            #expect(first == second)
            #expect(try await a.setting("k") == first)
        }
    }
}
