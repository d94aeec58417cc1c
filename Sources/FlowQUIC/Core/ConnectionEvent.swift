// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What happened on a connection; the endpoint core collects these while it works and its driver takes them after.
///
/// Collected rather than called back: ngtcp2 must not be entered again from within its own callbacks.
enum ConnectionEvent {
    /// TLS is done on this side. On a client the server may still refuse our certificate.
    case handshakeCompleted(peer: PeerIdentity?, applicationProtocol: String)

    /// Both sides accepted each other; the application may begin.
    case established

    /// The peer opened a stream.
    case streamOpened(Int64)

    /// Bytes arrived in order; `fin` when they are the last.
    case data(Int64, ByteBuffer, fin: Bool)

    /// The peer abandoned its sending side.
    case resetByPeer(Int64, code: UInt64)

    /// The peer does not want to read what we send; its code is not always known.
    case stoppedByPeer(Int64, code: UInt64?)

    /// The peer has that many more bytes of the stream; their memory is released.
    case acknowledged(Int64, Int)

    /// Both sides of the stream are over.
    case streamClosed(Int64)

    /// The peer allows more streams.
    case streamCredit

    /// The connection is over for the application.
    case closed(CloseReason)

    /// The closing or draining period is over as well; the handle means nothing any more.
    case forgotten
}

/// Names a connection of one endpoint; never used twice.
typealias ConnectionHandle = UInt64

/// A datagram to be sent.
struct OutgoingDatagram {
    /// From where to where.
    var path: NetworkPath

    /// The congestion notification bits to send it with (RFC 3168): 0 to 3.
    var ecn: UInt32

    /// The UDP payload.
    var payload: ByteBuffer
}

/// The two ends of a datagram's way, as seen from here.
struct NetworkPath: Hashable, Sendable {
    var local: NetworkAddress
    var remote: NetworkAddress
}
