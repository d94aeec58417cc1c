// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowSupport
package import NIOCore

/// An established QUIC connection: the peer is known, both sides may open streams.
///
/// It lives until one side closes it or it is lost; dropping the object does not close it.
package final class QUICConnection: Sendable {
    /// Who the peer is; nil when it was not asked for a certificate.
    package let peer: PeerIdentity?

    /// What both sides agreed to speak (ALPN).
    package let applicationProtocol: String

    /// Where the peer was when the connection began; a peer behind NAT may move later.
    package let remoteAddress: SocketAddress

    let handle: ConnectionHandle
    let mailbox: EndpointMailbox
    let inbound = AsyncQueue<StreamChannel>()
    private let end = Latch<CloseReason>()

    init(
        handle: ConnectionHandle,
        mailbox: EndpointMailbox,
        peer: PeerIdentity?,
        applicationProtocol: String,
        remoteAddress: SocketAddress
    ) {
        self.handle = handle
        self.mailbox = mailbox
        self.peer = peer
        self.applicationProtocol = applicationProtocol
        self.remoteAddress = remoteAddress
    }

    /// Streams the peer opens, until the connection is over; for one reader.
    package var inboundStreams: InboundStreams { InboundStreams(connection: self) }

    /// Opens a stream, waiting while the peer allows no more.
    ///
    /// The peer learns of it with the first bytes.
    ///
    /// - Throws: `QUICError.connectionClosed`, or `CancellationError`.
    package func openStream() async throws -> QUICStream {
        // The endpoint forgets a connection some round trips after its end; this object remembers why it ended.
        if let reason = self.closeReason { throw QUICError.connectionClosed(reason) }
        let answer = OneShot<StreamChannel>()
        self.mailbox.submit(.openStream(self.handle, answer))
        return QUICStream(connection: self, channel: try await answer.wait())
    }

    /// Closes the connection and all its streams; the peer sees code and reason.
    ///
    /// Returns when the packet that says so has been sent. What was written just before may be lost: wait for an
    /// answer, or the peer's `finish`, before closing.
    package func close(code: UInt64, reason: String) async {
        let answer = OneShot<Void>()
        self.mailbox.submit(.close(self.handle, code: code, reason: reason, answer))
        // A task of its own, because whoever stops is cancelled already: waiting there would end at once, and the process
        // with it, before the packet is out.
        await Task { try? await answer.wait() }.value
    }

    /// Waits until the connection is over and tells why; `waitCancelled` when the waiting task is cancelled first.
    package var closed: CloseReason {
        get async { await self.end.wait() ?? .waitCancelled }
    }

    /// Why the connection is over; nil while it is not.
    package var closeReason: CloseReason? { self.end.value }

    func didClose(_ reason: CloseReason) {
        self.end.set(reason)
        self.inbound.finish()
    }
}

extension QUICConnection {
    /// The streams a peer opens, in order.
    package struct InboundStreams: AsyncSequence, Sendable {
        package typealias Element = QUICStream
        package typealias Failure = Never

        let connection: QUICConnection

        package func makeAsyncIterator() -> Iterator {
            Iterator(connection: self.connection)
        }

        /// Takes the streams one after another.
        package struct Iterator: AsyncIteratorProtocol {
            let connection: QUICConnection

            package mutating func next() async -> QUICStream? {
                await self.next(isolation: nil)
            }

            package mutating func next(isolation actor: isolated (any Actor)?) async -> QUICStream? {
                guard case .element(let channel) = await self.connection.inbound.next() else { return nil }
                self.connection.mailbox.submit(.taken(self.connection.handle, channel.id))
                return QUICStream(connection: self.connection, channel: channel)
            }
        }
    }
}
