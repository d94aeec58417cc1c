// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import SwiftProtobuf

/// Takes a stream of bytes apart into envelopes, whatever the pieces it arrives in.
///
/// Holds at most one frame and the piece that completed it. The announced length is checked before anything is kept for
/// it, so that four bytes of a stranger cost no memory.
package struct FrameDecoder: Sendable {
    private let limit: Int
    private var buffer = ByteBuffer()
    /// After an error a stream has no frame boundaries any more.
    private var failure: WireError?

    package init(limit: Int = Frame.defaultLimit) { self.limit = limit }

    package mutating func append(_ bytes: ByteBuffer) {
        guard self.failure == nil else { return }
        if self.buffer.readableBytes == 0 {
            self.buffer = bytes
        } else {
            self.buffer.discardReadBytes()
            self.buffer.writeImmutableBuffer(bytes)
        }
    }

    /// - Returns: nil when the next frame is not complete.
    package mutating func next() throws(WireError) -> PBEnvelope? {
        if let failure { throw failure }
        do {
            while let bytes = try self.frame() {
                // A message that a newer peer has invented means nothing here, and does not end what else is said.
                if let envelope = try Self.envelope(bytes) { return envelope }
            }
            return nil
        } catch {
            self.failure = error
            self.buffer = ByteBuffer()
            throw error
        }
    }

    /// Checks that the stream ended between two frames.
    package func finish() throws(WireError) {
        if let failure { throw failure }
        let readable = self.buffer.readableBytes
        guard readable > 0 else { return }
        let length = self.buffer.getInteger(at: self.buffer.readerIndex, as: UInt32.self).map(Int.init) ?? 0
        throw WireError.truncatedFrame(missing: Frame.headerLength + length - readable)
    }

    private mutating func frame() throws(WireError) -> [UInt8]? {
        guard let length = self.buffer.getInteger(at: self.buffer.readerIndex, as: UInt32.self).map(Int.init) else {
            return nil
        }
        guard length <= self.limit else { throw WireError.frameTooLarge(length: length, limit: self.limit) }
        guard self.buffer.readableBytes >= Frame.headerLength + length else { return nil }
        self.buffer.moveReaderIndex(forwardBy: Frame.headerLength)
        return self.buffer.readBytes(length: length)
    }

    /// - Returns: nil when the message is of a kind this version does not know.
    private static func envelope(_ bytes: [UInt8]) throws(WireError) -> PBEnvelope? {
        var options = BinaryDecodingOptions()
        // Envelope > batch > item > schedule > kind, and nothing is recursive.
        options.messageDepthLimit = 8
        options.discardUnknownFields = true
        let envelope: PBEnvelope
        do {
            envelope = try PBEnvelope(serializedBytes: bytes, options: options)
        } catch {
            throw WireError.malformedMessage
        }
        guard envelope.message != nil else {
            guard !bytes.isEmpty else { throw WireError.emptyMessage }
            return nil
        }
        return envelope
    }
}
