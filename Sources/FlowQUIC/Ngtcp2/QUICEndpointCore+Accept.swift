// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

extension QUICEndpointCore {
    /// What a token in a client's first packet proves.
    private enum Address {
        /// We asked for it with Retry: the client is where it says, and this is the id it first used.
        case proven(originalID: ngtcp2_cid)
        /// It brought none.
        case unproven
        /// It brought one of ours that is not valid.
        case refuted
    }

    /// How long a client may take to come back with a retry token.
    private static let retryLifetime: UInt64 = 10_000_000_000

    /// The first byte ngtcp2 gives its retry tokens, to tell them from others a client may bring.
    private static let retryTokenMark = UInt8(NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY)

    /// Considers a long-header packet nobody is waiting for: a new connection, or nothing.
    func accept(_ datagram: UnsafeRawBufferPointer, path: NetworkPath, ecn: UInt32, now: UInt64) {
        var header = ngtcp2_pkt_hd()
        let base = datagram.bindMemory(to: UInt8.self).baseAddress
        guard ngtcp2_accept(&header, base, datagram.count) == 0 else { return }
        // First packets come padded, so that an answer cannot be larger (RFC 9000 §14.1).
        guard datagram.count >= 1_200 else { return }
        if self.connections.count >= self.configuration.maxConnections {
            self.refuse(header, code: UInt64(NGTCP2_CONNECTION_REFUSED), path: path)
            return
        }
        let address = self.judgeToken(header, path: path, now: now)
        switch address {
        case .refuted:
            self.refuse(header, code: UInt64(NGTCP2_INVALID_TOKEN), path: path)
        case .unproven where self.handshakes >= self.configuration.retryAboveHandshakes:
            self.sendRetry(header, path: path, now: now)
        case .unproven, .proven:
            // Silence rather than refusal: the client repeats its packet, later, when there may be room.
            guard self.handshakes < self.configuration.maxHandshakes else { return }
            guard let connection = self.startServer(header, address, path: path, now: now) else { return }
            self.deliver(datagram, to: connection, path: path, ecn: ecn, now: now)
        }
    }

    private func startServer(
        _ header: ngtcp2_pkt_hd,
        _ address: Address,
        path: NetworkPath,
        now: UInt64
    ) -> QUICConnectionCore? {
        let connection = self.makeConnection(to: path.remote)
        guard let clientID = ConnectionID(header.dcid), self.registry.insert(clientID, for: connection.handle),
            var source = self.issueConnectionID(for: connection.handle, length: ConnectionID.ownLength)
        else {
            self.remove(connection)
            return nil
        }
        var header = header
        var settings = self.settings(now: now)
        var parameters = self.parameters()
        if case .proven(var originalID) = address {
            flow_params_set_original_dcid(&parameters, &originalID)
            flow_params_set_retry_scid(&parameters, &header.dcid)
            flow_settings_set_token(&settings, &header)
        } else {
            flow_params_set_original_dcid(&parameters, &header.dcid)
        }
        parameters.stateless_reset_token_present = 1
        let hasToken = withUnsafeMutableBytes(of: &parameters.stateless_reset_token) { token in
            token.bindMemory(to: UInt8.self).baseAddress.map { self.writeResetToken(of: source, to: $0) } ?? false
        }
        let user = Unmanaged.passUnretained(connection).toOpaque()
        let result = path.withPath { path in
            self.withCallbacks { callbacks in
                flow_conn_server_new(
                    &connection.conn,
                    &header.scid,
                    &source,
                    path,
                    header.version,
                    callbacks,
                    &settings,
                    &parameters,
                    user
                )
            }
        }
        guard hasToken, result == 0, let conn = connection.conn,
            let tls = try? TLSSession(context: self.tls, reference: connection.reference)
        else {
            self.remove(connection)
            return nil
        }
        connection.tls = tls
        ngtcp2_conn_set_tls_native_handle(conn, UnsafeMutableRawPointer(tls.session))
        return connection
    }

    private func judgeToken(_ header: ngtcp2_pkt_hd, path: NetworkPath, now: UInt64) -> Address {
        var header = header
        var length = 0
        guard let token = flow_header_token(&header, &length), length > 0, token.pointee == Self.retryTokenMark else {
            return .unproven
        }
        var originalID = ngtcp2_cid()
        let result = path.remote.withSocketAddress { remote, remoteLength in
            ngtcp2_crypto_verify_retry_token(
                &originalID,
                token,
                length,
                self.retryKey,
                self.retryKey.count,
                header.version,
                remote,
                ngtcp2_socklen(remoteLength),
                &header.dcid,
                Self.retryLifetime,
                now
            )
        }
        return result == 0 ? .proven(originalID: originalID) : .refuted
    }

    /// Asks a client to come back with a token that proves its address; nothing is remembered meanwhile.
    private func sendRetry(_ header: ngtcp2_pkt_hd, path: NetworkPath, now: UInt64) {
        var header = header
        var source = ngtcp2_cid.random(ConnectionID.ownLength)
        var token = [UInt8](repeating: 0, count: flow_max_retry_token_length())
        let tokenLength = path.remote.withSocketAddress { remote, remoteLength in
            ngtcp2_crypto_generate_retry_token(
                &token,
                self.retryKey,
                self.retryKey.count,
                header.version,
                remote,
                ngtcp2_socklen(remoteLength),
                &source,
                &header.dcid,
                now
            )
        }
        guard tokenLength > 0 else { return }
        let written = ngtcp2_crypto_write_retry(
            self.scratch.baseAddress,
            self.datagramCapacity,
            header.version,
            &header.scid,
            &source,
            &header.dcid,
            token,
            tokenLength
        )
        guard written > 0 else { return }
        self.sendScratch(written, on: path, ecn: 0)
    }

    /// Answers a first packet with CONNECTION_CLOSE and remembers nothing.
    private func refuse(_ header: ngtcp2_pkt_hd, code: UInt64, path: NetworkPath) {
        var header = header
        let written = ngtcp2_crypto_write_connection_close(
            self.scratch.baseAddress,
            self.datagramCapacity,
            header.version,
            &header.scid,
            &header.dcid,
            code,
            nil,
            0
        )
        guard written > 0 else { return }
        self.sendScratch(written, on: path, ecn: 0)
    }
}
