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
/// Jumps of the host's wall clock have no influence within one boot. Samples are taken NTP-style at the handshake and with
/// each heartbeat; of the last eight the one with the shortest round trip counts, its error is at most half of that.
package struct SchedClock: Hashable, Sendable {
    /// Wall clock minus boot clock; microseconds.
    package private(set) var offset: Int64
    /// Whether a server ever agreed to the offset.
    package private(set) var isAgreed: Bool
    private var samples: [Sample] = []
    private var slewedAt: Int64?

    private struct Sample: Hashable {
        let offset: Int64
        let roundTrip: Int64
    }

    /// Errors up to 2 s are slewed, beyond that the clock steps.
    private static let stepThreshold: Int64 = 2_000_000
    /// 500 ppm.
    private static let slewPerMillion: Int64 = 500
    private static let window = 8

    /// - Parameters:
    ///   - agreed: the offset of the last contact within this boot, if any.
    ///   - reading: the host's clocks now, used when nothing was ever agreed.
    package init(agreed: Int64?, reading: ClockReading) {
        self.offset = agreed ?? (reading.wall - reading.boot)
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

    /// Takes a sample that arrived now.
    ///
    /// - Parameters:
    ///   - sample: the exchange (RFC 5905, 8: offset = ((t1 - t0) + (t2 - t3)) / 2).
    ///   - reading: the host's clocks when the answer arrived.
    ///   - stepping: whether to take the offset as it is: at a handshake, before any decision.
    /// - Returns: by how much the clock moved; microseconds, negative backwards.
    package mutating func adjust(by sample: ClockSample, at reading: ClockReading, stepping: Bool) -> Int64 {
        let roundTrip = (reading.boot - sample.agentSent) - (sample.serverSent - sample.serverReceived)
        guard roundTrip >= 0 else { return 0 }
        let measured = ((sample.serverReceived - sample.agentSent) + (sample.serverSent - reading.boot)) / 2
        if stepping { self.samples.removeAll() }
        self.samples.append(Sample(offset: measured, roundTrip: roundTrip))
        if self.samples.count > Self.window { self.samples.removeFirst() }
        let best = self.samples.min { $0.roundTrip < $1.roundTrip }?.offset ?? measured
        let error = best - self.offset
        let before = self.offset
        if stepping || !self.isAgreed || abs(error) > Self.stepThreshold {
            self.offset = best
            // Older samples tell of an offset that no longer is.
            if abs(error) > Self.stepThreshold { self.samples.removeAll() }
        } else {
            let elapsed = max(0, reading.boot - (self.slewedAt ?? reading.boot))
            let limit = elapsed * Self.slewPerMillion / 1_000_000
            self.offset += min(max(error, -limit), limit)
        }
        self.slewedAt = reading.boot
        self.isAgreed = true
        return self.offset - before
    }
}
