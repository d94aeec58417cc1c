// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowCore
import Foundation
import GRDB
import Synchronization
import Testing

@testable import FlowStore

@Suite("SQLite store")
struct SQLiteTests {
    @Test("Commits are synchronised with the disk, after reopening too")
    func synchronousIsFull() async throws {
        try await TemporaryDirectory.with { directory in
            for _ in 0..<2 {
                let store = try SQLiteStore.open(path: directory + "/flow.db")
                #expect(try store.sqlite?.synchronousMode() == 2)
                let journal = try await #require(store.sqlite).pool.read { db in
                    try String.fetchOne(db, sql: "PRAGMA journal_mode")
                }
                #expect(journal == "wal")
                try await store.setSetting("a", to: "b")
                #expect(try store.sqlite?.synchronousMode() == 2)
                try await store.close()
            }
        }
    }

    @Test("What a savepoint keeps of changed pages is kept in memory, not in a file each time")
    func savepointsInMemory() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            let mode = try await #require(store.sqlite).pool.writeWithoutTransaction { db in
                try Int.fetchOne(db, sql: "PRAGMA temp_store")
            }
            #expect(mode == 2)
            try await store.close()
        }
    }

    @Test("Few rows are read while all readers go through the history", .timeLimit(.minutes(1)))
    func readsFewBesideMany() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            try await store.setSetting("a", to: "b")
            let gate = DispatchSemaphore(value: 0)
            let (started, inlet) = AsyncStream.makeStream(of: Void.self)
            let held = (0..<4).map { _ in
                Task {
                    try await store.read { _ in
                        inlet.yield()
                        gate.wait()
                    }
                }
            }
            var count = 0
            for await _ in started {
                count += 1
                if count == held.count { break }
            }
            let found = try await store.readFew { db in try ConfigTable(db).setting("a") }
            #expect(found == "b")
            for _ in held { gate.signal() }
            for task in held { try await task.value }
            try await store.close()
        }
    }

    @Test("Few rows are those of the last commit, also after a read that failed, and nothing is written on the way")
    func readsFewAnew() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            try await store.setSetting("a", to: "1")
            await #expect(throws: CoreError.self) {
                try await store.readFew { db -> Void in
                    _ = try ConfigTable(db).setting("a")
                    throw CoreError(.notFound, "nothing")
                }
            }
            try await store.setSetting("a", to: "2")
            #expect(try await store.readFew { db in try ConfigTable(db).setting("a") } == "2")
            await #expect(throws: CoreError.self) {
                try await store.readFew { db in try ConfigTable(db).setSetting("a", to: "3") }
            }
            #expect(try await store.setting("a") == "2")
            try await store.close()
            await #expect(throws: CoreError.self) { try await store.readFew { db in try ConfigTable(db).version() } }
        }
    }

    @Test("Numbers are written as the encoder writes them", arguments: [[], [7], [1, -2, .max]] as [[Int64]])
    func numbers(list: [Int64]) throws {
        let encoded = try JSONEncoder().encode(list)
        #expect(try JSONColumn.encode(list) == String(decoding: encoded, as: UTF8.self))
    }

    @Test("A second store on the same file is refused with words, and served after the first has closed")
    func secondProcess() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let first = try SQLiteStore.open(path: path)
            let message = await expectError(.unavailable) { _ = try SQLiteStore.open(path: path) }
            #expect(message.contains(path) && message.contains("in use"))
            try await first.close()
            let second = try SQLiteStore.open(path: path)
            try await second.close()
        }
    }

    @Test("The refusal names the process that has the file")
    func namesTheOwner() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let child = try StoreWriterProcess(path: path)
            defer { child.kill() }
            _ = try child.lines(atLeast: 1)
            let message = await expectError(.unavailable) { _ = try SQLiteStore.open(path: path) }
            #expect(message.contains("process \(child.processIdentifier)"), "\(message)")
        }
    }

    @Test("A killed server has lost nothing that it had acknowledged, and its file is whole")
    func killed() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let child = try StoreWriterProcess(path: path)
            _ = try child.lines(atLeast: 400)
            child.kill()
            let acknowledged = try child.lines(atLeast: .max)
            #expect(acknowledged.count >= 400)

            let store = try SQLiteStore.open(path: path)
            let check = try await #require(store.sqlite).pool.read { db in
                try String.fetchAll(db, sql: "PRAGMA integrity_check")
            }
            #expect(check == ["ok"])
            for line in acknowledged {
                let words = line.split(separator: " ")
                let id = try #require(ExecutionID(String(words[1])))
                let execution = try #require(try await store.execution(id), "\(line)")
                if words[0] == "ended" { #expect(execution.status.isTerminal && execution.decidedBy == .agent) }
            }
            // Whatever the last transaction was, it is there as a whole: history and rollups agree.
            let statistics = try await store.statistics(job: nil, since: .distantPast)
            let ended = try await store.executions(ExecutionQuery(statuses: [.success, .failure]))
            #expect(statistics.counts.values.reduce(0, +) == ended.total)
            try await store.close()
        }
    }

    @Test("Reopening keeps everything")
    func reopens() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let first = try SQLiteStore.open(path: path)
            let world = World(store: first)
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            _ = try await world.fire(job, online: [agent])
            try await world.apply([World.report(1, job, on: agent, at: World.start + 1, .running)], of: agent)
            let orders = try await first.pendingOrders(of: agent)
            let history = try await first.executions(ExecutionQuery()).items
            let version = try await first.configVersion()
            let stored = try await first.job(job.id)
            try await first.close()

            let second = try SQLiteStore.open(path: path)
            #expect(try await second.job(job.id) == stored)
            #expect(try await second.pendingOrders(of: agent) == orders && orders.count == 1)
            #expect(try await second.executions(ExecutionQuery()).items == history && history.count == 2)
            #expect(try await second.configVersion() == version)
            #expect(try await second.agent(agent)?.acknowledgedSequence == 1)
            try await second.close()
        }
    }

    @Test("A database of a newer version is refused and left as it is")
    func newerVersion() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let store = try SQLiteStore.open(path: path)
            try await #require(store.sqlite).pool.write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('999 future')")
            }
            try await store.close()
            let message = await expectError(.unavailable) { _ = try SQLiteStore.open(path: path) }
            #expect(message.contains("newer version"))
        }
    }

    @Test("A file that is no database, and a directory that is not there, are refused with words")
    func badFiles() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
            let message = await expectError(.unavailable) { _ = try SQLiteStore.open(path: path) }
            #expect(message.contains("not a database"))
            await expectError(.unavailable) { _ = try SQLiteStore.open(path: directory + "/none/flow.db") }
        }
    }

    @Test("A full disk is said to be full, and nothing of the transaction stays")
    func fullDisk() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            try await #require(store.sqlite).pool.writeWithoutTransaction { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
            }
            let message = await expectError(.unavailable) {
                try await store.setSetting("big", to: String(repeating: "x", count: 100_000))
            }
            #expect(message.contains("full"))
            #expect(try await store.setting("big") == nil)
            try await store.close()
        }
    }

    @Test("A closed store says that the server is stopping")
    func closed() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            try await store.close()
            await expectError(.unavailable) { _ = try await store.allJobs() }
            await expectError(.unavailable) { try await store.setSetting("a", to: "b") }
        }
    }

    @Test("The hook is told of each commit by its operation")
    func hook() async throws {
        try await TemporaryDirectory.with { directory in
            let seen = CommitLog()
            let store = try SQLiteStore.open(path: directory + "/flow.db") { operation, duration in
                seen.append(operation, duration)
            }
            try await store.setSetting("a", to: "b")
            _ = try await store.setting("a")
            await expectError(.notFound) { _ = try await store.deleteJob(9, at: World.start) }
            #expect(seen.operations == ["set_setting"], "neither reads nor refusals commit")
            try await store.close()
        }
    }

    @Test("What is written for each execution builds no table on the way: that costs as much as three indexes")
    func writesWithoutTables() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            let statements = [
                "INSERT INTO run (id, type) VALUES (?, ?)",
                "INSERT INTO execution (id, status) VALUES (?, ?) ON CONFLICT DO NOTHING",
                "UPDATE execution SET status = ?, agent = ? WHERE id = ? AND revision = ?",
                "DELETE FROM execution WHERE id = ?",
                "INSERT INTO agent_order (agent, execution_id) VALUES (?, ?)",
                "INSERT INTO attempt (execution_id, number) VALUES (?, ?)",
            ]
            for sql in statements {
                let steps = try await #require(store.sqlite).pool.read { db in
                    let count = sql.filter { $0 == "?" }.count
                    let arguments = StatementArguments([Int?](repeating: nil, count: count))
                    let rows = try Row.fetchAll(db, sql: "EXPLAIN " + sql, arguments: arguments)
                    return rows.map { $0["opcode"] as String }
                }
                #expect(!steps.isEmpty && !steps.contains("OpenEphemeral"), "\(sql)")
            }
            try await store.close()
        }
    }

    @Test("History queries walk an index in order: no sort and no scan of all rows")
    func plans() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            let statements: [(sql: String, index: String)] = [
                ("SELECT id FROM execution ORDER BY id DESC LIMIT 20", "PRIMARY KEY"),
                ("SELECT id FROM execution WHERE id >= x'00' AND id < x'01' ORDER BY id DESC LIMIT 20", "PRIMARY KEY"),
                (
                    "SELECT id FROM execution INDEXED BY execution_by_job WHERE job_id = 1 ORDER BY id DESC LIMIT 20",
                    "execution_by_job"
                ),
                (
                    """
                    SELECT id FROM execution INDEXED BY execution_by_agent_status
                    WHERE status = 4 AND status <> 3 AND agent = 'a' AND id < x'01' ORDER BY id DESC LIMIT 20
                    """, "execution_by_agent_status"
                ),
                (
                    """
                    SELECT id FROM execution INDEXED BY execution_by_job_status
                    WHERE status = 4 AND status <> 3 AND status <> 1 AND status <> 2 AND job_id = 1 ORDER BY id DESC LIMIT 20
                    """, "execution_by_job_status"
                ),
                ("SELECT id FROM run WHERE type = 1 AND type <> 0 ORDER BY id DESC LIMIT 20", "run_by_type"),
            ]
            for statement in statements {
                let plan = try await #require(store.sqlite).pool.read { db in
                    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + statement.sql).map { $0["detail"] as String }
                }
                let text = plan.joined(separator: "; ")
                #expect(!text.contains("TEMP B-TREE"), "\(text)")
                if statement.index != "PRIMARY KEY" { #expect(text.contains(statement.index), "\(text)") }
            }
            try await store.close()
        }
    }
}

/// What a hook was told.
private final class CommitLog: Sendable {
    private let entries = Mutex<[String]>([])
    var operations: [String] { self.entries.withLock { $0 } }

    func append(_ operation: String, _ duration: Duration) {
        precondition(duration >= .zero)
        self.entries.withLock { $0.append(operation) }
    }
}
