// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A part of an attempt's output.
package struct LogSlice: Hashable, Sendable {
    /// Whose output it is; 0 before the first start.
    package let attempt: Int
    /// The newest attempt there is.
    package let lastAttempt: Int
    package let chunks: [LogChunk]
    /// The part of the archive in which reading begins; then there are no chunks.
    package let archived: ArchivedPart?
    /// Bytes the attempt wrote in all, cut ones included; what has arrived so far while it runs.
    package let totalBytes: Int64
    package let isTruncated: Bool
    /// Where the stored part of the attempt's output ends.
    package let storedEnd: Int64
    /// The attempt has ended and `totalBytes` is final.
    package let isComplete: Bool
    /// The execution has ended, and the output of its last attempt is complete: nothing more comes.
    package let isOver: Bool

    /// What is shown of it to somebody who may not read output.
    package static let hidden = LogSlice(
        attempt: 0,
        lastAttempt: 0,
        chunks: [],
        totalBytes: 0,
        isTruncated: false,
        isComplete: false,
        isOver: false
    )

    package init(
        attempt: Int = 1,
        lastAttempt: Int = 1,
        chunks: [LogChunk],
        archived: ArchivedPart? = nil,
        totalBytes: Int64,
        isTruncated: Bool,
        storedEnd: Int64 = 0,
        isComplete: Bool,
        isOver: Bool
    ) {
        self.attempt = attempt
        self.lastAttempt = lastAttempt
        self.chunks = chunks
        self.archived = archived
        self.totalBytes = totalBytes
        self.isTruncated = isTruncated
        self.storedEnd = storedEnd
        self.isComplete = isComplete
        self.isOver = isOver
    }
}

extension LogSlice {
    /// The part before an offset; ``storedEnd`` stays, so it shows that there is more.
    package func prefix(before end: Int64) -> LogSlice {
        self.with(
            self.chunks.compactMap { chunk in
                guard chunk.offset < end else { return nil }
                var chunk = chunk
                let excess = Int64(chunk.bytes.count) - (end - chunk.offset)
                if excess > 0 { chunk.bytes.removeLast(Int(excess)) }
                return chunk
            }
        )
    }

    package func with(_ chunks: [LogChunk]) -> LogSlice {
        LogSlice(
            attempt: self.attempt,
            lastAttempt: self.lastAttempt,
            chunks: chunks,
            totalBytes: self.totalBytes,
            isTruncated: self.isTruncated,
            storedEnd: self.storedEnd,
            isComplete: self.isComplete,
            isOver: self.isOver
        )
    }
}
