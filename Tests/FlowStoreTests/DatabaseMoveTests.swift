// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Synchronization
import Testing

@testable import FlowStore

@Suite("Moving from SQLite to PostgreSQL (S1-NFR-X1)")
struct DatabaseMoveTests {
    /// A file with a job, a host, what it ran and what that wrote, and an empty database beside it.
    private func withWorld(_ body: (World, _ path: String, _ address: String) async throws -> Void) async throws {
        try await StoreKind.turns.with {
            try await TemporaryDirectory.with { directory in
                let path = directory + "/flow.db"
                let store = try SQLiteStore.open(path: path)
                let world = World(store: store)
                do {
                    let agent = try await world.connectedAgent("a")
                    let job = try await world.job("夜间备份")
                    for second in 0..<30 { _ = try await world.fired(job, at: World.start + Int64(second), on: agent) }
                    try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
                    let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: World.start, agent: agent)
                    let output = Array("a\u{0}b\n".utf8)
                    let chunk = LogChunk(executionID: id, attempt: 1, offset: 0, stream: .standardOutput, bytes: output)
                    try await world.append([chunk])
                    // SQLite keeps a NUL character; PostgreSQL can't.
                    try await store.setSetting("odd", to: "one\u{0}two")
                    let server = try PostgresServer.shared.get()
                    try await body(world, path, server.address(try server.makeDatabase()))
                } catch {
                    try? await store.close()
                    throw error
                }
                try? await store.close()
            }
        }
    }

    /// Moves the file, which nobody has open.
    @discardableResult
    private func move(
        _ path: String,
        _ address: String,
        report: @escaping @Sendable (DatabaseMove.Progress) -> Void = { _ in }
    ) async throws -> DatabaseMove.Report {
        let source = try SQLiteStore.openForMove(path: path)
        let target: DatabaseStore
        do { target = try await PostgresStore.openAlone(address) } catch {
            try await source.close()
            throw error
        }
        let result: Result<DatabaseMove.Report, any Error>
        do { result = .success(try await DatabaseMove(from: source, to: target, report: report).run()) } catch {
            result = .failure(error)
        }
        try await source.close()
        try await target.close()
        return try result.get()
    }

    /// Carries the first tables only, as a move that is cut off does.
    ///
    /// - Parameter last: the last of them instead of their number.
    private func moveSome(
        _ path: String,
        _ address: String,
        tables: Int = 0,
        through last: String? = nil,
        isImport: Bool = false
    ) async throws {
        let source = try SQLiteStore.openForMove(path: path)
        let target = try await PostgresStore.openAlone(address)
        let shapes = try await source.read { db in try TableShape.all(in: db) }
        let move = DatabaseMove(from: source, to: target, isImport: isImport) { _ in }
        _ = try await move.begin(shapes, try await source.installation())
        let count = try last.map { last in try #require(shapes.firstIndex { $0.name == last }) + 1 } ?? tables
        try await move.copy(Array(shapes.prefix(count)))
        try await source.close()
        try await target.close()
    }

    @Test("Everything is there afterwards, numbers go on, and the file is not started with again")
    func everything() async throws {
        try await self.withWorld { world, path, address in
            let job = try #require(try await world.store.jobs(JobQuery(page: PageRequest(size: 1))).items.first)
            let before = try await world.statistics(job)
            try await world.store.close()
            let ways = Mutex<[(done: Int64, total: Int64)]>([])
            let report = try await self.move(path, address) { progress in
                if case .went(let done, let total) = progress { ways.withLock { $0.append((done, total)) } }
            }
            #expect(report.rows > 60 && report.tables > 50)
            // Each row is carried, and looked at on both sides.
            let way = ways.withLock { $0 }
            #expect(way.map(\.done) == way.map(\.done).sorted())
            #expect(way.first?.done == 0 && way.allSatisfy { $0.total == 3 * report.rows })
            #expect(way.last?.done == 3 * report.rows)

            let moved = try await PostgresStore.open(address)
            let there = World(store: moved)
            #expect(try await moved.job(job.id) == job)
            #expect(try await there.statistics(job) == before)
            #expect(try await moved.setting("odd") == "one\u{FFFD}two")
            let agent = try #require(AgentID("a"))
            let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: World.start, agent: agent)
            #expect(try await moved.log(id, from: 0, limit: 100).chunks.first?.bytes == Array("a\u{0}b\n".utf8))
            // Reports go on behind the number that the host was told, and a new job gets a number of its own.
            #expect(try await there.hello(agent, lastSequence: 1).acknowledgedSequence == 1)
            #expect(try await there.job("next").id > job.id)
            try await moved.close()

            let message = await expectError(.unavailable) { _ = try SQLiteStore.open(path: path) }
            #expect(message.contains("moved to PostgreSQL") && message.contains("database.url"))
        }
    }

    @Test("An import that was cut off keeps servers out, and says that it is the import to repeat")
    func cutImport() async throws {
        try await self.withWorld { world, path, address in
            try await world.store.close()
            try await self.moveSome(path, address, tables: 20, isImport: true)
            let message = await expectError(.unavailable) { _ = try await PostgresStore.open(address) }
            #expect(message.contains("quicflow-server import") && !message.contains("migrate"), "\(message)")
        }
    }

    @Test("A move that was cut off keeps servers out, and goes on where it stopped")
    func resumes() async throws {
        try await self.withWorld { world, path, address in
            try await world.store.close()
            try await self.moveSome(path, address, tables: 20)
            let message = await expectError(.unavailable) { _ = try await PostgresStore.open(address) }
            #expect(message.contains("has not ended") && message.contains("quicflow-server migrate --to"))
            let copied = Mutex<[String]>([])
            let report = try await self.move(path, address) { progress in
                if case .copied(let table, _) = progress { copied.withLock { $0.append(table) } }
            }
            let count = copied.withLock(\.count)
            #expect(count > 0 && count <= report.tables - 20, "the first tables are not carried twice")
            try await PostgresStore.open(address).close()
        }
    }

    @Test("What changed in the file since the first try is found, and everything is carried anew")
    func changedMeanwhile() async throws {
        try await self.withWorld { world, path, address in
            try await world.store.close()
            try await self.moveSome(path, address, tables: 1000)
            let again = try SQLiteStore.open(path: path)
            let job = try await World(store: again).job("later")
            try await again.close()
            let isAnew = Mutex(false)
            try await self.move(path, address) { progress in
                if case .begunAnew = progress { isAnew.withLock { $0 = true } }
            }
            #expect(isAnew.withLock { $0 })
            let moved = try await PostgresStore.open(address)
            #expect(try await moved.job(job.id) == job)
            try await moved.close()
        }
    }

    @Test("Rows that do not go with those of the first try have everything carried anew, too")
    func clashes() async throws {
        try await self.withWorld { world, path, address in
            try await world.store.close()
            try await self.moveSome(path, address, through: "job")
            let again = try SQLiteStore.open(path: path)
            // Rows beside its own name a job that the first try did not bring.
            let job = try await World(store: again).job("later")
            try await again.close()
            let isAnew = Mutex(false)
            try await self.move(path, address) { progress in
                if case .begunAnew = progress { isAnew.withLock { $0 = true } }
            }
            #expect(isAnew.withLock { $0 })
            let moved = try await PostgresStore.open(address)
            #expect(try await moved.job(job.id) == job)
            try await moved.close()
        }
    }

    @Test("Rows that hold much are carried few at a time")
    func longRows() async throws {
        try await self.withWorld { world, _, _ in
            let agent = try #require(AgentID("a"))
            let job = try #require(try await world.store.jobs(JobQuery(page: PageRequest(size: 1))).items.first)
            let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: World.start + 1, agent: agent)
            // What does not get shorter by being compressed.
            var random = SystemRandomNumberGenerator()
            let bytes = (0..<600_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            try await world.append(
                (0..<10).map { number in
                    let offset = Int64(number * bytes.count)
                    return LogChunk(
                        executionID: id,
                        attempt: 1,
                        offset: offset,
                        stream: .standardOutput,
                        bytes: bytes
                    )
                }
            )
            let store = try #require(world.store as? DatabaseStore)
            try await store.read { db in
                let shapes = try TableShape.all(in: db)
                let pieces = TableWalk(table: try #require(shapes.first { $0.name == "log_piece" }))
                #expect(try (7...8).contains(pieces.rowsAtATime(db, after: nil)))
                let events = TableWalk(table: try #require(shapes.first { $0.name == "run" }))
                #expect(try events.rowsAtATime(db, after: nil) == 2000)
            }
        }
    }

    @Test("A row that is another one there is found before the file is given up")
    func finds() async throws {
        try await self.withWorld { world, path, _ in
            try await world.store.close()
            let server = try PostgresServer.shared.get()
            let name = try server.makeDatabase()
            let address = server.address(name)
            // As a fault on the way would: what arrives is not what was sent.
            try await PostgresStore.openAlone(address).close()
            try server.sql(
                """
                CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'x'; RETURN NEW; END $$;
                CREATE TRIGGER spoil BEFORE INSERT ON agent FOR EACH ROW EXECUTE FUNCTION spoil()
                """,
                in: name
            )
            let message = await expectError(.conflict) { try await self.move(path, address) }
            #expect(message.contains("agent is not the same"))
            let file = try SQLiteStore.open(path: path)
            #expect(try await file.agents().map(\.name) == ["a"])
            try await file.close()
        }
    }

    @Test("A move that ended may be asked for again; another database, or one that holds something, is refused")
    func refusals() async throws {
        try await self.withWorld { world, path, address in
            try await world.store.close()
            let server = try PostgresServer.shared.get()
            let used = server.address(try server.makeDatabase())
            let other = try await PostgresStore.open(used)
            _ = try await World(store: other).agent("b")
            try await other.close()
            #expect(await expectError(.conflict) { try await self.move(path, used) }.contains("not empty"))
            try await self.move(path, address)
            #expect(try await self.move(path, address).rows == 0)
            let empty = server.address(try server.makeDatabase())
            #expect(await expectError(.conflict) { try await self.move(path, empty) }.contains("not into this"))
        }
    }
}
