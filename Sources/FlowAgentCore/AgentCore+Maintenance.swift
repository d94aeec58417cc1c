// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The host is kept free of new work, until a time (S1-FR-3.2).
///
/// The server says it with its end, and the ledger keeps it: over restarts, and without a connection, nothing new starts until
/// that time has come by the clock that fires follow. Fires of that time are missed as in a stop of the scheduler, and the misfire
/// policy decides at the end. What runs goes on, with its retries; what waits for a place waits on.
extension AgentCore {
    /// Whoever is told of one is in it already, though the clocks may differ by a little.
    func maintains(at now: Timestamp) -> Bool {
        guard self.configuration.heedsScheduler, let period = self.maintenance.period else { return false }
        return now < period.end
    }

    /// Takes the server's word; the newest counts, whatever its number: after a restore the server counts from a lower one.
    mutating func follow(_ maintenance: HostMaintenance, at reading: ClockReading) {
        guard maintenance != self.maintenance else { return }
        self.maintenance = maintenance
        self.pipeline.add(.setMaintenance(maintenance), then: .schedulerSet)
        self.keepMaintenance(at: reading)
    }

    /// Begins or ends it, when its time has come.
    mutating func keepMaintenance(at reading: ClockReading) {
        guard self.isMaintained || self.maintenance.period != nil else { return }
        let now = self.clock.now(reading)
        let isMaintained = self.maintains(at: now)
        guard isMaintained != self.isMaintained else { return }
        let wasHalted = self.isHalted
        self.isMaintained = isMaintained
        if let period = self.maintenance.period {
            self.effects.append(.note(.maintenanceChanged(period, isInForce: isMaintained)))
        }
        if !isMaintained {
            self.freed.formUnion(self.queues.keys)
            self.freedPools.formUnion(self.pools.keys)
        }
        self.changeHalt(from: wasHalted, at: reading)
    }

    /// Refuses what somebody or something has triggered.
    ///
    /// What a server has placed here it placed before.
    ///
    /// - Returns: whether it is decided.
    mutating func refuseMaintained(
        _ order: Order,
        acknowledge: Bool,
        isAnswer: Bool,
        now: Timestamp
    ) -> Bool {
        guard order.kind != .cron, order.hold == nil, self.maintains(at: now), let period = self.maintenance.period
        else { return false }
        self.decide(
            order,
            status: .skipped,
            reason: .maintenance,
            detail: period.text.en,
            acknowledge: acknowledge,
            isAnswer: isAnswer,
            now: now
        )
        return true
    }
}
