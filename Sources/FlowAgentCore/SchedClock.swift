// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What the host's clocks said when an event was handled; microseconds.
package struct ClockReading: Hashable, Sendable {
    /// CLOCK_BOOTTIME: monotonic, counts suspension.
    package let boot: Int64
    /// CLOCK_REALTIME, which anybody may set.
    package let wall: Int64

    package init(boot: Int64, wall: Int64) {
        self.boot = boot
        self.wall = wall
    }
}

/// The clock that fires follow: the boot clock plus an offset agreed with the server (R7).
///
/// Jumps of the host's wall clock have no influence once a server agreed within this boot. Samples are taken NTP-style at the
/// handshake and with each heartbeat. The truth lies within half a round trip of what a sample says, so a clock inside that
/// range is left alone: a slow answer can never make a right clock wrong. Of the last samples the most exact one counts.
package struct SchedClock: Hashable, Sendable {
    /// Wall clock minus boot clock; microseconds.
    package private(set) var offset: Int64
    /// Whether a server ever agreed to the offset.
    package private(set) var isAgreed: Bool
    private var samples: [Sample] = []
    private var slewedAt: Int64?
    /// Until then a session is young, and a difference is stepped over instead of slewed; boot clock.
    private var settlesUntil: Int64 = .min

    private struct Sample: Hashable {
        let offset: Int64
        /// How far the truth may be away.
        let uncertainty: Int64
        /// Boot clock.
        let at: Int64

        /// What clocks that drift apart add with time.
        func uncertainty(at boot: Int64) -> Int64 {
            self.uncertainty + max(0, boot - self.at) / SchedClock.driftDivisor
        }
    }

    /// Errors up to 2 s are slewed, beyond that the clock steps.
    private static let stepThreshold: Int64 = 2_000_000
    /// A young session steps over differences that a fire would show, and slews the rest.
    private static let settleThreshold: Int64 = 20_000
    /// How long a session is young.
    private static let settleTime: Int64 = 60_000_000
    /// 500 ppm.
    private static let slewPerMillion: Int64 = 500
    /// 100 ppm.
    private static let driftDivisor: Int64 = 10_000
    /// The server stamps with milliseconds.
    private static let stampError: Int64 = 1000
    private static let window = 8

    /// - Parameters:
    ///   - agreed: the offset of the last contact within this boot, if any.
    ///   - reading: the host's clocks now, used when nothing was ever agreed.
    ///   - earliest: time never was before this; a host whose wall clock says so has lost it.
    package init(agreed: Int64?, reading: ClockReading, notBefore earliest: Timestamp = .distantPast) {
        let own = reading.wall - reading.boot
        self.offset = agreed ?? max(own, earliest.milliseconds * 1000 - reading.boot)
        self.isAgreed = agreed != nil
    }

    package func microseconds(at reading: ClockReading) -> Int64 { reading.boot + self.offset }

    package func now(_ reading: ClockReading) -> Timestamp {
        Timestamp(milliseconds: self.microseconds(at: reading).flooredDivision(by: 1000))
    }

    /// The boot clock's reading when this clock will show `instant`; microseconds.
    package func boot(of instant: Timestamp) -> Int64 { instant.milliseconds * 1000 - self.offset }

    /// This clock's instant for a boot clock reading.
    package func instant(boot: Int64) -> Timestamp {
        Timestamp(milliseconds: (boot + self.offset).flooredDivision(by: 1000))
    }

    /// How far the host's wall clock is ahead of this clock; microseconds.
    package func wallError(at reading: ClockReading) -> Int64 { reading.wall - reading.boot - self.offset }

    /// A session begins: until it has settled, differences are stepped over.
    package mutating func beginSession(at reading: ClockReading) {
        self.settlesUntil = reading.boot + Self.settleTime
    }

    /// Takes a sample that arrived now.
    ///
    /// - Parameters:
    ///   - sample: the exchange (RFC 5905, 8: offset = ((t1 - t0) + (t2 - t3)) / 2).
    ///   - reading: the host's clocks when the answer arrived.
    /// - Returns: by how much the clock moved; microseconds, negative backwards.
    package mutating func adjust(by sample: ClockSample, at reading: ClockReading) -> Int64 {
        let roundTrip = (reading.boot - sample.agentSent) - (sample.serverSent - sample.serverReceived)
        guard roundTrip >= 0 else { return 0 }
        let measured = ((sample.serverReceived - sample.agentSent) + (sample.serverSent - reading.boot)) / 2
        self.remember(Sample(offset: measured, uncertainty: roundTrip / 2 + Self.stampError, at: reading.boot))
        defer {
            self.slewedAt = reading.boot
            self.isAgreed = true
        }
        guard
            let best = self.samples.min(by: { $0.uncertainty(at: reading.boot) < $1.uncertainty(at: reading.boot) })
        else { return 0 }
        let uncertainty = best.uncertainty(at: reading.boot)
        let distance = best.offset - self.offset
        guard abs(distance) > uncertainty else { return 0 }
        // The truth lies somewhere in the range. What was agreed was near it, perhaps nearer than this sample is, so no more is
        // moved than the sample asks for; a host's own clock, which nobody vouches for, goes to the middle.
        let error = self.isAgreed ? distance - uncertainty * distance.signum() : distance
        let isYoung = reading.boot < self.settlesUntil
        guard abs(error) <= (isYoung ? Self.settleThreshold : Self.stepThreshold) else {
            self.offset += error
            return error
        }
        let elapsed = max(0, reading.boot - (self.slewedAt ?? reading.boot))
        let limit = elapsed * Self.slewPerMillion / 1_000_000
        let slewed = min(max(error, -limit), limit)
        self.offset += slewed
        return slewed
    }

    private mutating func remember(_ fresh: Sample) {
        // Samples that can't both be true tell of a server's clock that was set: the newer one is right about now.
        self.samples.removeAll {
            abs($0.offset - fresh.offset) > $0.uncertainty(at: fresh.at) + fresh.uncertainty
        }
        self.samples.append(fresh)
        if self.samples.count > Self.window { self.samples.removeFirst() }
    }

    /// Follows the host's wall clock while no server has ever agreed: somebody, or NTP, has set it right.
    ///
    /// - Parameters:
    ///   - reading: the host's clocks now.
    ///   - earliest: time never was before this; a wall clock that says so is not followed.
    /// - Returns: by how much the clock moved; microseconds, negative backwards.
    package mutating func followWall(at reading: ClockReading, notBefore earliest: Timestamp) -> Int64 {
        let error = self.wallError(at: reading)
        guard !self.isAgreed, abs(error) > Self.stepThreshold, reading.wall >= earliest.milliseconds * 1000 else {
            return 0
        }
        self.offset += error
        return error
    }
}
