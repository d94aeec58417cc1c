// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2
import NIOCore

/// One QUIC connection without I/O and without a clock: datagrams, commands and the time go in; datagrams and events
/// come out through its endpoint.
///
/// Owns one `ngtcp2_conn` and the TLS session of its handshake. Confined to whatever confines its endpoint. While
/// ngtcp2 runs a callback nothing here calls back into writing, reading or timers; it only notes events.
final class QUICConnectionCore {
    /// How far the connection is.
    ///
    /// Order: `handshaking` → `established` → `closing` or `draining` → `closed`;
    /// every phase may jump to a later one.
    enum Phase {
        case handshaking
        case established
        /// We closed it; a lost close packet is repeated when the peer goes on sending (RFC 9000 §10.2.1).
        case closing
        /// The peer closed it; we stay silent (RFC 9000 §10.2.2).
        case draining
        case closed
    }

    /// The sending side of one stream.
    final class Stream {
        let id: Int64
        var buffer = SendBuffer()
        /// Flow control stopped it; the peer's next MAX_STREAM_DATA frees it.
        var isBlocked = false
        /// Reset from either side; nothing more is sent.
        var isShut = false
        /// Whether it stands in the connection's send queue.
        var isQueued = false

        init(id: Int64) {
            self.id = id
        }

        var wantsToSend: Bool {
            !self.isBlocked && !self.isShut && (self.buffer.hasUnsentBytes || self.buffer.hasUnsentFin)
        }
    }

    let handle: ConnectionHandle
    /// Where the peer was when the connection began.
    let remote: NetworkAddress
    /// Connections never outlive their endpoint: it holds them in its table.
    unowned let endpoint: QUICEndpointCore
    let reference: UnsafeMutablePointer<ngtcp2_crypto_conn_ref>
    var conn: OpaquePointer?
    var tls: TLSSession?

    var phase: Phase = .handshaking
    var streams: [Int64: Stream] = [:]
    var sendQueue = CircularBuffer<Int64>()
    /// The streams whose `isBlocked` is set.
    var blockedStreams: Set<Int64> = []
    var isDirty = false
    /// Set by the handshake callback; TLS state is freed once ngtcp2 has returned.
    var isTLSDone = false
    var sawStatelessReset = false
    /// Whether the endpoint still counts it among the handshakes in progress.
    var countsAsHandshake = true

    /// Streams of the peer the application has not taken yet, and those of them that are already over: their place
    /// is given back only when they are taken, or a peer could open and abandon streams faster than we look at them.
    var untakenStreams: Set<Int64> = []
    var closedUntakenStreams: Set<Int64> = []

    /// When an unfinished handshake is given up; the server's own limit is kept by ngtcp2.
    var handshakeDeadline: UInt64?
    var closeDeadline: UInt64 = .max
    var closePacket: OutgoingDatagram?
    var packetsSinceClose: UInt64 = 0

    init(handle: ConnectionHandle, remote: NetworkAddress, endpoint: QUICEndpointCore) {
        self.handle = handle
        self.remote = remote
        self.endpoint = endpoint
        self.reference = .allocate(capacity: 1)
        self.reference.initialize(
            to: ngtcp2_crypto_conn_ref(
                get_conn: { reference in
                    guard let user = reference?.pointee.user_data else { return nil }
                    return Unmanaged<QUICConnectionCore>.fromOpaque(user).takeUnretainedValue().conn
                },
                user_data: nil
            )
        )
        self.reference.pointee.user_data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        if let conn = self.conn {
            ngtcp2_conn_del(conn)
        }
        // The session points at the reference, so it goes first.
        self.tls = nil
        self.reference.deallocate()
    }

    /// Whether streams may be used and packets are exchanged.
    var isOpen: Bool { self.phase == .handshaking || self.phase == .established }

    /// When the connection wants to be woken, in nanoseconds.
    var nextDeadline: UInt64 {
        switch self.phase {
        case .handshaking, .established:
            let expiry = self.conn.map { ngtcp2_conn_get_expiry($0) } ?? .max
            return min(expiry, self.handshakeDeadline ?? .max)
        case .closing, .draining:
            return self.closeDeadline
        case .closed:
            return .max
        }
    }

    func emit(_ event: ConnectionEvent) {
        self.endpoint.events.append((self.handle, event))
    }

    // MARK: Commands of the application

    /// Opens a stream.
    ///
    /// - Returns: Its id, or nil while the peer allows no more; `streamCredit` tells when to ask again.
    func openStream() -> Int64? {
        guard self.isOpen, let conn = self.conn else { return nil }
        var id: Int64 = 0
        guard ngtcp2_conn_open_bidi_stream(conn, &id, nil) == 0 else { return nil }
        self.streams[id] = Stream(id: id)
        return id
    }

    /// Queues bytes, the end of the stream, or both.
    func send(_ buffer: ByteBuffer?, finish: Bool, on id: Int64) {
        guard self.isOpen, let stream = self.streams[id], !stream.isShut else { return }
        if let buffer {
            stream.buffer.append(buffer)
        }
        if finish {
            stream.buffer.finish()
        }
        self.enqueue(stream)
    }

    /// Gives the peer credit for bytes the application has taken: delaying this call is the receiver's back-pressure.
    func consume(_ count: Int, of id: Int64) {
        guard self.isOpen, let conn = self.conn, count > 0 else { return }
        // A stream that is over needs no credit of its own any more; the connection does.
        _ = ngtcp2_conn_extend_max_stream_offset(conn, id, UInt64(count))
        ngtcp2_conn_extend_max_offset(conn, UInt64(count))
        self.endpoint.markDirty(self)
    }

    /// Notes that the application took a stream of the peer.
    func take(_ id: Int64) {
        self.untakenStreams.remove(id)
        guard self.closedUntakenStreams.remove(id) != nil, self.isOpen, let conn = self.conn else { return }
        ngtcp2_conn_extend_max_streams_bidi(conn, 1)
        self.endpoint.markDirty(self)
    }

    /// Abandons one or both directions of a stream.
    func shutdown(_ id: Int64, reading: Bool, writing: Bool, code: UInt64) {
        guard self.isOpen, let conn = self.conn, let stream = self.streams[id] else { return }
        if reading {
            _ = flow_conn_shutdown_read(conn, id, code)
        }
        if writing, !stream.isShut {
            stream.isShut = true
            _ = flow_conn_shutdown_write(conn, id, code)
        }
        self.endpoint.markDirty(self)
    }

    func unblock(_ stream: Stream) {
        stream.isBlocked = false
        self.blockedStreams.remove(stream.id)
        self.enqueue(stream)
    }

    func enqueue(_ stream: Stream) {
        if !stream.isQueued, stream.wantsToSend {
            stream.isQueued = true
            self.sendQueue.append(stream.id)
        }
        self.endpoint.markDirty(self)
    }
}
