// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowAgent

@Suite("What a failed request says (issue 6)")
struct HTTPFailureTests {
    /// As BoringSSL's errors come out of the library.
    private struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    @Test(
        "A TLS error is said without the library's internals, and a certificate that is not trusted with the way out",
        arguments: [
            (
                "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435581 error:1000007d:SSL routines:"
                    + "OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at handshake.cc:298]))",
                "the server's certificate is not trusted on this host: it is self-signed, expired, or of an authority that is"
                    + " not among the host's (add it as the system does: update-ca-certificates, update-ca-trust; or for"
                    + " HTTP jobs alone in the host's policy: network.authorities)"
            ),
            (
                "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435703 error:100000f7:SSL routines:"
                    + "OPENSSL_internal:WRONG_VERSION_NUMBER at tls_record.cc:242]))",
                "the server does not speak TLS on this port"
            ),
            ("NIOSSLExtraError.failedToValidateHostname", "the server's certificate is for another name"),
        ]
    )
    func tls(error: String, words: String) {
        #expect(HTTPFailure(Broken(description: error)).detail == words)
    }
}
