// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowRunner

/// How much of an execution's output is kept, and how it travels.
///
/// How much of an attempt is kept is the server's setting; a host that has not heard of it goes by ``standardBytes``.
package struct OutputLimits: Hashable, Sendable {
    /// Bytes kept from the beginning and from the end of an attempt's output; what lies between is cut.
    package var headBytes: Int
    package var tailBytes: Int
    /// Output up to this travels in the report itself.
    package var inlineBytes: Int
    /// Output of an attempt that runs longer than this is streamed; microseconds.
    package var streamAfterMicroseconds: Int64
    /// All spool files together; beyond it further output is cut.
    package var diskBytes: Int64
    /// Outputs kept per job for queries on the host.
    package var keptPerJob: Int
    /// All outputs kept for queries together, besides the spools.
    package var keptBytes: Int64

    /// Of an attempt, head and tail together, before a server has said something else.
    package static let standardBytes: Int64 = 64 << 20
    /// The part of that which the end gets: it is on the disk twice while it is written, and read at once when it is joined.
    private static let longestTail: Int64 = 1 << 20
    /// What all spools may have on the disk in any case.
    private static let leastDisk: Int64 = 512 << 20

    /// The limits for a number of bytes kept of each attempt.
    package init(attemptBytes: Int64) {
        let bytes = max(2, attemptBytes)
        let tail = min(bytes / 2, Self.longestTail)
        self.init(
            headBytes: Int(clamping: bytes - tail),
            tailBytes: Int(clamping: tail),
            diskBytes: max(Self.leastDisk, 2 * min(bytes, .max / 2))
        )
    }

    /// The same limits for another number of bytes kept of each attempt.
    func with(attemptBytes: Int64) -> OutputLimits {
        let wanted = OutputLimits(attemptBytes: attemptBytes)
        var limits = self
        limits.headBytes = wanted.headBytes
        limits.tailBytes = wanted.tailBytes
        limits.diskBytes = max(Self.leastDisk, wanted.diskBytes)
        return limits
    }

    package init(
        headBytes: Int = 63 << 20,
        tailBytes: Int = 1 << 20,
        inlineBytes: Int = 8 << 10,
        streamAfterMicroseconds: Int64 = 300_000,
        diskBytes: Int64 = 512 << 20,
        keptPerJob: Int = 20,
        keptBytes: Int64 = 256 << 20
    ) {
        self.headBytes = headBytes
        self.tailBytes = tailBytes
        self.inlineBytes = inlineBytes
        self.streamAfterMicroseconds = streamAfterMicroseconds
        self.diskBytes = diskBytes
        self.keptPerJob = keptPerJob
        self.keptBytes = keptBytes
    }
}

extension RunnerLimits {
    /// A runner keeps for the next agent what an agent would keep.
    init(_ limits: OutputLimits) {
        self.init(
            headBytes: UInt32(clamping: limits.headBytes),
            tailBytes: UInt32(clamping: limits.tailBytes),
            diskBytes: UInt64(clamping: limits.diskBytes)
        )
    }
}
