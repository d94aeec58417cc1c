// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What is held back while the clock is not to be believed (R7).
struct ClockSuspicion: Sendable {
    /// Cursors as they were; the ledger keeps them too, so that nothing is lost by a restart.
    var held: [JobUID: Timestamp] = [:]
}

/// How far the host's wall clock was off when somebody was told last.
enum WallWarning: Int, Comparable, Sendable {
    case none
    case off
    case far

    static func < (lhs: WallWarning, rhs: WallWarning) -> Bool { lhs.rawValue < rhs.rawValue }

    /// From 2 s on it is worth a warning, from 5 min on an error.
    init(microseconds: Int64) {
        switch abs(microseconds) {
        case ..<2_000_000: self = .none
        case ..<300_000_000: self = .off
        default: self = .far
        }
    }
}

extension AgentCore {
    /// A boot whose clock is more than a day after the end of the last life: a long rest, or a clock gone wrong.
    static var suspiciousJump: Int64 { 86_400_000 }

    mutating func adjustClock(by sample: ClockSample, at reading: ClockReading, isHandshake: Bool) {
        let wasAgreed = self.clock.isAgreed
        if isHandshake { self.clock.beginSession(at: reading) }
        let moved = self.clock.adjust(by: sample, at: reading)
        self.warnOfWall(at: reading)
        if self.clock.isAgreed, self.suspicion != nil { self.trustClock(at: reading) }
        guard moved != 0 || !wasAgreed || isHandshake else { return }
        self.clockMoved(by: moved, isWritten: isHandshake || abs(moved) > 100_000, at: reading)
    }

    /// Notices, while no server has ever agreed, that somebody or NTP has set the host's clock.
    mutating func followWall(at reading: ClockReading) {
        let moved = self.clock.followWall(at: reading, notBefore: self.earliest)
        guard moved != 0 else { return }
        if moved > Self.suspiciousJump * 1000, self.suspicion == nil { self.suspect(at: reading) }
        self.clockMoved(by: moved, isWritten: false, at: reading)
        if moved > 0 { for uid in self.jobs.keys.sorted() { self.scheduleNextFire(of: uid) } }
    }

    private mutating func clockMoved(by moved: Int64, isWritten: Bool, at reading: ClockReading) {
        if abs(moved) > 1_000_000 { self.effects.append(.note(.clockStepped(microseconds: moved))) }
        let now = self.clock.now(reading)
        // Small slews are not worth a transaction: the offset is only read again after a restart.
        if isWritten { self.pipeline.add(.setClock(offset: self.clock.offset, time: now)) }
        // Also when nothing moved: an earlier life may have decided too early and died before it could take that back.
        guard moved < 0 || isWritten else { return }
        self.hastenRetries(now: now)
        self.leavePoolsUntilDue(now: now)
        self.freed.formUnion(self.queues.keys)
        self.freedPools.formUnion(self.pools.keys)
        for uid in self.jobs.keys.sorted() where self.jobs[uid].map({ $0.cursor > now }) == true {
            self.jobs[uid]?.cursor = now
            self.scheduleNextFire(of: uid)
        }
        if isWritten || abs(moved) > 100_000 { self.pipeline.add(.undoPremature(now: now)) }
    }

    private mutating func warnOfWall(at reading: ClockReading) {
        let error = self.clock.wallError(at: reading)
        let warning = WallWarning(microseconds: error)
        guard warning != self.wallWarning else { return }
        if warning > self.wallWarning { self.effects.append(.note(.wallClockOff(microseconds: error))) }
        self.wallWarning = warning
    }

    // MARK: A clock that is not to be believed

    /// At the start, before any decision.
    mutating func suspectClock(at reading: ClockReading) {
        guard !self.clock.isAgreed, self.earliest > .distantPast,
            self.clock.now(reading).milliseconds(since: self.earliest) > Self.suspiciousJump
        else { return }
        self.suspect(at: reading)
    }

    private mutating func suspect(at reading: ClockReading) {
        self.suspicion = ClockSuspicion()
        self.effects.append(.note(.clockSuspect(now: self.clock.now(reading), last: self.earliest)))
    }

    /// A server has told the time: what was held back is decided now.
    private mutating func trustClock(at reading: ClockReading) {
        guard let held = self.suspicion?.held else { return }
        self.suspicion = nil
        for uid in held.keys.sorted() {
            guard let cursor = held[uid], self.jobs[uid] != nil else { continue }
            self.jobs[uid]?.cursor = cursor
            self.scheduleNextFire(of: uid)
        }
    }
}
