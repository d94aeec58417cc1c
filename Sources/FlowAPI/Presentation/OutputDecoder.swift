// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Makes text of an attempt's output: in its one order of arrival, with the stream of each piece and a line where bytes were
/// cut.
///
/// Each stream is decoded by itself: half a character waits for its rest while the other stream speaks.
struct OutputDecoder: Sendable {
    /// Text of one stream, or the line that stands for what was cut.
    struct Piece: Hashable, Sendable {
        /// Nil when nothing of it was there but that it was cut.
        let attempt: Int?
        let from: Int64
        /// Where to go on after it.
        var next: Int64
        /// Nil for the line that stands for what was cut.
        let stream: OutputStream?
        /// How many bytes the line stands for.
        var leftOut: Int64?
        var text: String
    }

    /// The beginning of a character.
    private struct Half {
        var from: Int64
        var bytes: [UInt8]
    }

    /// Behind the last byte that was taken.
    private(set) var position: Int64
    private(set) var attempt: Int?
    /// Not drained yet; neighbours of one stream are one piece.
    private(set) var pieces: [Piece] = []
    private var halves: [OutputStream: Half] = [:]
    private var lastStream: OutputStream?
    private var isLineBegun = false

    init(at position: Int64, attempt: Int? = nil) {
        self.position = position
        self.attempt = attempt
    }

    /// Takes a chunk that begins at or behind ``position``: a jump is output that was cut.
    mutating func take(_ chunk: LogChunk) {
        self.attempt = chunk.attempt
        self.skip(to: chunk.offset)
        let end = chunk.offset + Int64(chunk.bytes.count)
        var start = chunk.offset
        var bytes = chunk.bytes
        if let half = self.halves.removeValue(forKey: chunk.stream) {
            if half.from + Int64(half.bytes.count) == start { start = half.from }
            bytes = half.bytes + bytes
        }
        self.position = end
        self.lastStream = chunk.stream
        let tail = LogText.incompleteTail(bytes)
        if tail > 0 {
            self.halves[chunk.stream] = Half(from: end - Int64(tail), bytes: Array(bytes.suffix(tail)))
        }
        self.append(bytes.dropLast(tail), chunk.stream, from: start, next: max(start, end - Int64(tail)))
    }

    /// Puts the line for what was cut, from ``position`` to where output goes on.
    mutating func skip(to offset: Int64) {
        guard offset > self.position else { return }
        // What waits for its rest is never finished beyond a cut.
        self.flush()
        let leftOut = offset - self.position
        let text = (self.isLineBegun ? "\n" : "") + "[\(Self.grouped(leftOut)) bytes left out]\n"
        self.pieces.append(
            Piece(
                attempt: self.attempt,
                from: self.position,
                next: offset,
                stream: nil,
                leftOut: leftOut,
                text: text
            )
        )
        self.isLineBegun = false
        self.position = offset
    }

    /// Shows halves of characters as they are: their rest does not come.
    mutating func flush() {
        for stream in [OutputStream.standardOutput, .standardError] {
            guard let half = self.halves.removeValue(forKey: stream) else { continue }
            self.append(half.bytes[...], stream, from: half.from, next: self.position)
        }
    }

    /// Takes back the half of a character at the very end, so that whoever goes on from ``position`` gets the whole one.
    mutating func returnHalf() {
        guard let stream = self.lastStream, let half = self.halves[stream],
            half.from + Int64(half.bytes.count) == self.position
        else { return }
        self.halves[stream] = nil
        self.position = half.from
    }

    mutating func drain() -> [Piece] {
        defer { self.pieces = [] }
        return self.pieces
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, _ stream: OutputStream, from: Int64, next: Int64) {
        guard let final = bytes.last else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        self.isLineBegun = final != UInt8(ascii: "\n")
        if let last = self.pieces.indices.last, self.pieces[last].stream == stream, self.pieces[last].next == from {
            self.pieces[last].text += text
            self.pieces[last].next = next
        } else {
            self.pieces.append(Piece(attempt: self.attempt, from: from, next: next, stream: stream, text: text))
        }
    }

    /// `1640319` as `1,640,319`.
    private static func grouped(_ number: Int64) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
