// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Follows one execution's output from a byte offset on, without gap and without repeat.
///
/// No I/O. There are two sources: pages of the log store (what was written before, and whatever was missed) and live chunks of
/// the bus. A live chunk that follows on what was sent is taken at once; one that does not makes the feed ask for a page
/// (``needsPage``), which then brings it.
struct LogFeed: Sendable {
    /// Text of one stream, from a byte offset on.
    struct Piece: Hashable, Sendable {
        let from: Int64
        /// Where to resume after it.
        var next: Int64
        let stream: OutputStream
        var text: String
    }

    /// The next byte to send.
    private(set) var position: Int64
    /// The attempt the position belongs to; nil before the first byte.
    private(set) var attempt: Int?
    /// What is known from the store ends before what exists.
    private(set) var needsPage = true
    /// Something came while a page was being read: that page may not have it.
    private var sawMore = false
    /// No more output will come, and all there is has been taken.
    private(set) var end: (totalBytes: Int64, isTruncated: Bool)?

    private var buffer: [UInt8] = []
    private var bufferStart: Int64 = 0
    private var bufferStream: OutputStream?
    private var pieces: [Piece] = []
    private var pendingBytes = 0

    init(since: Int64) { self.position = since }

    /// Text that waits to be sent is worth a frame of its own.
    static let batchLimit = 16 * 1024

    var isFull: Bool { self.pendingBytes >= Self.batchLimit }

    /// Takes live chunks.
    mutating func append(_ chunk: LogChunk) {
        if let attempt, chunk.attempt < attempt { return }
        if attempt != nil, attempt != chunk.attempt { self.restart(chunk.attempt) }
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
        self.attempt = chunk.attempt
        self.take(rest)
    }

    /// Takes a page that was asked for from ``position``.
    mutating func append(_ slice: LogSlice) {
        // A page with something in it may not be the last one.
        self.needsPage = !slice.chunks.isEmpty || self.sawMore
        self.sawMore = false
        // Resumed at a place that the newest attempt has not reached: it was a place in an attempt before.
        if self.attempt == nil, self.position > slice.totalBytes {
            self.position = 0
            self.needsPage = true
            return
        }
        for chunk in slice.chunks {
            if let attempt, chunk.attempt != attempt {
                guard chunk.attempt > attempt else { continue }
                // The page was made from an offset of the attempt before: only another page has the beginning.
                self.restart(chunk.attempt)
                return
            }
            self.attempt = chunk.attempt
            // The store has nothing in between: a jump is output that the cap cut (``LogChunk``).
            if let rest = LogText.trimmed(chunk, from: self.position) { self.take(rest) }
        }
        if slice.chunks.isEmpty, slice.isComplete, self.end == nil { self.end = (slice.totalBytes, slice.isTruncated) }
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
        self.flush(keepTail: self.end == nil)
        defer {
            self.pieces = []
            self.pendingBytes = self.buffer.count
        }
        return self.pieces
    }

    private mutating func restart(_ attempt: Int) {
        self.flush(keepTail: false)
        self.attempt = attempt
        self.position = 0
        self.needsPage = true
        self.end = nil
    }

    private mutating func take(_ chunk: LogChunk) {
        let bufferEnd = self.bufferStart + Int64(self.buffer.count)
        // A character is never finished by the other stream, nor across a cut.
        if self.bufferStream != chunk.stream || bufferEnd != chunk.offset { self.flush(keepTail: false) }
        if self.buffer.isEmpty {
            self.bufferStart = chunk.offset
            self.bufferStream = chunk.stream
        }
        self.buffer += chunk.bytes
        self.pendingBytes += chunk.bytes.count
        self.position = chunk.offset + Int64(chunk.bytes.count)
    }

    private mutating func flush(keepTail: Bool) {
        guard let stream = self.bufferStream, !self.buffer.isEmpty else { return }
        let tail = keepTail ? LogText.incompleteTail(self.buffer) : 0
        let ready = self.buffer.dropLast(tail)
        guard !ready.isEmpty else { return }
        let next = self.bufferStart + Int64(ready.count)
        self.pieces.append(
            Piece(from: self.bufferStart, next: next, stream: stream, text: String(decoding: ready, as: UTF8.self))
        )
        self.buffer = Array(self.buffer.suffix(tail))
        self.bufferStart = next
    }
}
