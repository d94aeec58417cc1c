// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// Where services and drivers get the time from; tests pass a manual one.
package protocol WallClock: Sendable {
    /// Now, whole milliseconds, UTC.
    var now: Timestamp { get }
    /// Now in microseconds since the epoch, UTC.
    var microseconds: Int64 { get }
}

/// The host's own clock.
package struct SystemWallClock: WallClock {
    package init() {}

    package var now: Timestamp { Timestamp(milliseconds: self.microseconds.flooredDivision(by: 1000)) }

    package var microseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
