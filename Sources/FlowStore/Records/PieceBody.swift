// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CZlib
import FlowCore

/// A chunk of output as it is stored: compressed where that makes it shorter.
struct PieceBody: Sendable {
    let encoding: Int
    let bytes: [UInt8]

    static let plain = 0
    static let zlib = 1
    /// Shorter chunks gain nothing that is worth the time.
    private static let leastBytes = 512
    /// Three quarters of what the best level gains, in a third of its time.
    private static let level: Int32 = 3

    /// - Parameter compresses: false where the writer of the database would wait for it.
    init(_ content: [UInt8], compresses: Bool) {
        guard compresses, content.count >= Self.leastBytes, let packed = Self.deflated(content),
            packed.count < content.count
        else {
            self.encoding = Self.plain
            self.bytes = content
            return
        }
        self.encoding = Self.zlib
        self.bytes = packed
    }

    /// - Parameter count: how long the content is.
    /// - Throws: when what is stored is damaged.
    static func content(_ bytes: [UInt8], encoding: Int, count: Int) throws -> [UInt8] {
        switch encoding {
        case Self.plain: return bytes
        case Self.zlib:
            var isWhole = false
            let content = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                var length = uLongf(count)
                let result = uncompress(buffer.baseAddress, &length, bytes, uLong(bytes.count))
                isWhole = result == Z_OK && Int(length) == count
                filled = isWhole ? count : 0
            }
            guard isWhole else { throw StoreFault.unreadable("a compressed piece of output is damaged") }
            return content
        default: throw StoreFault.unreadable("'\(encoding)' is not a way in which output is stored")
        }
    }

    private static func deflated(_ content: [UInt8]) -> [UInt8]? {
        let bound = Int(compressBound(uLong(content.count)))
        var isDone = false
        let packed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, filled in
            var length = uLongf(bound)
            isDone = compress2(buffer.baseAddress, &length, content, uLong(content.count), Self.level) == Z_OK
            filled = isDone ? Int(length) : 0
        }
        return isDone ? packed : nil
    }
}

/// A chunk that is ready to be stored.
struct PreparedChunk: Sendable {
    let chunk: LogChunk
    let body: PieceBody
    let breaks: Int64

    init(_ chunk: LogChunk, compresses: Bool) {
        self.chunk = chunk
        self.body = PieceBody(chunk.bytes, compresses: compresses)
        self.breaks = chunk.lineBreaks
    }

    /// The part from an offset on; nil when nothing is left.
    func suffix(from offset: Int64) -> PreparedChunk? {
        guard offset > self.chunk.offset else { return self }
        guard offset < self.chunk.end else { return nil }
        var rest = self.chunk
        rest.bytes.removeFirst(Int(offset - rest.offset))
        rest.offset = offset
        return PreparedChunk(rest, compresses: true)
    }
}
