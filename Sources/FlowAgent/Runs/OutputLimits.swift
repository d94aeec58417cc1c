// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowRunner

/// How much of an execution's output is kept, and how it travels.
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

    package init(
        headBytes: Int = 512 << 10,
        tailBytes: Int = 512 << 10,
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
