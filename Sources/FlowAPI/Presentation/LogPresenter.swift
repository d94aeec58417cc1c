// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A page of output: the chunks of each stream joined, UTF-8 repaired.
enum LogPresenter {
    static let pageLimit = 1024 * 1024

    static func page(_ slice: LogSlice, from offset: Int64) -> JSON {
        var output: [UInt8] = []
        var error: [UInt8] = []
        var position = offset
        // The store answers in whole chunks; the first one may begin before what was asked for.
        let chunks = slice.chunks.compactMap { LogText.trimmed($0, from: offset) }
        for (index, chunk) in chunks.enumerated() {
            var bytes = chunk.bytes[...]
            // The last character may go on in the next page: leave its beginning to that one.
            let isLast = index == chunks.count - 1
            if isLast, !slice.isComplete { bytes = bytes.dropLast(LogText.incompleteTail(bytes)) }
            if chunk.stream == .standardOutput { output += bytes } else { error += bytes }
            position = chunk.offset + Int64(bytes.count)
        }
        return .object([
            .init("output", String(decoding: output, as: UTF8.self)),
            .init("error", String(decoding: error, as: UTF8.self)),
            .init("truncated", slice.isTruncated),
            .init("total_bytes", slice.totalBytes),
            .init("complete", slice.isComplete),
            .init("next", position),
        ])
    }
}

/// Byte arithmetic of output that is shown as text.
enum LogText {
    /// The part of a chunk from an offset on; nil when it ends before.
    static func trimmed(_ chunk: LogChunk, from offset: Int64) -> LogChunk? {
        let skip = offset - chunk.offset
        guard skip > 0 else { return chunk }
        guard skip < Int64(chunk.bytes.count) else { return nil }
        var rest = chunk
        rest.bytes = Array(chunk.bytes.dropFirst(Int(skip)))
        rest.offset = offset
        return rest
    }

    /// How many bytes at the end begin a character that does not end there; 0 to 3.
    static func incompleteTail(_ bytes: some BidirectionalCollection<UInt8>) -> Int {
        var count = 0
        for byte in bytes.reversed().prefix(4) {
            count += 1
            switch byte {
            case 0x80..<0xc0: continue
            case 0xc0..<0xe0: return count < 2 ? count : 0
            case 0xe0..<0xf0: return count < 3 ? count : 0
            case 0xf0..<0xf8: return count < 4 ? count : 0
            default: return 0
            }
        }
        return 0
    }
}
