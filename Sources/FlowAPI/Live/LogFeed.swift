// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Follows one execution's output from a byte offset on, attempt after attempt, without gap and without repeat.
///
/// No I/O. There are two sources: pages of the log store (what was written before, and whatever was missed) and live chunks of
/// the bus. A live chunk that follows on what was sent is taken at once; one that does not makes the feed ask for a page
/// (``needsPage``), which then brings it.
struct LogFeed: Sendable {
    typealias Piece = OutputDecoder.Piece

    /// The attempt that is followed; nil before the first byte, and then a page of the newest that wrote something is wanted.
    var attempt: Int? { self.decoder.attempt }
    /// What is known from the store ends before what exists.
    private(set) var needsPage = true
    /// Something came while a page was being read: that page may not have it.
    private var sawMore = false
    /// No more output will come, and all there is has been taken.
    private(set) var end: (totalBytes: Int64, isTruncated: Bool)?
    private var decoder: OutputDecoder
    /// Of attempts before, not drained yet.
    private var before: [Piece] = []
    private var pendingBytes = 0

    init(since: Int64) { self.decoder = OutputDecoder(at: since) }

    /// Text that waits to be sent is worth a frame of its own.
    static let batchLimit = 16 * 1024

    /// The next byte of the attempt to take.
    var position: Int64 { self.decoder.position }
    var isFull: Bool { self.pendingBytes >= Self.batchLimit }

    /// Takes live chunks.
    mutating func append(_ chunk: LogChunk) {
        if let attempt, chunk.attempt < attempt { return }
        // Of the attempt before something may be on its way still: pages bring both, in their order.
        if let attempt, chunk.attempt > attempt { return self.lookAgain() }
        // While a page is on its way the order of things is not known: the page, or the next, has this chunk.
        guard !self.needsPage else {
            self.sawMore = true
            return
        }
        guard let rest = LogText.trimmed(chunk, from: self.position) else { return }
        // Also when the reader is slow: what is not taken here is in the store, and costs no memory.
        guard rest.offset == self.position, self.pendingBytes < 4 * Self.batchLimit else {
            self.needsPage = true
            return
        }
        self.take(rest)
    }

    /// Takes a page of ``attempt`` that was asked for from ``position``.
    mutating func append(_ slice: LogSlice) {
        // A page with something in it may not be the last one.
        self.needsPage = !slice.chunks.isEmpty || self.sawMore
        self.sawMore = false
        // Resumed at a place that the newest attempt has not reached: it was a place in an attempt before.
        if self.attempt == nil, self.position > slice.totalBytes {
            self.decoder = OutputDecoder(at: 0)
            self.needsPage = true
            return
        }
        for chunk in slice.chunks {
            // The store has nothing in between: a jump is output that the cap cut (``LogChunk``).
            if let rest = LogText.trimmed(chunk, from: self.position) { self.take(rest) }
        }
        guard slice.chunks.isEmpty, slice.isComplete else { return }
        if slice.isTruncated { self.decoder.skip(to: slice.totalBytes) }
        if let attempt, attempt < slice.lastAttempt {
            self.begin(attempt + 1)
        } else if slice.isOver, self.end == nil {
            self.end = (slice.totalBytes, slice.isTruncated)
        }
    }

    /// Something may have been missed: look into the store.
    mutating func lookAgain() {
        self.sawMore = self.needsPage
        self.needsPage = true
    }

    /// Takes what is ready to be sent.
    ///
    /// The beginning of a character whose rest has not arrived stays back, unless the output is over.
    mutating func drain() -> [Piece] {
        if self.end != nil { self.decoder.flush() }
        self.pendingBytes = 0
        defer { self.before = [] }
        return self.before + self.decoder.drain()
    }

    private mutating func begin(_ attempt: Int) {
        self.decoder.flush()
        self.before += self.decoder.drain()
        self.decoder = OutputDecoder(at: 0, attempt: attempt)
        self.needsPage = true
        self.end = nil
    }

    private mutating func take(_ chunk: LogChunk) {
        self.decoder.take(chunk)
        self.pendingBytes += chunk.bytes.count
    }
}
