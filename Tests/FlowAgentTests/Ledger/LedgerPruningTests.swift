// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowTesting
import Foundation
import GRDB
import Testing

@testable import FlowAgent

@Suite("Forgetting in the ledger")
struct LedgerPruningTests {
    let directory: TemporaryDirectory
    let ledger: SQLiteLedger

    init() throws {
        self.directory = try TemporaryDirectory()
        self.ledger = try SQLiteLedger(directory: self.directory.path)
    }

    /// Ended executions of a job, one a second from `first` on, each with output.
    private func fill(_ job: JobSnapshot, from first: Int64, count: Int64) throws {
        let operations = (0..<count).map { second -> LedgerOperation in
            let order = Fixture.order(job, at: Timestamp(seconds: first + second))
            let entry = Fixture.entry(order, .success)
            return .insert(entry, report: Fixture.report(entry, output: second.isMultiple(of: 50) ? "x" : ""))
        }
        _ = try self.ledger.commit(operations)
    }

    private func count(_ table: String) throws -> Int {
        let other = try DatabaseQueue(path: SQLiteLedger.path(in: self.directory.path))
        return try other.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    /// Steps until the walk is over; returns how many rows of the ledger each step deleted.
    private func drain() throws -> [Int] {
        var deleted: [Int] = []
        while true {
            let before = try self.count("ledger")
            let result = try self.ledger.commit([.prune])
            deleted.append(before - (try self.count("ledger")))
            if result == [.pruned(isDone: true)] { return deleted }
        }
    }

    @Test("goes in steps of which none deletes more than a chunk, and leaves nothing that may go (R10)")
    func steps() throws {
        try self.fill(Fixture.snapshot(), from: 0, count: 3000)
        _ = try self.ledger.commit([.acknowledge(3000), .raiseFloor(Timestamp(seconds: 2500))])
        #expect(try self.count("ledger") == 3000, "raising the floor deletes nothing by itself")
        let deleted = try self.drain()
        #expect(deleted.max() == LedgerPruning.chunk && deleted.reduce(0, +) == 2500)
        #expect(try self.count("ledger") == 500)
        #expect(try self.drain().reduce(0, +) == 0, "the next walk begins anew and finds nothing")
    }

    @Test("rows that must stay don't make a step long: a walk passes them once")
    func unacknowledged() throws {
        try self.fill(Fixture.snapshot(), from: 0, count: 2000)
        _ = try self.ledger.commit([.raiseFloor(Timestamp(seconds: 2000))])
        #expect(try self.drain().allSatisfy { $0 == 0 })
        _ = try self.ledger.commit([.acknowledge(2000)])
        #expect(try self.drain().reduce(0, +) == 2000)
    }

    @Test("a job version goes with the last execution that refers to it, and comes back with the next")
    func versions() throws {
        let old = Fixture.snapshot(name: "old")
        let waiting = Fixture.snapshot(name: "not acknowledged")
        let newer = Fixture.snapshot(name: "newer")
        let configured = Fixture.snapshot(name: "configured")
        let day: Int64 = 86_400
        try self.fill(old, from: day, count: 3)
        try self.fill(newer, from: 5 * day, count: 3)
        try self.fill(waiting, from: 2 * day, count: 3)
        _ = try self.ledger.commit([
            .applyConfig(ConfigUpdate(version: 1, base: nil, upserts: [configured]), cursor: .distantPast),
            .acknowledge(6), .raiseFloor(Timestamp(seconds: 4 * day)),
        ])
        _ = try self.drain()
        #expect(try self.count("snapshot") == 3, "the old one is gone")
        #expect(try self.count("output") == 1, "the newest job's; outputs are only for queries here")
        let late = Fixture.entry(Fixture.order(old, at: Timestamp(seconds: 6 * day)))
        _ = try self.ledger.commit([.insert(late, report: Fixture.report(late))])
        #expect(try self.ledger.entry(late.id) == late)
        _ = try self.ledger.commit([.acknowledge(10), .raiseFloor(Timestamp(seconds: 20 * day))])
        _ = try self.drain()
        #expect(try self.ledger.entry(late.id) == late, "it is open")
        #expect(try self.ledger.restore().jobs == [configured])
    }

    @Test("a ledger of the first version forgets as well")
    func upgraded() throws {
        let directory = try TemporaryDirectory()
        try StoredFixture.ledgerV0.copy(to: SQLiteLedger.path(in: directory.path))
        let ledger = try SQLiteLedger(directory: directory.path)
        _ = try ledger.commit([.acknowledge(91), .raiseFloor(Timestamp(seconds: 2_000_000_000))])
        while try ledger.commit([.prune]) != [.pruned(isDone: true)] {}
        let restored = try ledger.restore()
        #expect(restored.open.count == 3 && restored.jobs.count == 9)
    }
}
