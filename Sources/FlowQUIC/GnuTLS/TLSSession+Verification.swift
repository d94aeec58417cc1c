// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

extension TLSSession {
    /// Judges the peer's certificate: chain, validity, purpose and, on a client, the name.
    ///
    /// - Returns: 0 to go on; else the handshake ends with an alert, and `rejection` says why.
    func verifyPeer() -> Int32 {
        let status: UInt32? = self.withExpectations { expectations in
            switch self.context.trust {
            case .roots: self.statusByRoots(&expectations)
            case .pinnedAuthority(let fingerprint): self.statusByPin(fingerprint, &expectations)
            }
        }
        guard status != 0 else { return 0 }
        self.rejection = status.map(Self.describe) ?? "the certificate chain could not be checked"
        return GNUTLS_E_CERTIFICATE_ERROR
    }

    /// What the certificate must be good for.
    ///
    /// Without the purpose a server's certificate would pass as a client's.
    private func withExpectations<Result>(_ body: (inout [gnutls_typed_vdata_st]) -> Result) -> Result {
        var purpose: [UInt8]
        var name: [UInt8] = []
        switch self.context.role {
        case .server:
            purpose = Array("1.3.6.1.5.5.7.3.2".utf8) + [0]
        case .client(_, let serverName):
            purpose = Array("1.3.6.1.5.5.7.3.1".utf8) + [0]
            // A textual IP address is matched against IP alternative names by GnuTLS itself.
            name = Array(serverName.utf8) + [0]
        }
        return purpose.withUnsafeMutableBufferPointer { purpose in
            name.withUnsafeMutableBufferPointer { name in
                var expectations = [
                    gnutls_typed_vdata_st(type: GNUTLS_DT_KEY_PURPOSE_OID, data: purpose.baseAddress, size: 0)
                ]
                if !name.isEmpty {
                    expectations.append(
                        gnutls_typed_vdata_st(type: GNUTLS_DT_DNS_HOSTNAME, data: name.baseAddress, size: 0)
                    )
                }
                return body(&expectations)
            }
        }
    }

    private func statusByRoots(_ expectations: inout [gnutls_typed_vdata_st]) -> UInt32? {
        var status: UInt32 = 0
        let count = UInt32(expectations.count)
        let result = gnutls_certificate_verify_peers(self.session, &expectations, count, &status)
        return result == 0 ? status : nil
    }

    /// Trusts exactly the CA certificate with that fingerprint, if the peer sent it.
    private func statusByPin(_ fingerprint: [UInt8], _ expectations: inout [gnutls_typed_vdata_st]) -> UInt32? {
        let chain = PeerChain(self.session)
        // The pointers below are the chain's; without this it could be freed after its last mention.
        return withExtendedLifetime(chain) { Self.status(of: chain, pinnedTo: fingerprint, &expectations) }
    }

    private static func status(
        of chain: PeerChain,
        pinnedTo fingerprint: [UInt8],
        _ expectations: inout [gnutls_typed_vdata_st]
    ) -> UInt32? {
        let anchor = chain.certificates.dropFirst().first { certificate in
            certificate.fingerprint == fingerprint && gnutls_x509_crt_get_ca_status(certificate.pointer, nil) > 0
        }
        guard let anchor else {
            return GNUTLS_CERT_INVALID.rawValue | GNUTLS_CERT_SIGNER_NOT_FOUND.rawValue
        }
        var list: gnutls_x509_trust_list_t?
        guard gnutls_x509_trust_list_init(&list, 0) == 0, let list else { return nil }
        // 0: the certificates stay ours, `chain` frees them.
        defer { gnutls_x509_trust_list_deinit(list, 0) }
        var anchors: [gnutls_x509_crt_t?] = [anchor.pointer]
        guard gnutls_x509_trust_list_add_cas(list, &anchors, 1, 0) == 1 else { return nil }
        var presented: [gnutls_x509_crt_t?] = chain.certificates
            .filter { $0.fingerprint != fingerprint }
            .map(\.pointer)
        var status: UInt32 = 0
        let result = gnutls_x509_trust_list_verify_crt2(
            list,
            &presented,
            UInt32(presented.count),
            &expectations,
            UInt32(expectations.count),
            0,
            &status,
            nil
        )
        return result == 0 ? status : nil
    }

    private static func describe(_ status: UInt32) -> String {
        var text = gnutls_datum_t()
        guard gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) == 0 else {
            return "certificate status \(status)"
        }
        defer { flow_gnutls_free(text.data) }
        var message = String(decoding: text.bytes, as: UTF8.self)
        while message.last?.isWhitespace == true || message.last == "\0" {
            message.removeLast()
        }
        return message
    }
}
