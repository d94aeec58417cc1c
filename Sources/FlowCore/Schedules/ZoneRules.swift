// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The offsets of one time zone for all time, immutable once read.
///
/// A list of segments, each with the UTC second it begins at and its offset. The segments go to the end of 2199, so that
/// nothing has to know the rules they came from. A lookup is one division and a step or two: see ``segment(at:)``.
package final class ZoneRules: Sendable {
    package let name: String
    /// The POSIX rule that the last changes follow (RFC 9636, 3.3); nil when they follow none, or it is not known.
    let rule: String?
    /// Where each segment begins; the first at `Int64.min`.
    let starts: [Int64]
    /// Seconds east of Greenwich in each segment.
    let offsets: [Int32]
    /// The segment in which each span of 2^25 seconds (388 days) from 1970 begins.
    private let buckets: [UInt16]
    private static let bucketShift: Int64 = 25

    /// Takes the offset before the first transition, and where the offset changes, in ascending order.
    init(name: String, initial: Int, transitions: [(start: Int64, offset: Int)], rule: String? = nil) {
        self.name = name
        self.rule = rule
        var starts = [Int64.min]
        var offsets = [Int32(initial)]
        for transition in transitions where Int32(transition.offset) != offsets[offsets.count - 1] {
            starts.append(transition.start)
            offsets.append(Int32(transition.offset))
        }
        var buckets: [UInt16] = []
        var segment = 0
        var time: Int64 = 0
        while let last = starts.last, time <= last {
            while segment + 1 < starts.count, starts[segment + 1] <= time { segment += 1 }
            buckets.append(UInt16(truncatingIfNeeded: segment))
            time += 1 << Self.bucketShift
        }
        self.starts = starts
        self.offsets = offsets
        self.buckets = buckets
    }

    package static let universal = ZoneRules(name: "UTC", initial: 0, transitions: [])

    /// Whether the zone has one offset only, for ever.
    package var isFixed: Bool { self.starts.count == 1 }

    /// The segment that contains a UTC second.
    func segment(at second: Int64) -> Int {
        if self.starts.count == 1 { return 0 }
        var segment = 0
        if second >= 0 {
            let bucket = second >> Self.bucketShift
            if bucket < Int64(self.buckets.count) {
                segment = Int(self.buckets[Int(bucket)])
            } else {
                return self.starts.count - 1
            }
        }
        while segment + 1 < self.starts.count, self.starts[segment + 1] <= second { segment += 1 }
        return segment
    }

    /// Seconds east of Greenwich at an instant.
    package func offsetSeconds(at instant: Timestamp) -> Int {
        Int(self.offsets[self.segment(at: instant.seconds)])
    }

    /// The changes of the offset in a span.
    package func transitions(after: Timestamp, through: Timestamp) -> [(at: Timestamp, offsetSeconds: Int)] {
        self.starts.indices.dropFirst()
            .filter { self.starts[$0] > after.seconds && self.starts[$0] <= through.seconds }
            .map { (Timestamp(seconds: self.starts[$0]), Int(self.offsets[$0])) }
    }

    /// Whether two zones show the same local time at every instant of a span.
    package func agrees(with other: ZoneRules, from: Timestamp, through: Timestamp) -> Bool {
        guard self !== other else { return true }
        guard self.offsetSeconds(at: from) == other.offsetSeconds(at: from) else { return false }
        let mine = self.transitions(after: from, through: through)
        let others = other.transitions(after: from, through: through)
        return mine.elementsEqual(others) { $0 == $1 }
    }
}
