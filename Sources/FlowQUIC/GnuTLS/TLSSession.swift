// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

/// The TLS handshake of one connection.
///
/// GnuTLS's session pointer is taken by ngtcp2's crypto helper (it must be an `ngtcp2_crypto_conn_ref`), so callbacks
/// find their way back through the connection that reference names.
final class TLSSession {
    let session: gnutls_session_t
    let context: TLSContext

    /// Why the peer's certificate was not accepted, in GnuTLS's words; nil while it was not judged or is fine.
    var rejection: String?

    /// Starts a session; `reference` must stay allocated until the session is gone.
    ///
    /// - Throws: `QUICError.invalidConfiguration` when GnuTLS refuses a setting or has no memory.
    init(context: TLSContext, reference: UnsafeMutablePointer<ngtcp2_crypto_conn_ref>) throws(QUICError) {
        var created: gnutls_session_t?
        let flags = context.isServer ? flow_gnutls_server_flags() : flow_gnutls_client_flags()
        guard gnutls_init(&created, flags) == 0, let created else {
            throw .invalidConfiguration("no memory for a TLS session")
        }
        self.session = created
        self.context = context
        gnutls_session_set_ptr(created, reference)
        guard gnutls_priority_set(created, context.priority) == 0,
            gnutls_credentials_set(created, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(context.credentials)) == 0
        else {
            throw .invalidConfiguration("GnuTLS refused priorities or credentials")
        }
        switch context.role {
        case .server(let protocols): try self.configureServer(protocols)
        case .client(let names, let serverName): try self.configureClient(names, serverName: serverName)
        }
    }

    deinit {
        gnutls_deinit(self.session)
    }

    /// The session object of a GnuTLS session, through its connection.
    static func of(_ session: gnutls_session_t) -> TLSSession? {
        guard let pointer = gnutls_session_get_ptr(session) else { return nil }
        let reference = pointer.assumingMemoryBound(to: ngtcp2_crypto_conn_ref.self)
        guard let user = reference.pointee.user_data else { return nil }
        return Unmanaged<QUICConnectionCore>.fromOpaque(user).takeUnretainedValue().tls
    }

    /// The application protocol both sides agreed on; nil before ClientHello was read.
    var applicationProtocol: String? {
        var datum = gnutls_datum_t()
        guard gnutls_alpn_get_selected_protocol(self.session, &datum) == 0 else { return nil }
        return String(decoding: datum.bytes, as: UTF8.self)
    }

    private func configureServer(_ protocols: [ApplicationProtocol]) throws(QUICError) {
        guard ngtcp2_crypto_gnutls_configure_server_session(self.session) == 0 else {
            throw .invalidConfiguration("GnuTLS refused QUIC on a server session")
        }
        // A certificate is required unless the hook below finds a protocol that does without: should the hook ever
        // not run, the handshake fails closed.
        gnutls_certificate_server_set_request(self.session, GNUTLS_CERT_REQUIRE)
        // Do not tell strangers whose certificates are accepted.
        gnutls_certificate_send_x509_rdn_sequence(self.session, 1)
        flow_gnutls_on_client_hello(self.session) { session, _, _, _, _ in
            if let session, let tls = TLSSession.of(session), !tls.requiresClientCertificate {
                gnutls_certificate_server_set_request(session, GNUTLS_CERT_IGNORE)
            }
            return 0
        }
        // Runs when the protocol is chosen and before the certificate is.
        gnutls_handshake_set_post_client_hello_function(self.session) { session in
            if let session, let tls = TLSSession.of(session), let chosen = tls.applicationProtocol,
                let credentials = tls.context.credentials(for: chosen)
            {
                return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
            }
            return 0
        }
        try self.setProtocols(protocols.map(\.name))
    }

    private func configureClient(_ applicationProtocols: [String], serverName: String) throws(QUICError) {
        guard ngtcp2_crypto_gnutls_configure_client_session(self.session) == 0 else {
            throw .invalidConfiguration("GnuTLS refused QUIC on a client session")
        }
        // Literal addresses are not allowed in the server name extension (RFC 6066 §3).
        if !isAddressLiteral(serverName) {
            gnutls_server_name_set(self.session, GNUTLS_NAME_DNS, serverName, serverName.utf8.count)
        }
        try self.setProtocols(applicationProtocols)
    }

    /// Whether the protocol the client chose demands a certificate; true while none is known.
    var requiresClientCertificate: Bool {
        guard case .server(let protocols) = self.context.role else { return false }
        let chosen = self.applicationProtocol
        return protocols.first { $0.name == chosen }?.clientCertificate != ApplicationProtocol.ClientCertificate.none
    }

    private func setProtocols(_ names: [String]) throws(QUICError) {
        let storage = names.map { name in
            let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, name.utf8.count))
            _ = bytes.update(fromContentsOf: name.utf8)
            return gnutls_datum_t(data: bytes.baseAddress, size: UInt32(name.utf8.count))
        }
        defer {
            for datum in storage {
                datum.data.deallocate()
            }
        }
        let flags = GNUTLS_ALPN_MANDATORY.rawValue
        let result = gnutls_alpn_set_protocols(self.session, storage, UInt32(storage.count), flags)
        guard result == 0 else {
            throw .invalidConfiguration("application protocols \(names): \(describeGnuTLS(result))")
        }
    }
}
