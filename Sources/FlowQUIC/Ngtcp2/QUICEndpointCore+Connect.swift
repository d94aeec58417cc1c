// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

extension QUICEndpointCore {
    /// Starts a connection to a server; the first packet is built by the next `flush`.
    ///
    /// - Parameters:
    ///   - path: From our socket to the server.
    ///   - version: The QUIC version to begin with; others than 1 only serve to test version negotiation.
    ///   - now: Monotonic time in nanoseconds.
    /// - Returns: The handle under which events come.
    /// - Throws: `QUICError.invalidConfiguration` when a library refuses settings or has no memory.
    func connect(
        path: NetworkPath,
        version: UInt32 = UInt32(NGTCP2_PROTO_VER_V1),
        now: UInt64
    ) throws(QUICError) -> ConnectionHandle {
        let now = self.advance(to: now)
        let connection = self.makeConnection(to: path.remote)
        do throws(QUICError) {
            try self.startClient(connection, path: path, version: version, now: now)
        } catch {
            self.remove(connection)
            throw error
        }
        connection.handshakeDeadline = now &+ self.configuration.handshakeTimeout.nanoseconds
        self.markDirty(connection)
        self.reschedule(connection)
        return connection.handle
    }

    private func startClient(
        _ connection: QUICConnectionCore,
        path: NetworkPath,
        version: UInt32,
        now: UInt64
    ) throws(QUICError) {
        // The first id is the server's only shield against guesses until it chose its own: at least 8 random bytes.
        var destination = ngtcp2_cid.random(16)
        guard var source = self.issueConnectionID(for: connection.handle, length: ConnectionID.ownLength) else {
            throw .invalidConfiguration("no connection id left")
        }
        var settings = self.settings(now: now)
        var parameters = self.parameters()
        let user = Unmanaged.passUnretained(connection).toOpaque()
        let result = path.withPath { path in
            self.withCallbacks { callbacks in
                flow_conn_client_new(
                    &connection.conn,
                    &destination,
                    &source,
                    path,
                    version,
                    callbacks,
                    &settings,
                    &parameters,
                    user
                )
            }
        }
        guard result == 0, let conn = connection.conn else {
            throw .invalidConfiguration("ngtcp2 refused a connection: \(result)")
        }
        let tls = try TLSSession(context: self.tls, reference: connection.reference)
        connection.tls = tls
        ngtcp2_conn_set_tls_native_handle(conn, UnsafeMutableRawPointer(tls.session))
    }

    // MARK: What both roles share

    func settings(now: UInt64) -> ngtcp2_settings {
        var settings = ngtcp2_settings()
        flow_settings_default(&settings)
        settings.initial_ts = now
        settings.max_tx_udp_payload_size = self.datagramCapacity
        settings.handshake_timeout = self.configuration.handshakeTimeout.nanoseconds
        return settings
    }

    func parameters() -> ngtcp2_transport_params {
        var parameters = ngtcp2_transport_params()
        flow_params_default(&parameters)
        let window = UInt64(max(1, self.configuration.streamWindow))
        parameters.initial_max_stream_data_bidi_local = window
        parameters.initial_max_stream_data_bidi_remote = window
        parameters.initial_max_data = UInt64(max(1, self.configuration.connectionWindow))
        parameters.initial_max_streams_bidi = UInt64(max(0, self.configuration.maxStreams))
        parameters.initial_max_streams_uni = 0
        parameters.max_idle_timeout = self.configuration.idleTimeout.nanoseconds
        parameters.active_connection_id_limit = 7
        return parameters
    }

    /// A fresh id of ours that routes to a connection; nil when several random ones were all taken.
    func issueConnectionID(for handle: ConnectionHandle, length: Int) -> ngtcp2_cid? {
        for _ in 0..<4 {
            let id = ngtcp2_cid.random(length)
            if let key = ConnectionID(id), self.registry[key] == nil, self.registry.insert(key, for: handle) {
                return id
            }
        }
        return nil
    }

    /// Writes the 16-byte token by which a peer recognises our stateless reset for an id (RFC 9000 §10.3.2).
    func writeResetToken(of id: ngtcp2_cid, to token: UnsafeMutablePointer<UInt8>) -> Bool {
        var id = id
        return ngtcp2_crypto_generate_stateless_reset_token(token, self.resetKey, self.resetKey.count, &id) == 0
    }
}
