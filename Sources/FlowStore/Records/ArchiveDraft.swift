// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore

/// An object that is being put together: parts of many attempts, each compressed and with a checksum of its own.
struct ArchiveDraft {
    let object: String
    private(set) var parts: [ArchivedPart] = []
    private(set) var bytes: [UInt8] = []

    init(object: String) { self.object = object }

    /// Bytes of a part before it is compressed: what is fetched to read any byte of it.
    static let partBytes = 1 << 20

    /// Adds chunks of an attempt that follow one another.
    mutating func add(_ chunks: [LogChunk], of attempt: LogAttempt, breaks: Int64) {
        guard let first = chunks.first, let last = chunks.last else { return }
        let list = ChunkList.encode(chunks)
        let body = PieceBody(list, compresses: true)
        var part: [UInt8] = [UInt8(body.encoding)]
        withUnsafeBytes(of: UInt32(list.count).littleEndian) { part.append(contentsOf: $0) }
        part += body.bytes
        self.parts.append(
            ArchivedPart(
                execution: attempt.execution,
                attempt: attempt.attempt,
                offset: first.offset,
                end: last.end,
                breaks: breaks,
                object: self.object,
                position: self.bytes.count,
                length: part.count,
                checksum: Array(SHA256.hash(data: part))
            )
        )
        self.bytes += part
    }

    /// - Throws: when the bytes are not those that were written.
    static func chunks(of part: ArchivedPart, in bytes: [UInt8]) throws -> [LogChunk] {
        guard bytes.count == part.length, bytes.count > 5, Array(SHA256.hash(data: bytes)) == part.checksum else {
            throw StoreFault.unreadable("what the archive has in \(part.object) is not what was written there")
        }
        let count = bytes[1...4].reversed().reduce(0) { $0 << 8 | Int($1) }
        let list = try PieceBody.content(Array(bytes[5...]), encoding: Int(bytes[0]), count: count)
        return try ChunkList.decode(list, of: LogAttempt(execution: part.execution, attempt: part.attempt))
    }
}
