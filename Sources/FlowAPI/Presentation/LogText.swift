// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

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
