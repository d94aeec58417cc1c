// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowRunner

/// Output chunks as one compact blob: per chunk attempt, offset, stream, length (little-endian) and the bytes.
package enum OutputBlob {
    /// Bytes of a record besides its content.
    static let overhead = 17

    package static func encode(_ chunks: [LogChunk]) -> [UInt8] {
        var writer = ByteWriter()
        for chunk in chunks {
            writer.write(UInt32(truncatingIfNeeded: chunk.attempt))
            writer.write(UInt64(bitPattern: chunk.offset))
            writer.write(chunk.stream == .standardOutput ? UInt8(0) : 1)
            writer.write(counted: chunk.bytes)
        }
        return writer.bytes
    }

    /// Reads chunks until the blob ends; a torn last chunk, left by a crash, is dropped.
    package static func decode(_ bytes: [UInt8], execution: ExecutionID) -> [LogChunk] {
        var reader = ByteReader(bytes)
        var chunks: [LogChunk] = []
        while let attempt = reader.read(UInt32.self), let offset = reader.read(UInt64.self),
            let stream = reader.read(UInt8.self), let content = reader.readCounted()
        {
            chunks.append(
                LogChunk(
                    executionID: execution,
                    attempt: Int(attempt),
                    offset: Int64(bitPattern: offset),
                    stream: stream == 0 ? .standardOutput : .standardError,
                    bytes: content
                )
            )
        }
        return chunks
    }
}
