// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A hash that is the same on every host and in every version: chance that needs no random numbers (FNV-1a, 64 bits).
///
/// Spreads times; it protects nothing.
package struct StableHash: Sendable {
    private var state: UInt64 = 14_695_981_039_346_656_037

    package init() {}

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { self.state = (self.state ^ UInt64(byte)) &* 1_099_511_628_211 }
    }

    package mutating func add(_ number: Int64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            self.add(CollectionOfOne(UInt8(truncatingIfNeeded: number >> Int64(shift))))
        }
    }

    /// The hash of everything added so far.
    package var value: UInt64 { self.state }

    /// A number from 0 up to, and not including, the bound; 0 for a bound of 1 or less.
    package func below(_ bound: Int64) -> Int64 {
        guard bound > 1 else { return 0 }
        // The low bits of FNV mix worse than the high ones.
        let mixed = (self.state ^ (self.state >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return Int64((mixed >> 1) % UInt64(bound))
    }
}

/// When a fire starts within its job's jitter (`semantics.md` 1).
package enum StartJitter {
    /// `nominal + hash(job, agent, nominal) mod jitter`; never later than the next fire, so that fires keep their order.
    ///
    /// - Parameter jitterMilliseconds: the width; 0 = at the nominal time.
    package static func start(
        of nominal: Timestamp,
        job: JobUID,
        agent: AgentID,
        jitterMilliseconds: Int64,
        next: @autoclosure () -> Timestamp?
    ) -> Timestamp {
        guard jitterMilliseconds > 0 else { return nominal }
        var hash = StableHash()
        hash.add(job.bytes)
        hash.add(agent.rawValue.utf8)
        hash.add(nominal.milliseconds)
        let start = nominal.advanced(byMilliseconds: hash.below(jitterMilliseconds))
        return next().map { min(start, $0) } ?? start
    }
}
