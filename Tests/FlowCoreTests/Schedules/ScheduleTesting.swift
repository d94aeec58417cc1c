// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

/// A job whose uid is fixed, so that `H` always stands for the same.
let sampleJob = JobUID("6b1e2f4a-98d7-4c31-8a55-0d3c7e9b1f20") ?? CronBatch.job

/// The instant of RFC 3339 text such as `2026-03-29T02:30:00+01:00`.
func instant(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Timestamp {
    try #require(Timestamp(rfc3339: text), "\(text) is no time", sourceLocation: sourceLocation)
}

extension CompiledSchedule {
    init(_ expression: String, zone: String = "UTC", dst: DSTPolicy = .debian) throws(ScheduleError) {
        try self.init(.cron(expression: expression, timeZone: zone, dst: dst), job: sampleJob)
    }

    /// The next fires in the local time of the schedule's zone, such as `2026-03-29T03:00:00+02:00`.
    func texts(after start: Timestamp, count: Int) -> [String] {
        self.fires(after: start, through: .distantFuture, limit: count).map { fire in
            fire.rfc3339(offsetSeconds: self.zone?.offsetSeconds(at: fire) ?? 0).replacing(".000", with: "")
        }
    }
}

/// A generator whose numbers follow from its seed (SplitMix64), so that a failure can be made again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
