// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

/// Everything the TLS sessions of one endpoint share: credentials, trust, cipher choice.
///
/// Sendable although it holds pointers: they are written only in `init`, and GnuTLS documents credentials and
/// priorities as readable by any number of sessions at once.
final class TLSContext: @unchecked Sendable {
    /// Which end of the handshake, and what only that end knows.
    enum Role: Sendable {
        /// The protocols offered, and what each asks of clients.
        case server([ApplicationProtocol])

        /// The protocols wanted, the first one most, and the name or IP address the server's certificate must carry.
        case client(applicationProtocols: [String], serverName: String)
    }

    let role: Role
    let trust: TLSTrust
    let credentials: gnutls_certificate_credentials_t
    /// Of a server, those of protocols that have an identity of their own.
    private let named: [String: gnutls_certificate_credentials_t]
    let priority: gnutls_priority_t

    var isServer: Bool {
        if case .server = self.role { true } else { false }
    }

    /// TLS 1.3 only, as QUIC demands (RFC 9001 §4.2), with the ciphers QUIC allows.
    private static let priorities = """
        NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:\
        -GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:%DISABLE_TLS13_COMPAT_MODE
        """

    /// Loads certificates, key and trust.
    ///
    /// - Throws: `QUICError.invalidConfiguration` saying which part GnuTLS did not take.
    init(role: Role, identity: TLSIdentity?, trust: TLSTrust) throws(QUICError) {
        self.role = role
        self.trust = trust
        var named: [String: gnutls_certificate_credentials_t] = [:]
        var made: [gnutls_certificate_credentials_t] = []
        do throws(QUICError) {
            if identity == nil, case .server = role { throw .invalidConfiguration("a server needs a certificate") }
            self.credentials = try Self.credentials(identity, trust, &made)
            if case .server(let protocols) = role {
                for entry in protocols {
                    guard let own = entry.identity else { continue }
                    named[entry.name] = try Self.credentials(own, trust, &made)
                }
            }
            var priority: gnutls_priority_t?
            guard gnutls_priority_init(&priority, Self.priorities, nil) == 0, let priority else {
                throw .invalidConfiguration("this GnuTLS cannot do TLS 1.3 with QUIC's ciphers")
            }
            self.priority = priority
        } catch {
            for credentials in made { gnutls_certificate_free_credentials(credentials) }
            throw error
        }
        self.named = named
    }

    /// Those for a protocol that has its own; nil for all others.
    func credentials(for applicationProtocol: String) -> gnutls_certificate_credentials_t? {
        self.named[applicationProtocol]
    }

    /// - Parameter made: gets them as soon as there is something to free.
    private static func credentials(
        _ identity: TLSIdentity?,
        _ trust: TLSTrust,
        _ made: inout [gnutls_certificate_credentials_t]
    ) throws(QUICError) -> gnutls_certificate_credentials_t {
        var credentials: gnutls_certificate_credentials_t?
        guard gnutls_certificate_allocate_credentials(&credentials) == 0, let credentials else {
            throw .invalidConfiguration("no memory for TLS credentials")
        }
        made.append(credentials)
        try self.load(trust, into: credentials)
        if let identity { try self.load(identity, into: credentials) }
        // Verification needs to know the session's role and name: they hang on the session's connection.
        gnutls_certificate_set_verify_function(credentials) { session in
            guard let session else { return GNUTLS_E_CERTIFICATE_ERROR }
            return TLSSession.of(session)?.verifyPeer() ?? GNUTLS_E_CERTIFICATE_ERROR
        }
        return credentials
    }

    deinit {
        gnutls_priority_deinit(self.priority)
        gnutls_certificate_free_credentials(self.credentials)
        for credentials in self.named.values { gnutls_certificate_free_credentials(credentials) }
    }

    private static func load(
        _ trust: TLSTrust,
        into credentials: gnutls_certificate_credentials_t
    ) throws(QUICError) {
        switch trust {
        case .roots(let pem):
            let loaded = pem.withDatum { gnutls_certificate_set_x509_trust_mem(credentials, &$0, GNUTLS_X509_FMT_PEM) }
            guard loaded > 0 else {
                throw .invalidConfiguration("no CA certificate in the trusted roots (\(describeGnuTLS(loaded)))")
            }
        case .pinnedAuthority(let fingerprint):
            guard fingerprint.count == 32 else {
                throw .invalidConfiguration("a SHA-256 fingerprint has 32 bytes, not \(fingerprint.count)")
            }
        }
    }

    private static func load(
        _ identity: TLSIdentity,
        into credentials: gnutls_certificate_credentials_t
    ) throws(QUICError) {
        let loaded = identity.certificateChainPEM.withDatum { chain in
            identity.privateKeyPEM.withDatum { key in
                gnutls_certificate_set_x509_key_mem(credentials, &chain, &key, GNUTLS_X509_FMT_PEM)
            }
        }
        guard loaded >= 0 else {
            throw .invalidConfiguration("certificate and key cannot be used: \(describeGnuTLS(loaded))")
        }
    }
}
