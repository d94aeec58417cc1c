// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowCore
import Foundation
import GRDB
import Testing

@testable import FlowStore

@Suite("Copying SQLite's log into the database")
struct CheckpointTests {
    private let step = CheckpointPace.step

    @Test("A long log is copied beside the writer, and its short rest by the writer, so that it begins anew")
    func pace() {
        var pace = CheckpointPace()
        #expect(pace.committed(pages: self.step - 1) == .nothing)
        #expect(pace.committed(pages: self.step) == .beside)
        #expect(pace.committed(pages: self.step + 100) == .nothing, "one copy at a time")
        pace.finished(copied: self.step)
        #expect(pace.committed(pages: self.step + 200) == .here)
        #expect(pace.committed(pages: 20) == .nothing, "the log has begun anew")
        #expect(pace.committed(pages: self.step) == .beside)
    }

    @Test("Of a burst that goes on, the next part is copied beside it at once; a log that is too long ends")
    func burst() {
        var pace = CheckpointPace()
        #expect(pace.committed(pages: 17_000) == .beside)
        #expect(pace.committed(pages: 34_000) == .nothing)
        pace.finished(copied: 17_000)
        #expect(pace.committed(pages: 51_000) == .beside)
        #expect(pace.committed(pages: CheckpointPace.most) == .here)
    }

    @Test("While somebody reads an old state a copy is not tried at every commit")
    func reader() {
        var pace = CheckpointPace()
        #expect(pace.committed(pages: self.step) == .beside)
        pace.finished(copied: 10)
        #expect(pace.committed(pages: self.step + 1000) == .beside)
        pace.finished(copied: 10)
        #expect(pace.committed(pages: self.step + 1010) == .nothing)
        #expect(pace.committed(pages: 2 * self.step + 1000) == .beside)
        pace.finished(copied: nil)
        #expect(pace.committed(pages: 2 * self.step + 1010) == .nothing)
    }

    @Test("What a copy of the log before says is not taken for this one")
    func late() {
        var pace = CheckpointPace()
        #expect(pace.committed(pages: self.step) == .beside)
        #expect(pace.committed(pages: 10) == .nothing)
        pace.finished(copied: self.step)
        #expect(pace.committed(pages: 20) == .nothing)
    }

    @Test("A commit copies nothing; another thread does, and what was committed is there", .timeLimit(.minutes(1)))
    func beside() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let store = try SQLiteStore.open(path: path)
            let engine = try #require(store.sqlite)
            let checkpoints = try #require(engine.checkpoints)
            // Whoever would copy has to wait.
            let gate = DispatchSemaphore(value: 0)
            checkpoints.connection.asyncWriteWithoutTransaction { _ in gate.wait() }
            let megabytes = self.step * 4096 / (1 << 20) + 2
            try await engine.pool.write { db in try db.execute(sql: "CREATE TABLE ballast (bytes BLOB)") }
            for _ in 0..<megabytes {
                try await engine.pool.write { db in
                    try db.execute(sql: "INSERT INTO ballast VALUES (zeroblob(1048576))")
                }
            }
            func size(_ path: String) throws -> Int {
                try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
            }
            #expect(try size(path + "-wal") > self.step * 4096)
            #expect(try size(path) < self.step * 4096)
            gate.signal()
            // Behind what was asked for before.
            try await checkpoints.connection.writeWithoutTransaction { _ in }
            #expect(try size(path) >= self.step * 4096)
            // The first of these copies the rest, and what comes behind it begins the log anew.
            for number in 0..<3 { try await store.setSetting("a", to: "\(number)") }
            #expect(try size(path) > (megabytes - 1) << 20)
            #expect(try await store.setting("a") == "2")
            let count = try await engine.pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM ballast") }
            #expect(count == megabytes)
            try await store.close()
        }
    }
}
