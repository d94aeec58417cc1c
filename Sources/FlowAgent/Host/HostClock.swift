// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CoreFoundation
import FlowAgentCore
import FlowCore
import Foundation

/// The host's clocks, read together.
enum HostClock {
    static func read() -> ClockReading {
        ClockReading(boot: Self.microseconds(CLOCK_BOOTTIME), wall: Self.microseconds(CLOCK_REALTIME))
    }

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
