// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Chunks of one attempt in one row: for each offset, stream and length (little-endian), then the bytes.
enum ChunkList {
    static func encode(_ chunks: [LogChunk]) -> [UInt8] {
        var bytes: [UInt8] = []
        for chunk in chunks {
            withUnsafeBytes(of: chunk.offset.littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(chunk.stream == .standardOutput ? 0 : 1)
            withUnsafeBytes(of: UInt32(chunk.bytes.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: chunk.bytes)
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8], of attempt: LogAttempt) throws -> [LogChunk] {
        var chunks: [LogChunk] = []
        var rest = bytes[...]
        func number(_ count: Int) -> UInt64 {
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        while !rest.isEmpty {
            guard rest.count >= 13 else { throw StoreFault.unreadable("a list of chunks is cut off") }
            let offset = Int64(bitPattern: number(8))
            let stream = number(1) == 0 ? OutputStream.standardOutput : .standardError
            let count = Int(number(4))
            guard rest.count >= count else { throw StoreFault.unreadable("a list of chunks is cut off") }
            chunks.append(
                LogChunk(
                    executionID: attempt.execution,
                    attempt: attempt.attempt,
                    offset: offset,
                    stream: stream,
                    bytes: Array(rest.prefix(count))
                )
            )
            rest = rest.dropFirst(count)
        }
        return chunks
    }
}
