// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

/// The certificates a peer sent, the leaf first, parsed; freed with this object, whose life callers must extend.
final class PeerChain {
    /// One parsed certificate.
    struct Parsed {
        let pointer: gnutls_x509_crt_t
        let der: [UInt8]
        let fingerprint: [UInt8]
    }

    /// More certificates than this are not looked at: no honest chain is longer.
    private static let maximumLength = 8

    let certificates: [Parsed]

    /// Parses what the peer sent; empty when it sent nothing or anything in it cannot be parsed.
    init(_ session: gnutls_session_t) {
        var parsed: [Parsed] = []
        var count: UInt32 = 0
        if let list = gnutls_certificate_get_peers(session, &count), count <= Self.maximumLength {
            for index in 0..<Int(count) {
                var datum = list[index]
                var pointer: gnutls_x509_crt_t?
                guard gnutls_x509_crt_init(&pointer) == 0, let pointer else { break }
                guard gnutls_x509_crt_import(pointer, &datum, GNUTLS_X509_FMT_DER) == 0 else {
                    gnutls_x509_crt_deinit(pointer)
                    break
                }
                let bytes = datum.bytes
                parsed.append(Parsed(pointer: pointer, der: Array(bytes), fingerprint: sha256(bytes)))
            }
        }
        self.certificates = parsed
    }

    deinit {
        for certificate in self.certificates {
            gnutls_x509_crt_deinit(certificate.pointer)
        }
    }

    /// What the leaf says about the peer; nil when there is no leaf.
    var identity: PeerIdentity? {
        guard let leaf = self.certificates.first else { return nil }
        var identity = PeerIdentity(
            commonName: Self.commonName(leaf.pointer),
            dnsNames: [],
            uris: [],
            certificateDER: leaf.der,
            fingerprintSHA256: leaf.fingerprint
        )
        var buffer = [UInt8](repeating: 0, count: 1_024)
        for index in 0..<UInt32(256) {
            var size = buffer.count
            var kind: UInt32 = 0
            let result = gnutls_x509_crt_get_subject_alt_name2(leaf.pointer, index, &buffer, &size, &kind, nil)
            // A name longer than the buffer is skipped; any other error is the end of the list.
            if result == GNUTLS_E_SHORT_MEMORY_BUFFER { continue }
            guard result >= 0 else { break }
            let text = String(decoding: buffer.prefix(size), as: UTF8.self)
            switch gnutls_x509_subject_alt_name_t(kind) {
            case GNUTLS_SAN_DNSNAME: identity.dnsNames.append(text)
            case GNUTLS_SAN_URI: identity.uris.append(text)
            default: break
            }
        }
        return identity
    }

    private static func commonName(_ certificate: gnutls_x509_crt_t) -> String {
        var buffer = [CChar](repeating: 0, count: 512)
        var size = buffer.count
        guard gnutls_x509_crt_get_dn_by_oid(certificate, "2.5.4.3", 0, 0, &buffer, &size) == 0 else { return "" }
        return String(decoding: buffer.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
