// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// One bidirectional stream of a connection: bytes in order, each direction with its own end and back-pressure.
///
/// A stream that nobody holds any more is reset where it was not finished, so that it does not occupy one of the
/// streams the peer allows.
package final class QUICStream: Sendable {
    /// The connection the stream belongs to; held, so that the stream can be used alone.
    package let connection: QUICConnection

    let channel: StreamChannel

    init(connection: QUICConnection, channel: StreamChannel) {
        self.connection = connection
        self.channel = channel
    }

    deinit {
        self.connection.mailbox.submit(.abandon(self.connection.handle, self.channel))
    }

    /// The stream's number, unique in its connection (RFC 9000 §2.1).
    package var id: Int64 { self.channel.id }

    /// What the peer sends, until it finishes; reading it is what allows the peer to send more.
    ///
    /// Throws `QUICError` when the peer resets the stream or the connection is lost, `CancellationError` when the
    /// reading task is cancelled. May be iterated again after either to read what is left; one reader at a time.
    package var inbound: Inbound { Inbound(stream: self) }

    /// Sends bytes, waiting while too much is unacknowledged.
    ///
    /// Returns when the bytes are accepted for sending, not when they have arrived.
    ///
    /// - Throws: `QUICError` when the stream is over for writing, `CancellationError` when cancelled while waiting;
    ///   the bytes were not sent then.
    package func write(_ buffer: ByteBuffer) async throws {
        guard buffer.readableBytes > 0 else { return }
        try await self.channel.outbound.admit(buffer.readableBytes)
        self.connection.mailbox.submit(.write(self.connection.handle, self.id, buffer))
    }

    /// Ends this side of the stream after what was written; the peer may go on sending.
    ///
    /// - Throws: `QUICError` when this side is already over.
    package func finish() async throws {
        try self.channel.outbound.finish()
        self.connection.mailbox.submit(.finish(self.connection.handle, self.id))
    }

    /// Abandons both directions at once: the peer sees the code, unsent bytes are dropped.
    package func reset(code: UInt64) {
        let error = QUICError(code: .streamClosed, message: "the stream was reset on this side", applicationCode: code)
        self.channel.outbound.fail(error)
        self.connection.mailbox.submit(.reset(self.connection.handle, self.channel, code: code))
    }
}

extension QUICStream {
    /// The bytes of one direction, in the pieces they arrived in.
    package struct Inbound: AsyncSequence, Sendable {
        package typealias Element = ByteBuffer
        package typealias Failure = any Error

        let stream: QUICStream

        package func makeAsyncIterator() -> Iterator {
            Iterator(stream: self.stream)
        }

        /// Takes the pieces one after another.
        package struct Iterator: AsyncIteratorProtocol {
            let stream: QUICStream

            package mutating func next() async throws -> ByteBuffer? {
                switch await self.stream.channel.inbound.next() {
                case .element(let bytes):
                    let connection = self.stream.connection
                    connection.mailbox.submit(.consumed(connection.handle, self.stream.id, bytes.readableBytes))
                    return bytes
                case .finished(let error?): throw error
                case .finished(nil): return nil
                case .cancelled: throw CancellationError()
                }
            }
        }
    }
}
