// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowTesting
import Foundation
import GRDB
import Testing

@testable import FlowAgent

@Suite("A ledger of an earlier version")
struct LedgerUpgradeTests {
    let directory: TemporaryDirectory

    init() throws {
        self.directory = try TemporaryDirectory()
        try StoredFixture.ledgerV0.copy(to: SQLiteLedger.path(in: self.directory.path))
    }

    @Test("opens with jobs, open executions and unacknowledged reports, and numbers go on")
    func goesOn() throws {
        let ledger = try SQLiteLedger(directory: self.directory.path)
        let restored = try ledger.restore()
        #expect(restored.incarnation == "3d316006-2dfb-4831-93b3-3403f381d268")
        #expect(restored.jobs.count == 9 && restored.cursors.count == 9)
        #expect(restored.open.map(\.status).filter { $0 == .running }.count == 1 && restored.open.count == 3)
        #expect(restored.acknowledgedSequence == 89 && restored.lastSequence == 91)
        #expect(try ledger.outbox(after: 89, limit: 10).map(\.sequence) == [90, 91])
        for entry in restored.open { #expect(try ledger.entry(entry.id) == entry) }

        let entry = Fixture.entry(Fixture.order(Fixture.snapshot()))
        #expect(try ledger.commit([.insert(entry, report: Fixture.report(entry))]) == [.written(sequence: 92)])
        _ = try ledger.commit([.acknowledge(91), .forgetReports(through: 91)])
        #expect(try ledger.outbox(after: 0, limit: 10).map(\.sequence) == [92])
    }

    @Test("an agent goes on from it: what was interrupted is decided, and the next fire of each job is due")
    func agentGoesOn() throws {
        let ledger = try SQLiteLedger(directory: self.directory.path)
        let restored = try ledger.restore()
        let newest = try #require(restored.cursors.values.max())
        // The host that wrote it went on: the agreed offset places the newest fire on its boot clock.
        let wall = newest.milliseconds * 1000
        var reading = ClockReading(boot: wall - (try #require(restored.clockOffset)), wall: wall)
        var core = AgentCore(
            configuration: AgentCore.Configuration(
                agent: AgentID("agt_cd352f40fb07dcd9")!,
                bootID: "boot",
                version: "1",
                hostname: "host",
                operatingSystem: "Linux"
            ),
            restored: restored,
            reading: reading
        )
        var effects = core.handle(.started, at: reading)
        var launched = 0
        for _ in 0..<40 {
            var results: [LedgerResult]?
            for effect in effects {
                switch effect {
                case .commit(let operations): results = try ledger.commit(operations)
                case .launch(let launches): launched += launches.count
                default: break
                }
            }
            if let results {
                effects = core.handle(.committed(results), at: reading)
            } else {
                reading = ClockReading(boot: reading.boot + 250_000, wall: reading.wall + 250_000)
                effects = core.handle(.wake, at: reading)
            }
        }
        #expect(launched > 0)
        #expect(try ledger.restore().lastSequence > 91)
    }
}
