// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowAgentCore

@Suite("Where an agent stands with its reports")
struct OutboxTests {
    private static let second: Int64 = 1_000_000

    @Test("Acknowledged reports are kept for ten minutes, then forgotten step by step")
    func keeps() {
        var outbox = Outbox(last: 5000, acknowledged: 0, base: 0, at: 0)
        outbox.acknowledge(4000, at: 0)
        outbox.acknowledge(4500, at: 30 * Self.second)
        #expect(outbox.takeForgettable(at: 599 * Self.second) == nil)
        // Small steps: no start waits behind the removal of thousands of rows.
        #expect(outbox.takeForgettable(at: 600 * Self.second) == 2000)
        #expect(outbox.takeForgettable(at: 600 * Self.second) == 4000)
        #expect(outbox.takeForgettable(at: 600 * Self.second) == nil)
        #expect(
            outbox.nextDeadline(resendAfter: Self.second, isConnected: false, canWrite: true, canForget: true) <= 630
                * Self.second
        )
        #expect(outbox.takeForgettable(at: 630 * Self.second) == 4500)
        #expect(outbox.base == 4500)
    }

    @Test("What waits for the ledger, or for reports to be read, is no deadline: their end is an event")
    func waitsForEvents() {
        var outbox = Outbox(last: 10, acknowledged: 0, base: 0, at: 0)
        outbox.acknowledge(4, at: 0)
        #expect(
            outbox.nextDeadline(resendAfter: Self.second, isConnected: true, canWrite: true, canForget: true)
                == Self.second
        )
        #expect(
            outbox.nextDeadline(resendAfter: Self.second, isConnected: true, canWrite: false, canForget: true) == .max
        )
        var reading = Outbox(last: 10, acknowledged: 0, base: 0, at: 0)
        reading.welcome(acknowledged: 0, at: 0)
        #expect(reading.takeUnsent(at: 0, resendAfter: Self.second) == 0)
        reading.sent(through: 10, at: 0)
        #expect(
            reading.nextDeadline(resendAfter: Self.second, isConnected: true, canWrite: true, canForget: true)
                == Self.second
        )
        #expect(reading.takeUnsent(at: Self.second, resendAfter: Self.second) == 0)
        #expect(
            reading.nextDeadline(resendAfter: Self.second, isConnected: true, canWrite: true, canForget: true) == .max
        )
    }

    @Test("A busy host keeps so many acknowledged reports and no more")
    func keepsNotTooMany() {
        var outbox = Outbox(last: 60_000, acknowledged: 0, base: 0, at: 0)
        outbox.acknowledge(60_000, at: 0)
        var forgotten: [Int64] = []
        while let bound = outbox.takeForgettable(at: Self.second) { forgotten.append(bound) }
        #expect(forgotten.last == 60_000 - Outbox.keptCount)
    }

    @Test("A server that went back in time gets again what is still here (R5)")
    func goesBack() {
        var outbox = Outbox(last: 100, acknowledged: 90, base: 60, at: 0)
        outbox.welcome(acknowledged: 70, at: 0)
        #expect(outbox.acknowledged == 70)
        #expect(outbox.takeUnsent(at: 0, resendAfter: Self.second) == 70)
        outbox.sent(through: 100, at: 0)
        outbox.acknowledge(100, at: 1)
        #expect(outbox.takeAcknowledgement(at: 1, joining: true) == 100)
        // One that wants what is gone begins where the reports begin.
        var another = Outbox(last: 100, acknowledged: 90, base: 60, at: 0)
        another.welcome(acknowledged: 10, at: 0)
        #expect(another.takeUnsent(at: 0, resendAfter: Self.second) == 60)
    }

    @Test("An acknowledgement is written with other things, or alone after a second")
    func writesAcknowledgements() {
        var outbox = Outbox(last: 10, acknowledged: 0, base: 0, at: 0)
        outbox.acknowledge(4, at: 0)
        #expect(outbox.takeAcknowledgement(at: 10, joining: false) == nil)
        outbox.acknowledge(6, at: Self.second / 2)
        #expect(outbox.takeAcknowledgement(at: Self.second, joining: false) == 6)
        #expect(outbox.takeAcknowledgement(at: 9 * Self.second, joining: true) == nil)
        outbox.acknowledge(11, at: 10 * Self.second)
        #expect(outbox.acknowledged == 6, "nobody can have what was never written")
    }
}
