// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A place in an attempt's output.
package enum LogPlace: Hashable, Sendable {
    /// A byte.
    case offset(Int64)
    /// The beginning of a line; lines are counted from 1, in what is stored, whichever stream they came from.
    case line(Int64)
}

/// A byte of which is known in which line it stands.
package struct LogMark: Hashable, Sendable {
    package let attempt: Int
    package let offset: Int64
    /// Line breaks before it.
    package let breaks: Int64

    package init(attempt: Int, offset: Int64, breaks: Int64) {
        self.attempt = attempt
        self.offset = offset
        self.breaks = breaks
    }
}

/// What is shown of output beside its record (S1-FR-4.2).
package enum LogPreview {
    /// Bytes of the beginning and of the end.
    package static let headBytes = 4 << 10
    package static let tailBytes = 6 << 10
    package static let limit = Self.headBytes + Self.tailBytes
    private static let newline = UInt8(ascii: "\n")

    /// Shortens the chunks of a head and of a tail, at ends of lines where there are some near.
    package static func chunks(head: [LogChunk], tail: [LogChunk], storedEnd: Int64) -> [LogChunk] {
        let begin = head.first?.offset ?? 0
        guard storedEnd - begin > Int64(Self.limit) else { return head }
        let from = storedEnd - Int64(Self.tailBytes)
        return self.head(head, end: begin + Int64(Self.headBytes)) + self.tail(tail, from: from)
    }

    private static func head(_ chunks: [LogChunk], end: Int64) -> [LogChunk] {
        var kept: [LogChunk] = []
        for var chunk in chunks where chunk.offset < end {
            chunk.bytes = Array(chunk.bytes.prefix(Int(end - chunk.offset)))
            kept.append(chunk)
        }
        guard let last = kept.indices.last, let index = kept[last].bytes.lastIndex(of: self.newline),
            end - kept[last].offset - Int64(index) < Int64(self.headBytes / 2)
        else { return kept }
        kept[last].bytes.removeLast(kept[last].bytes.count - index - 1)
        return kept
    }

    private static func tail(_ chunks: [LogChunk], from: Int64) -> [LogChunk] {
        var kept: [LogChunk] = []
        for var chunk in chunks where chunk.offset + Int64(chunk.bytes.count) > from {
            let before = Int(max(0, from - chunk.offset))
            chunk.bytes.removeFirst(before)
            chunk.offset += Int64(before)
            kept.append(chunk)
        }
        guard let first = kept.first, let index = first.bytes.firstIndex(of: self.newline),
            index < self.tailBytes / 2, index + 1 < first.bytes.count || kept.count > 1
        else { return kept }
        kept[0].bytes.removeFirst(index + 1)
        kept[0].offset += Int64(index) + 1
        return kept.filter { !$0.bytes.isEmpty }
    }
}

extension LogChunk {
    /// Behind its last byte.
    package var end: Int64 { self.offset + Int64(self.bytes.count) }

    /// How often a line ends in it.
    package var lineBreaks: Int64 { Self.lineBreaks(in: self.bytes[...]) }

    package static func lineBreaks(in bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.withUnsafeBufferPointer { buffer in
            var count = 0
            for byte in buffer { count &+= byte == 0x0a ? 1 : 0 }
            return Int64(count)
        }
    }
}
