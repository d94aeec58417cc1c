// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import GRDB
import Synchronization
import Testing

@testable import FlowAgent

@Suite("Statements of the ledger")
struct LedgerStatementsTests {
    private final class Statements: Sendable {
        private let entries = Mutex<[String]>([])
        var all: [String] { self.entries.withLock { $0 } }
        func append(_ text: String) { self.entries.withLock { $0.append(text) } }
    }

    @Test("No setting of the connection changes while the agent works: SQLite would prepare every statement anew")
    func settings() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(directory: directory.path)
        let seen = Statements()
        for queue in [ledger.queue, ledger.reader] { queue.unsafeRead { $0.trace { seen.append($0.description) } } }
        let entry = Fixture.entry(Fixture.order(Fixture.snapshot()))
        _ = try ledger.commit([.insert(entry, report: Fixture.report(entry))])
        #expect(try ledger.outbox(after: 0, limit: 10).count == 1)
        #expect(try ledger.entry(entry.id) == entry)
        _ = try ledger.quarters(after: 0, limit: 10)
        #expect(seen.all.contains { $0.contains("FROM outbox") })
        #expect(seen.all.filter { $0.contains("PRAGMA") } == [])
    }
    @Test("Reports are read while a transaction is being written: what is durable waits for nothing else")
    func reading() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(directory: directory.path)
        let entry = Fixture.entry(Fixture.order(Fixture.snapshot()))
        _ = try ledger.commit([.insert(entry, report: Fixture.report(entry))])
        // One connection refuses to be used inside its own transaction.
        let read = try ledger.queue.write { database in
            try database.execute(sql: "DELETE FROM outbox")
            return try ledger.outbox(after: 0, limit: 10).map(\.sequence)
        }
        #expect(read == [1], "as it was committed")
        #expect(try ledger.outbox(after: 0, limit: 10) == [])
    }
}
