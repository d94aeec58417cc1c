// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2
import NIOCore

/// What was written to a stream and is not yet acknowledged.
///
/// ngtcp2 keeps pointers into this memory and reads them again when a packet is lost, so a chunk must stay at its
/// address until it is acknowledged. A chunk therefore holds the storage of the `ByteBuffer` it came from and never
/// touches it; a writer that goes on using its buffer gets a copy, as always with `ByteBuffer`.
struct SendBuffer {
    private struct Chunk {
        let base: UnsafeMutablePointer<UInt8>
        let count: Int
        let storage: AnyObject
    }

    private var chunks = CircularBuffer<Chunk>()
    private var unsentChunk = 0
    private var unsentOffset = 0
    private var acknowledgedInFirst = 0
    private(set) var isFinished = false
    private(set) var isFinSent = false

    /// Whether bytes wait that were never handed to ngtcp2.
    var hasUnsentBytes: Bool { self.unsentChunk < self.chunks.count }

    /// Whether only the end of the stream is left to send.
    var hasUnsentFin: Bool { self.isFinished && !self.isFinSent && !self.hasUnsentBytes }

    /// Queues the readable bytes of a buffer.
    mutating func append(_ buffer: ByteBuffer) {
        buffer.withUnsafeReadableBytesWithStorageManagement { bytes, storage in
            guard let base = bytes.baseAddress, bytes.count > 0 else { return }
            let pointer = UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(to: UInt8.self)
            self.chunks.append(Chunk(base: pointer, count: bytes.count, storage: storage.takeUnretainedValue()))
        }
    }

    /// Ends the stream after what is queued.
    mutating func finish() {
        self.isFinished = true
    }

    /// Points vectors at the unsent bytes.
    ///
    /// - Returns: How many vectors are used, and whether they reach the end of what is queued.
    func fill(_ vectors: UnsafeMutableBufferPointer<ngtcp2_vec>) -> (count: Int, reachesEnd: Bool) {
        var used = 0
        var offset = self.unsentOffset
        var index = self.unsentChunk
        while index < self.chunks.count, used < vectors.count {
            let chunk = self.chunks[offset: index]
            vectors[used] = ngtcp2_vec(base: chunk.base + offset, len: chunk.count - offset)
            used += 1
            offset = 0
            index += 1
        }
        return (used, index == self.chunks.count)
    }

    /// Notes that ngtcp2 took bytes, and perhaps the end of the stream with them.
    mutating func advance(_ count: Int, offeredFin: Bool) {
        var left = count
        while left > 0, self.unsentChunk < self.chunks.count {
            let available = self.chunks[offset: self.unsentChunk].count - self.unsentOffset
            if left >= available {
                left -= available
                self.unsentChunk += 1
                self.unsentOffset = 0
            } else {
                self.unsentOffset += left
                left = 0
            }
        }
        if offeredFin, !self.hasUnsentBytes {
            self.isFinSent = true
        }
    }

    /// Releases the oldest bytes: the peer has them.
    mutating func acknowledge(_ count: Int) {
        var left = count
        while left > 0, let first = self.chunks.first {
            let available = first.count - self.acknowledgedInFirst
            if left >= available {
                left -= available
                self.chunks.removeFirst()
                self.unsentChunk = max(0, self.unsentChunk - 1)
                self.acknowledgedInFirst = 0
            } else {
                self.acknowledgedInFirst += left
                left = 0
            }
        }
    }
}

extension CircularBuffer {
    /// The element that many places after the first.
    fileprivate subscript(offset offset: Int) -> Element {
        self[self.index(self.startIndex, offsetBy: offset)]
    }
}
