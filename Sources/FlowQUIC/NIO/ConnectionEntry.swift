// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What an endpoint's handler knows of one connection beyond the core: who is to be told what.
///
/// Confined to the handler's event loop.
final class ConnectionEntry {
    /// The connection as the application sees it; nil until TLS is done.
    var connection: QUICConnection?

    /// Who waits for a client's connection to be established.
    var connecting: OneShot<QUICConnection>?

    /// Streams that are not over on both sides.
    var streams: [Int64: StreamChannel] = [:]

    /// Who waits for the peer to allow another stream, the first come first.
    var waitingForStream = CircularBuffer<OneShot<StreamChannel>>()

    /// Tells everybody that the connection is over.
    func close(_ reason: CloseReason) {
        let error = QUICError.connectionClosed(reason)
        self.connecting?.complete(.failure(QUICError.handshake(reason)))
        self.connecting = nil
        for stream in self.streams.values {
            stream.fail(error)
        }
        self.streams.removeAll()
        for waiter in self.waitingForStream {
            waiter.complete(.failure(error))
        }
        self.waitingForStream.removeAll()
        self.connection?.didClose(reason)
    }
}
