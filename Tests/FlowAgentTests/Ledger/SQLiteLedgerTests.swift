// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import Foundation
import GRDB
import Testing

@Suite("The ledger in SQLite")
struct SQLiteLedgerTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func open() throws -> SQLiteLedger { try SQLiteLedger(directory: self.directory.path) }

    @Test("admits an execution once, also after a crash (R1)")
    func admission() throws {
        let entry = Fixture.entry(Fixture.order(Fixture.snapshot(), parameters: ["a": "b"]))
        var ledger: SQLiteLedger? = try self.open()
        #expect(try ledger?.commit([.insert(entry, report: Fixture.report(entry))]) == [.written(sequence: 1)])
        ledger = nil
        let second = try self.open()
        var other = entry
        other.isLocal = false
        #expect(try second.commit([.insert(other, report: Fixture.report(other))]) == [.exists(entry)])
        #expect(try second.entry(entry.id) == entry)
        #expect(try second.outbox(after: 0, limit: 10).map(\.sequence) == [1])
        #expect(try second.restore().open == [entry])
    }

    @Test("refuses a second agent on the same directory and lets it in afterwards")
    func exclusion() throws {
        var first: SQLiteLedger? = try self.open()
        #expect { try self.open() } throws: { ($0 as? CoreError)?.code == .conflict }
        _ = first?.commit
        first = nil
        _ = try self.open()
    }

    @Test("keeps its incarnation and is readable by its owner alone (R11)")
    func identity() throws {
        var ledger: SQLiteLedger? = try self.open()
        let incarnation = try ledger?.restore().incarnation
        ledger = nil
        #expect(try self.open().restore().incarnation == incarnation)
        let attributes = try FileManager.default.attributesOfItem(atPath: self.directory.path + "/agent.db")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("replaces a row, and does nothing for one that is gone")
    func update() throws {
        let ledger = try self.open()
        var entry = Fixture.entry(Fixture.order(Fixture.snapshot()))
        #expect(try ledger.commit([.update(entry, report: Fixture.report(entry))]) == [.done])
        _ = try ledger.commit([.insert(entry, report: Fixture.report(entry))])
        entry.status = .failure
        entry.reason = .exitCode
        entry.detail = "exit status 3"
        entry.exitCode = 3
        entry.finishedAt = entry.order.nominal.advanced(byMilliseconds: 5)
        entry.coalesced = CoalescedRange(count: 2, from: entry.order.nominal, through: entry.order.nominal)
        let report = Fixture.report(entry, output: "hello")
        #expect(try ledger.commit([.update(entry, report: report)]) == [.written(sequence: 2)])
        #expect(try ledger.entry(entry.id) == entry)
        var expected = report
        expected.sequence = 2
        #expect(try ledger.outbox(after: 1, limit: 10) == [expected])
        #expect(try ledger.restore().open.isEmpty)
    }

    @Test("pages the outbox, empties it as far as acknowledged, and never reuses a number (R5)")
    func outbox() throws {
        var ledger: SQLiteLedger? = try self.open()
        let job = Fixture.snapshot()
        for second in 0..<10 {
            let entry = Fixture.entry(Fixture.order(job, at: Timestamp(seconds: Int64(second))))
            _ = try ledger?.commit([.insert(entry, report: Fixture.report(entry))])
        }
        #expect(try ledger?.outbox(after: 3, limit: 4).map(\.sequence) == [4, 5, 6, 7])
        _ = try ledger?.commit([.acknowledge(10)])
        #expect(try ledger?.outbox(after: 0, limit: 10).isEmpty == true)
        ledger = nil
        let second = try self.open()
        #expect(try second.restore().lastSequence == 10)
        #expect(try second.restore().acknowledgedSequence == 10)
        let entry = Fixture.entry(Fixture.order(job, at: Timestamp(seconds: 99)))
        #expect(try second.commit([.insert(entry, report: Fixture.report(entry))]) == [.written(sequence: 11)])
        _ = try second.commit([.acknowledge(500)])
        #expect(try second.restore().acknowledgedSequence == 11, "a server can't acknowledge what was never written")
    }

    @Test("keeps orders for fires to come until they are dropped (R4)")
    func orders() throws {
        let order = Fixture.order(Fixture.snapshot(), parameters: ["x": "\u{1F600}'\"\n"])
        var ledger: SQLiteLedger? = try self.open()
        _ = try ledger?.commit([.storeOrder(order), .storeOrder(order)])
        ledger = nil
        let second = try self.open()
        #expect(try second.restore().orders == [order])
        _ = try second.commit([.dropOrder(order.executionID)])
        #expect(try second.restore().orders.isEmpty)
    }

    @Test("applies configurations and keeps the cursors of jobs it knows (R2, R13)")
    func configuration() throws {
        let ledger = try self.open()
        let first = Fixture.snapshot(name: "first")
        let second = Fixture.snapshot(name: "second")
        let third = Fixture.snapshot(name: "third")
        let start = Timestamp(seconds: 100)
        _ = try ledger.commit([
            .applyConfig(ConfigUpdate(version: 1, base: nil, upserts: [first, second]), cursor: start),
            .advanceCursor(first.uid, Timestamp(seconds: 200)), .advanceCursor(first.uid, Timestamp(seconds: 150)),
        ])
        #expect(try ledger.restore().cursors == [first.uid: Timestamp(seconds: 200), second.uid: start])
        let newer = Fixture.snapshot(name: "renamed", uid: first.uid, version: 2)
        _ = try ledger.commit([
            .applyConfig(
                ConfigUpdate(version: 2, base: 1, upserts: [newer, third], removals: [second.uid]),
                cursor: Timestamp(seconds: 300)
            )
        ])
        let snapshot = try ledger.restore()
        #expect(Set(snapshot.jobs) == [newer, third])
        #expect(snapshot.configVersion == 2)
        #expect(snapshot.cursors == [first.uid: Timestamp(seconds: 200), third.uid: Timestamp(seconds: 300)])
        _ = try ledger.commit([
            .applyConfig(ConfigUpdate(version: 3, base: nil, upserts: [third]), cursor: Timestamp(seconds: 400))
        ])
        #expect(try ledger.restore().jobs == [third])
    }

    @Test("takes premature skips back and reports them as pending; starts stay (R8)")
    func undo() throws {
        let ledger = try self.open()
        let job = Fixture.snapshot()
        let now = Timestamp(seconds: 1000)
        let started = Fixture.entry(Fixture.order(job, at: Timestamp(seconds: 2000)))
        let early = Fixture.entry(Fixture.order(job, at: now), .skipped)
        let late = Fixture.entry(Fixture.order(job, at: Timestamp(milliseconds: 1_000_001)), .skipped)
        _ = try ledger.commit([
            .applyConfig(ConfigUpdate(version: 1, base: nil, upserts: [job]), cursor: Timestamp(seconds: 5000)),
            .insert(started, report: Fixture.report(started)), .insert(early, report: Fixture.report(early)),
            .insert(late, report: Fixture.report(late)),
        ])
        #expect(try ledger.commit([.undoPremature(now: now)]) == [.withdrawn([late.id], sequence: 4)])
        #expect(try ledger.entry(late.id) == nil)
        #expect(try ledger.entry(early.id) == early)
        #expect(try ledger.entry(started.id) == started)
        #expect(try ledger.restore().cursors == [job.uid: now])
        #expect(try ledger.outbox(after: 3, limit: 5).map(\.status) == [.pending])
        let again = Fixture.entry(late.order)
        #expect(try ledger.commit([.insert(again, report: Fixture.report(again))]) == [.written(sequence: 5)])
    }

    @Test("prunes only what is terminal, acknowledged and below the floor (R10)")
    func floor() throws {
        let ledger = try self.open()
        let job = Fixture.snapshot()
        let entries = (0..<4).map { second in
            Fixture.entry(Fixture.order(job, at: Timestamp(seconds: Int64(second))), second == 1 ? .running : .success)
        }
        _ = try ledger.commit(entries.map { .insert($0, report: Fixture.report($0)) })
        _ = try ledger.commit([.acknowledge(2), .setClockOffset(-42), .raiseFloor(Timestamp(seconds: 3))])
        while try ledger.commit([.prune]) != [.pruned(isDone: true)] {}
        #expect(try ledger.entry(entries[0].id) == nil)
        #expect(try ledger.entry(entries[1].id) != nil, "still open")
        #expect(try ledger.entry(entries[2].id) != nil, "not acknowledged")
        #expect(try ledger.entry(entries[3].id) == entries[3], "above the floor")
        #expect(try ledger.restore().floor == Timestamp(seconds: 3))
        #expect(try ledger.restore().clockOffset == -42)
    }

    @Test("commits all of a batch or nothing")
    func atomicity() throws {
        let ledger = try self.open()
        let entry = Fixture.entry(Fixture.order(Fixture.snapshot()))
        // What breaks the transaction in its middle is another connection that took a table away.
        let other = try DatabaseQueue(path: SQLiteLedger.path(in: self.directory.path))
        try other.write { try $0.execute(sql: "ALTER TABLE pending_order RENAME TO gone") }
        #expect(throws: (any Error).self) {
            try ledger.commit([.insert(entry, report: Fixture.report(entry)), .storeOrder(entry.order)])
        }
        try other.write { try $0.execute(sql: "ALTER TABLE gone RENAME TO pending_order") }
        #expect(try ledger.entry(entry.id) == nil)
        #expect(try ledger.restore().lastSequence == 0)
        #expect(
            try ledger.commit([.insert(entry, report: Fixture.report(entry)), .storeOrder(entry.order)])
                == [.written(sequence: 1), .done]
        )
    }

    @Test("a commit of a few rows takes well under the 10 ms that a record may (S1-NFR-P6)")
    func speed() throws {
        let ledger = try self.open()
        let job = Fixture.snapshot()
        var times: [Duration] = []
        for second in 0..<200 {
            let entry = Fixture.entry(Fixture.order(job, at: Timestamp(seconds: Int64(second))))
            var done = entry
            done.status = .success
            times.append(
                try ContinuousClock().measure {
                    _ = try ledger.commit([
                        .insert(entry, report: Fixture.report(entry)), .update(done, report: Fixture.report(done)),
                    ])
                }
            )
        }
        let median = times.sorted()[100]
        print("ledger: commit of 2 operations, p50 \(median), p99 \(times.sorted()[198])")
        #expect(median < .milliseconds(10))
    }
}
