// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Room on a file system, as df(1) counts: without what only root may use.
package struct DiskSpace: Hashable, Sendable, Codable {
    /// Bytes.
    package let free: Int64
    package let total: Int64

    package init(free: Int64, total: Int64) {
        self.free = free
        self.total = total
    }

    /// Whole percent that are free; 100 where there is nothing to fill.
    package var percent: Int {
        self.total > 0 ? Int(Double(max(0, self.free)) / Double(self.total) * 100) : 100
    }
}

/// What a host says of itself with a heartbeat; nothing from agents that are too old to.
package struct HostCondition: Hashable, Sendable, Codable {
    /// Where its agent keeps its data.
    package var disk: DiskSpace?
    /// How far the host's wall clock is ahead of the scheduler's time, in microseconds; nil before a server has told that.
    package var clockError: Int64?
    /// It holds fires back, because its clock jumped and no server has confirmed the time yet (R7).
    package var isClockSuspect: Bool

    package init(disk: DiskSpace? = nil, clockError: Int64? = nil, isClockSuspect: Bool = false) {
        self.disk = disk
        self.clockError = clockError
        self.isClockSuspect = isClockSuspect
    }

    /// From so far on a clock is not right; microseconds.
    package static let clockLimit: Int64 = 2_000_000

    package var isClockWrong: Bool {
        self.isClockSuspect || (self.clockError.map { $0.magnitude > Self.clockLimit } ?? false)
    }
}
