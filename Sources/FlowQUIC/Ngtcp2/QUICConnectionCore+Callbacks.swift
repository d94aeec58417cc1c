// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2
import NIOCore

extension QUICConnectionCore {
    /// The connection ngtcp2 passes to a callback.
    private static func from(_ user: UnsafeMutableRawPointer?) -> QUICConnectionCore? {
        user.map { Unmanaged<QUICConnectionCore>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The callbacks of every connection.
    ///
    /// None of them may enter ngtcp2 for reading, writing or timers.
    static func makeCallbacks() -> ngtcp2_callbacks {
        var callbacks = ngtcp2_callbacks()
        flow_callbacks_default(&callbacks)
        Self.setIdentifierCallbacks(&callbacks)
        Self.setHandshakeCallbacks(&callbacks)
        Self.setStreamCallbacks(&callbacks)
        return callbacks
    }

    private static func setIdentifierCallbacks(_ callbacks: inout ngtcp2_callbacks) {
        callbacks.rand = { bytes, count, _ in
            fillRandom(UnsafeMutableRawBufferPointer(start: bytes, count: count))
        }
        callbacks.get_new_connection_id = { _, id, token, length, user in
            guard let me = QUICConnectionCore.from(user), let id, let token else { return NGTCP2_ERR_CALLBACK_FAILURE }
            guard let fresh = me.endpoint.issueConnectionID(for: me.handle, length: length) else {
                return NGTCP2_ERR_CALLBACK_FAILURE
            }
            id.pointee = fresh
            return me.endpoint.writeResetToken(of: fresh, to: token) ? 0 : NGTCP2_ERR_CALLBACK_FAILURE
        }
        callbacks.remove_connection_id = { _, id, user in
            if let me = QUICConnectionCore.from(user), let id, let known = ConnectionID(id.pointee) {
                me.endpoint.registry.remove(known)
            }
            return 0
        }
        callbacks.recv_stateless_reset = { _, _, user in
            QUICConnectionCore.from(user)?.sawStatelessReset = true
            return 0
        }
    }

    private static func setHandshakeCallbacks(_ callbacks: inout ngtcp2_callbacks) {
        callbacks.recv_crypto_data = { conn, level, offset, data, count, user in
            // After a server freed its session, TLS messages have nobody to go to, and a client has no business
            // sending any (RFC 9001 §4.4, §6).
            guard QUICConnectionCore.from(user)?.tls != nil else { return NGTCP2_ERR_CRYPTO }
            return ngtcp2_crypto_recv_crypto_data_cb(conn, level, offset, data, count, user)
        }
        callbacks.handshake_completed = { conn, user in
            guard let me = QUICConnectionCore.from(user), let tls = me.tls else { return NGTCP2_ERR_CALLBACK_FAILURE }
            let peer = PeerChain(tls.session).identity
            // The handshake cannot get here without the certificate; being wrong about that would let strangers in.
            if me.endpoint.isServer, tls.requiresClientCertificate, peer == nil {
                return NGTCP2_ERR_CALLBACK_FAILURE
            }
            me.isTLSDone = true
            if let keepAlive = me.endpoint.configuration.keepAlive {
                ngtcp2_conn_set_keep_alive_timeout(conn, keepAlive.nanoseconds)
            }
            me.emit(.handshakeCompleted(peer: peer, applicationProtocol: tls.applicationProtocol ?? ""))
            if me.endpoint.isServer {
                me.didEstablish()
            }
            return 0
        }
        // On a client `handshake_completed` comes before the server has judged our certificate; this one after.
        callbacks.handshake_confirmed = { _, user in
            QUICConnectionCore.from(user)?.didEstablish()
            return 0
        }
    }

    private func didEstablish() {
        guard self.phase == .handshaking else { return }
        self.phase = .established
        self.handshakeDeadline = nil
        self.endpoint.connectionDidEstablish(self)
        self.emit(.established)
    }

    private static func setStreamCallbacks(_ callbacks: inout ngtcp2_callbacks) {
        callbacks.stream_open = { _, id, user in
            guard let me = QUICConnectionCore.from(user) else { return 0 }
            me.streams[id] = Stream(id: id)
            me.untakenStreams.insert(id)
            me.emit(.streamOpened(id))
            return 0
        }
        callbacks.recv_stream_data = { _, flags, id, _, data, count, user, _ in
            guard let me = QUICConnectionCore.from(user) else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count)
            let fin = flags & UInt32(NGTCP2_STREAM_DATA_FLAG_FIN) != 0
            me.emit(.data(id, ByteBuffer(bytes: bytes), fin: fin))
            return 0
        }
        callbacks.acked_stream_data_offset = { _, id, _, count, user, _ in
            guard let me = QUICConnectionCore.from(user), count > 0 else { return 0 }
            me.streams[id]?.buffer.acknowledge(Int(count))
            me.emit(.acknowledged(id, Int(count)))
            return 0
        }
        callbacks.extend_max_stream_data = { _, id, _, user, _ in
            if let me = QUICConnectionCore.from(user), let stream = me.streams[id] {
                me.unblock(stream)
            }
            return 0
        }
        callbacks.extend_max_local_streams_bidi = { _, _, user in
            QUICConnectionCore.from(user)?.emit(.streamCredit)
            return 0
        }
        callbacks.stream_reset = { _, id, _, code, user, _ in
            QUICConnectionCore.from(user)?.emit(.resetByPeer(id, code: code))
            return 0
        }
        callbacks.stream_close = { conn, flags, id, code, user, _ in
            guard let me = QUICConnectionCore.from(user) else { return 0 }
            if let stream = me.streams.removeValue(forKey: id), !stream.isShut, !stream.buffer.isFinSent {
                // Over without our doing: the peer asked us to stop (ngtcp2 has no callback for its STOP_SENDING).
                let hasCode = flags & UInt32(NGTCP2_STREAM_CLOSE_FLAG_APP_ERROR_CODE_SET) != 0
                me.emit(.stoppedByPeer(id, code: hasCode ? code : nil))
            }
            me.blockedStreams.remove(id)
            if ngtcp2_conn_is_local_stream(conn, id) == 0 {
                if me.untakenStreams.contains(id) {
                    me.closedUntakenStreams.insert(id)
                } else {
                    ngtcp2_conn_extend_max_streams_bidi(conn, 1)
                }
            }
            me.emit(.streamClosed(id))
            return 0
        }
    }
}
