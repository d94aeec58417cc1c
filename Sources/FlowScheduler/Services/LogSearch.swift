// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Glibc

/// A line of an attempt's output in which a text was found.
package struct LogMatch: Hashable, Sendable {
    /// Of the text's first byte.
    package let offset: Int64
    /// Counted from 1, in what is stored.
    package let line: Int64
    /// Where the line begins.
    package let lineOffset: Int64
    package let stream: OutputStream
    /// The line, or what stands around the text in a long one.
    package let text: [UInt8]
}

/// Looks for a text in output, line by line as the lines arrived, whichever stream they came from.
///
/// A value without I/O: chunks in, matches out. It holds one line at most, and of a line without end only what a text that
/// goes on may have begun with. A line that was cut ends at the cut.
package struct LogSearch: Sendable {
    /// Lines with a match, the first `limit` of them.
    package private(set) var matches: [LogMatch] = []
    /// Where another search goes on: everything before was looked at.
    package private(set) var next: Int64
    private let needle: [UInt8]
    private let ignoresCase: Bool
    private let limit: Int
    /// Behind the last chunk.
    private var end: Int64
    private var breaks: Int64
    private var pending: [UInt8] = []
    private var pendingStream = OutputStream.standardOutput
    /// Where the line begins whose last part is pending, and that part.
    private var lineOffset: Int64
    private var pendingOffset: Int64
    private var hasMatched = false

    /// Longer lines are looked at part by part.
    private static let longestPart = 64 << 10
    /// Bytes shown before and behind a match.
    private static let context = (before: 120, behind: 360)

    /// - Parameters:
    ///   - text: what is looked for; not empty.
    ///   - ignoresCase: of the letters A to Z.
    ///   - limit: how many lines are wanted.
    ///   - mark: where the first chunk begins.
    package init(for text: String, ignoresCase: Bool, limit: Int, from mark: LogMark) {
        let bytes = Array(text.utf8)
        self.needle = ignoresCase ? Self.lowered(bytes) : bytes
        self.ignoresCase = ignoresCase
        self.limit = limit
        self.end = mark.offset
        self.breaks = mark.breaks
        self.next = mark.offset
        self.lineOffset = mark.offset
        self.pendingOffset = mark.offset
    }

    package var isFull: Bool { self.matches.count >= self.limit }

    /// Takes the next chunk; when it is full, the rest of it is left for another search.
    package mutating func take(_ chunk: LogChunk) {
        if chunk.offset != self.end { self.endLine(breaks: 0, next: chunk.offset) }
        self.end = chunk.end
        let bytes = chunk.bytes
        let searched = self.ignoresCase ? Self.lowered(bytes) : bytes
        var start = 0
        // No match in a chunk is the rule: then only its line breaks are counted.
        var candidate = Self.find(self.needle, in: searched, from: 0)
        while start < bytes.count, !self.isFull {
            if self.pending.isEmpty, !self.hasMatched, candidate.map({ $0 < start }) == true {
                candidate = Self.find(self.needle, in: searched, from: start)
            }
            if self.pending.isEmpty, !self.hasMatched, self.pendingOffset == self.lineOffset,
                let skipped = self.lines(in: bytes, from: start, before: candidate)
            {
                self.breaks += LogChunk.lineBreaks(in: bytes[start..<skipped])
                start = skipped
                self.begin(at: chunk.offset + Int64(start))
                continue
            }
            if self.pending.isEmpty { self.pendingStream = chunk.stream }
            guard let lineEnd = Self.lineBreak(in: bytes, from: start) else {
                self.pending += bytes[start...]
                if self.pending.count > Self.longestPart { self.shorten() }
                return
            }
            self.pending += bytes[start..<lineEnd]
            start = lineEnd + 1
            self.endLine(breaks: 1, next: chunk.offset + Int64(start))
        }
    }

    /// Looks at the line that has begun and may never end.
    package mutating func finish() {
        if !self.isFull { self.endLine(breaks: 0, next: self.end) }
    }

    /// Where whole lines end that begin at `start` and have no match in them; nil when the first has one, or does not end here.
    private func lines(in bytes: [UInt8], from start: Int, before candidate: Int?) -> Int? {
        let bound = candidate ?? bytes.count
        guard bound > start, let last = bytes[start..<bound].lastIndex(of: Self.newline) else { return nil }
        return last + 1
    }

    private mutating func begin(at offset: Int64) {
        self.lineOffset = offset
        self.pendingOffset = offset
        self.next = offset
        self.hasMatched = false
    }

    private mutating func endLine(breaks: Int64, next: Int64) {
        self.look()
        self.pending = []
        self.breaks += breaks
        self.begin(at: next)
    }

    /// Looks at a part of a line that is too long to be held.
    private mutating func shorten() {
        self.look()
        let kept = min(self.pending.count, self.needle.count - 1)
        self.pendingOffset += Int64(self.pending.count - kept)
        self.pending = Array(self.pending.suffix(kept))
    }

    private mutating func look() {
        guard !self.hasMatched, !self.pending.isEmpty else { return }
        let searched = self.ignoresCase ? Self.lowered(self.pending) : self.pending
        guard let index = Self.find(self.needle, in: searched, from: 0) else { return }
        self.hasMatched = true
        let from = max(0, index - Self.context.before)
        let to = min(self.pending.count, index + self.needle.count + Self.context.behind)
        self.matches.append(
            LogMatch(
                offset: self.pendingOffset + Int64(index),
                line: self.breaks + 1,
                lineOffset: self.lineOffset,
                stream: self.pendingStream,
                text: Array(self.pending[from..<to])
            )
        )
    }

    // MARK: Bytes

    private static let newline = UInt8(ascii: "\n")

    private static func lowered(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func lineBreak(in bytes: [UInt8], from start: Int) -> Int? {
        self.find(self.newline, in: bytes, from: start)
    }

    private static func find(_ byte: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard start < buffer.count, let base = buffer.baseAddress,
                let found = memchr(base + start, Int32(byte), buffer.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = needle.first else { return nil }
        var index = start
        while let found = self.find(first, in: bytes, from: index), found + needle.count <= bytes.count {
            let isHere = bytes.withUnsafeBytes { buffer in
                needle.withUnsafeBytes { memcmp(buffer.baseAddress! + found, $0.baseAddress!, $0.count) == 0 }
            }
            if isHere { return found }
            index = found + 1
        }
        return nil
    }
}
