// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whom an endpoint believes.
package enum TLSTrust: Sendable {
    /// Certificates signed, directly or through intermediates, by one of these certificate authorities (PEM).
    case roots(pem: String)

    /// A peer that sends a CA certificate whose DER form has this SHA-256 fingerprint, and a chain valid up to it.
    ///
    /// For enrolment only: the host has no CA certificate yet, just the fingerprint a person typed or a token holds.
    case pinnedAuthority(sha256: [UInt8])
}

/// Who an endpoint is: its certificate chain, the leaf first, and the private key of the leaf.
package struct TLSIdentity: Sendable {
    /// The leaf, then intermediates; the CA certificate last when clients shall pin it.
    package var certificateChainPEM: String

    /// The private key of the leaf.
    package var privateKeyPEM: String

    /// Makes an identity of PEM texts; they are checked when an endpoint is made of them.
    package init(certificateChainPEM: String, privateKeyPEM: String) {
        self.certificateChainPEM = certificateChainPEM
        self.privateKeyPEM = privateKeyPEM
    }
}

/// One application protocol a server speaks (ALPN, RFC 7301).
package struct ApplicationProtocol: Sendable {
    /// What a server asks of a client that chose this protocol.
    package enum ClientCertificate: Sendable {
        /// A certificate for client authentication that the server's trust accepts; else the handshake fails.
        case required

        /// None; one is not even asked for.
        case none
    }

    /// The name on the wire, such as `quartzflow/1`.
    package var name: String

    /// Whether the client must prove who it is.
    package var clientCertificate: ClientCertificate

    /// Who the server is to a client that chose this protocol; nil = who it is to everybody.
    package var identity: TLSIdentity?

    /// Names a protocol and what it asks of clients.
    package init(name: String, clientCertificate: ClientCertificate, identity: TLSIdentity? = nil) {
        self.name = name
        self.clientCertificate = clientCertificate
        self.identity = identity
    }
}
