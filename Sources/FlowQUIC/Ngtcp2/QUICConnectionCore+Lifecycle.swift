// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2
import NIOCore

extension QUICConnectionCore {
    /// The longest reason text taken from or sent to a peer, in bytes.
    private static let maximumReason = 256

    /// Takes a datagram routed to this connection.
    func read(_ datagram: UnsafeRawBufferPointer, path: NetworkPath, ecn: UInt32, now: UInt64) {
        switch self.phase {
        case .handshaking, .established:
            guard let conn = self.conn else { return }
            let base = datagram.bindMemory(to: UInt8.self).baseAddress
            let result = path.withPath { flow_conn_read(conn, $0, ecn, base, datagram.count, now) }
            if result == 0 {
                self.offerBlockedStreams()
                self.endpoint.markDirty(self)
            } else {
                self.handle(result, now: now)
            }
            self.releaseTLS()
        case .closing:
            // Repeated ever more rarely, so that two closing ends do not keep each other busy (RFC 9000 §10.2.1).
            self.packetsSinceClose += 1
            if let packet = self.closePacket, self.packetsSinceClose.nonzeroBitCount == 1 {
                self.endpoint.datagrams.append(packet)
            }
        case .draining, .closed:
            break
        }
    }

    /// Lets the next write try streams again that flow control stopped.
    ///
    /// The only way to learn that the peer stopped reading such a stream: ngtcp2 has no callback for STOP_SENDING, and
    /// refuses the stream's next bytes instead.
    private func offerBlockedStreams() {
        for id in self.blockedStreams {
            if let stream = self.streams[id] { self.unblock(stream) }
        }
    }

    /// Acts on a deadline that has passed.
    func expire(now: UInt64) {
        switch self.phase {
        case .handshaking, .established:
            if self.phase == .handshaking, let deadline = self.handshakeDeadline, deadline <= now {
                var error = flow_close_error()
                flow_close_error_default(&error)
                self.close(&error, reason: .handshakeTimeout, now: now)
                return
            }
            guard let conn = self.conn, ngtcp2_conn_get_expiry(conn) <= now else { return }
            let result = ngtcp2_conn_handle_expiry(conn, now)
            if result == 0 {
                self.endpoint.markDirty(self)
            } else {
                self.handle(result, now: now)
            }
        case .closing, .draining:
            self.forget()
        case .closed:
            break
        }
    }

    /// Closes the connection in the application's name.
    func close(code: UInt64, reason: String, now: UInt64) {
        guard self.isOpen else { return }
        let bytes = Array(reason.utf8.prefix(Self.maximumReason))
        // Application codes are 62-bit on the wire.
        let code = min(code, (1 << 62) - 1)
        bytes.withUnsafeBufferPointer { buffer in
            var error = flow_close_error()
            flow_close_error_default(&error)
            flow_close_error_application(&error, code, buffer.baseAddress, buffer.count)
            self.close(&error, reason: .local(code: code, reason: reason), now: now)
        }
    }

    /// Acts on a result of ngtcp2 other than success.
    func handle(_ result: Int32, now: UInt64) {
        guard self.isOpen, let conn = self.conn else { return }
        var error = flow_close_error()
        flow_close_error_default(&error)
        switch result {
        case NGTCP2_ERR_DRAINING:
            self.phase = .draining
            self.closeDeadline = now &+ 3 &* ngtcp2_conn_get_pto(conn)
            self.didClose(self.sawStatelessReset ? .reset : self.peerReason(conn))
        case NGTCP2_ERR_CLOSING, NGTCP2_ERR_DISCARD_PKT:
            break
        case NGTCP2_ERR_IDLE_CLOSE:
            self.drop(.idle)
        case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
            self.drop(.handshakeTimeout)
        case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
            self.drop(.versionNegotiation)
        case NGTCP2_ERR_DROP_CONN, NGTCP2_ERR_RETRY:
            self.drop(.localTransport(code: 0, reason: "not a connection"))
        case NGTCP2_ERR_CRYPTO:
            let alert = ngtcp2_conn_get_tls_alert(conn)
            flow_close_error_alert(&error, alert)
            let words = self.tls?.rejection ?? Self.alertName(alert)
            self.close(&error, reason: .localTransport(code: 0x100 + UInt64(alert), reason: words), now: now)
        default:
            flow_close_error_library(&error, result)
            let words = ngtcp2_strerror(result).map { String(cString: $0) } ?? "ngtcp2 error \(result)"
            self.close(&error, reason: .localTransport(code: error.error_code, reason: words), now: now)
        }
    }

    /// Sends CONNECTION_CLOSE and keeps the packet for repetition during three probe timeouts.
    private func close(_ error: inout flow_close_error, reason: CloseReason, now: UInt64) {
        guard self.isOpen, let conn = self.conn else { return }
        let output = self.endpoint.scratch
        let path = self.endpoint.pathStorage
        ngtcp2_path_storage_zero(path)
        if let pathPointer = path.pointer(to: \.path) {
            let capacity = self.endpoint.datagramCapacity
            let written = flow_conn_write_close(conn, pathPointer, output.baseAddress, capacity, &error, now)
            if written > 0, let sentOn = NetworkPath(path.pointee.path) {
                let bytes = UnsafeRawBufferPointer(start: output.baseAddress, count: written)
                let packet = OutgoingDatagram(path: sentOn, ecn: 0, payload: ByteBuffer(bytes: bytes))
                self.endpoint.datagrams.append(packet)
                self.closePacket = packet
            }
        }
        self.phase = .closing
        self.closeDeadline = now &+ 3 &* ngtcp2_conn_get_pto(conn)
        self.didClose(reason)
    }

    /// Ends the connection without telling the peer.
    private func drop(_ reason: CloseReason) {
        self.didClose(reason)
        self.forget()
    }

    private func didClose(_ reason: CloseReason) {
        self.handshakeDeadline = nil
        self.endpoint.connectionDidClose(self)
        self.emit(.closed(reason))
    }

    private func forget() {
        guard self.phase != .closed else { return }
        self.phase = .closed
        self.endpoint.remove(self)
        self.emit(.forgotten)
    }

    private func peerReason(_ conn: OpaquePointer) -> CloseReason {
        var error = flow_close_error()
        flow_close_error_default(&error)
        flow_conn_close_error(conn, &error)
        let bytes = UnsafeBufferPointer(start: error.reason, count: error.reason == nil ? 0 : error.reasonlen)
        // The peer may have written anything; invalid UTF-8 is repaired, length is bounded.
        var text = String(decoding: bytes.prefix(Self.maximumReason), as: UTF8.self)
        if flow_close_error_is_application(&error) != 0 {
            return .peer(code: error.error_code, reason: text)
        }
        if text.isEmpty, (0x100...0x1ff).contains(error.error_code) {
            text = Self.alertName(UInt8(error.error_code - 0x100))
        }
        return .peerTransport(code: error.error_code, reason: text)
    }

    private static func alertName(_ alert: UInt8) -> String {
        // The enum's raw values are the alert numbers on the wire.
        gnutls_alert_get_name(gnutls_alert_description_t(UInt32(alert))).map { String(cString: $0) }
            ?? "TLS alert \(alert)"
    }

    /// Frees the TLS session of a server's connection: only the handshake needs it, and it holds some 10 KB.
    private func releaseTLS() {
        guard self.isTLSDone, self.endpoint.isServer, self.tls != nil, let conn = self.conn else { return }
        ngtcp2_conn_set_tls_native_handle(conn, nil)
        self.tls = nil
    }
}
