// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowTesting
import Foundation
import GRDB
import Testing

@testable import FlowAgent

@Suite("Statistics beside the ledger")
struct QuarterTableTests {
    private let directory: TemporaryDirectory
    private let start = Timestamp(seconds: 1_800_000_000)

    init() throws { self.directory = try TemporaryDirectory() }

    private func open() throws -> SQLiteLedger { try SQLiteLedger(directory: self.directory.path) }

    /// What is kept, and what looking through the executions gives.
    private func both() throws -> (kept: [QuarterSum], scanned: [QuarterSum]) {
        let queue = try DatabaseQueue(path: SQLiteLedger.path(in: self.directory.path))
        return try queue.read { database in
            func summed(_ rows: [(QuarterSum, lastEnd: Timestamp?)]) -> [QuarterSum] {
                var sums: [String: QuarterSum] = [:]
                for (row, _) in rows {
                    let key = "\(row.quarter) \(row.job)"
                    guard var sum = sums[key] else {
                        sums[key] = row
                        continue
                    }
                    sum.outcomes.add(row.outcomes)
                    sums[key] = sum
                }
                return sums.sorted { $0.key < $1.key }.map(\.value)
            }
            return (
                summed(try QuarterTable.all(in: 0..<10_000_000, job: nil, database)),
                summed(try LedgerScan.quarters(0..<10_000_000, job: nil, database))
            )
        }
    }

    @Test("They are what looking through the executions gives, whatever became of those")
    func agreement() throws {
        var random = SystemRandomNumberGenerator()
        let jobs = (0..<3).map { Fixture.snapshot(name: "job \($0)") }
        var ledger: SQLiteLedger? = try self.open()
        for index in 0..<400 {
            let nominal = self.start.advanced(byMilliseconds: Int64.random(in: 0..<10_000_000, using: &random))
            let status = [ExecutionStatus.success, .failure, .timeout, .cancelled, .skipped, .running][index % 6]
            var entry = Fixture.entry(Fixture.order(jobs[index % 3], at: nominal))
            // Half of them are ended when they come; a clock that was set back ends some before their start.
            if index.isMultiple(of: 2) {
                _ = try ledger?.commit([.insert(entry, report: Fixture.report(entry))])
            }
            entry.status = status
            if status.isTerminal, index % 5 > 0 {
                entry.finishedAt = nominal.advanced(byMilliseconds: Int64.random(in: -50..<5000, using: &random))
            }
            if index % 7 == 0 { entry.startedAt = nil }
            _ = try ledger?.commit([
                index.isMultiple(of: 2)
                    ? .update(entry, report: Fixture.report(entry)) : .insert(entry, report: Fixture.report(entry))
            ])
            // Said again, which ends nothing anew.
            if index % 11 == 0 { _ = try ledger?.commit([.insert(entry, report: Fixture.report(entry))]) }
        }
        ledger = nil
        _ = try self.open()
        let (kept, scanned) = try self.both()
        #expect(kept == scanned)
        #expect(kept.reduce(0) { $0 + $1.outcomes.total } > 200)
    }

    @Test("A retry's attempts count once, when the last has ended")
    func retries() throws {
        let ledger = try self.open()
        var entry = Fixture.entry(Fixture.order(Fixture.snapshot(), at: self.start))
        _ = try ledger.commit([.insert(entry, report: Fixture.report(entry))])
        entry.status = .pending
        entry.reason = .awaitingRetry
        _ = try ledger.commit([.update(entry, report: Fixture.report(entry))])
        #expect(try ledger.quarters(after: 0, limit: 10).sums.isEmpty)
        entry.status = .success
        entry.finishedAt = self.start.advanced(byMilliseconds: 700)
        _ = try ledger.commit([.update(entry, report: Fixture.report(entry))])
        let changed = try ledger.quarters(after: 0, limit: 10)
        #expect(
            changed.sums.map(\.outcomes) == [
                OutcomeSum(success: 1, timed: 1, duration: 700, longest: 700, shortest: 700)
            ]
        )
        #expect(changed.sums.map(\.jobName) == ["job"] && changed.sequence == 3 && !changed.hasMore)
    }

    @Test("Changes are told in their order, a page at a time, each quarter as it is now")
    func pages() throws {
        let ledger = try self.open()
        let job = Fixture.snapshot()
        for quarter in [0, 1, 2, 0] as [Int64] {
            let nominal = self.start.advanced(
                byMilliseconds: quarter * QuarterSum.length + Int64.random(in: 0..<800_000)
            )
            let entry = Fixture.entry(Fixture.order(job, at: nominal), .failure)
            _ = try ledger.commit([.insert(entry, report: Fixture.report(entry))])
        }
        let first = try ledger.quarters(after: 0, limit: 2)
        let base = QuarterSum.quarter(of: self.start)
        #expect(first.sums.map(\.quarter) == [base + 1, base + 2] && first.hasMore && first.sequence == 3)
        let second = try ledger.quarters(after: first.sequence, limit: 2)
        #expect(second.sums.map(\.quarter) == [base] && second.sums.map(\.outcomes.failure) == [2])
        #expect(!second.hasMore && second.sequence == 4)
        #expect(try ledger.quarters(after: 4, limit: 2).sums.isEmpty)
    }

    @Test("A ledger of the first version has them as soon as it is opened")
    func upgrade() throws {
        try StoredFixture.ledgerV0.copy(to: SQLiteLedger.path(in: self.directory.path))
        _ = try self.open()
        let (kept, scanned) = try self.both()
        #expect(kept == scanned && !kept.isEmpty)
    }

    @Test("What a version without statistics wrote in between is counted when the ledger is opened")
    func downgrade() throws {
        let job = Fixture.snapshot()
        func end(_ ledger: SQLiteLedger?, _ second: Int64) throws {
            let nominal = self.start.advanced(byMilliseconds: second * 1000)
            let entry = Fixture.entry(Fixture.order(job, at: nominal), .success)
            _ = try ledger?.commit([.insert(entry, report: Fixture.report(entry))])
        }
        var ledger: SQLiteLedger? = try self.open()
        try end(ledger, 0)
        try end(ledger, 2000)
        ledger = nil
        // As it would be: the rows are there, and nobody counted.
        let queue = try DatabaseQueue(path: SQLiteLedger.path(in: self.directory.path))
        try queue.write { database in
            try database.execute(sql: "UPDATE meta SET counted = 1; DELETE FROM quarter WHERE sequence = 2")
        }
        try queue.close()
        ledger = try self.open()
        try end(ledger, 1)
        ledger = nil
        let (kept, scanned) = try self.both()
        #expect(kept == scanned && kept.map(\.outcomes.success) == [2, 1])
    }

    @Test("An older copy of the ledger that is put back says what it knows, all of it anew")
    func restored() throws {
        let job = Fixture.snapshot()
        var ledger: SQLiteLedger? = try self.open()
        let running = Fixture.entry(Fixture.order(job, at: self.start))
        _ = try ledger?.commit([.insert(running, report: Fixture.report(running))])
        ledger = nil
        let path = SQLiteLedger.path(in: self.directory.path)
        let copy = try Data(contentsOf: URL(fileURLWithPath: path))
        ledger = try self.open()
        for second in 1...5 as ClosedRange<Int64> {
            let entry = Fixture.entry(
                Fixture.order(job, at: self.start.advanced(byMilliseconds: second * 1000)),
                .success
            )
            _ = try ledger?.commit([.insert(entry, report: Fixture.report(entry))])
        }
        ledger = nil
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try copy.write(to: URL(fileURLWithPath: path))
        let restored = try self.open()
        #expect(restored.wentBack)
        let (kept, scanned) = try self.both()
        #expect(kept == scanned && kept.map(\.outcomes.failure) == [1], "what was open counts as interrupted")
    }

    @Test("Another identity is not told of what the former one did, and the host still knows it")
    func otherIdentity() throws {
        let ledger = try self.open()
        _ = try ledger.claim(for: AgentID("first")!)
        let entry = Fixture.entry(Fixture.order(Fixture.snapshot(), at: self.start), .success)
        _ = try ledger.commit([.insert(entry, report: Fixture.report(entry))])
        #expect(try ledger.claim(for: AgentID("second")!) == "first")
        #expect(try ledger.quarters(after: 0, limit: 10).sums.isEmpty)
        #expect(try self.both().kept.count == 1)
    }

    @Test("They go with the floor, but not before the server knows of the executions they count")
    func pruning() throws {
        let ledger = try self.open()
        let job = Fixture.snapshot()
        for quarter in 0..<3 as Range<Int64> {
            let nominal = self.start.advanced(byMilliseconds: quarter * QuarterSum.length)
            let entry = Fixture.entry(Fixture.order(job, at: nominal), .success)
            _ = try ledger.commit([.insert(entry, report: Fixture.report(entry))])
        }
        let floor = self.start.advanced(byMilliseconds: 2 * QuarterSum.length)
        _ = try ledger.commit([.raiseFloor(floor), .acknowledge(1)])
        func prune() throws { while try ledger.commit([.prune]) != [.pruned(isDone: true)] {} }
        try prune()
        #expect(try self.both().kept.map(\.quarter).count == 2)
        _ = try ledger.commit([.acknowledge(3)])
        try prune()
        #expect(try self.both().kept.map(\.start) == [floor])
    }
}
