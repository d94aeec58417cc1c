// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import FlowSupport
import Glibc
import NIOCore

/// A failed request, with the words it gets in the record.
struct HTTPFailure: Error {
    let detail: String
    /// It is the host's policy that refuses it.
    var isDenied = false

    init(_ detail: String, isDenied: Bool = false) {
        self.detail = detail
        self.isDenied = isDenied
    }

    /// Says what a library's error means, without its internals.
    init(_ error: any Error) {
        switch error {
        case let failure as HTTPFailure: self = failure
        case let failure as CoreError: self.detail = failure.message
        case let failure as ResolutionFailure: self.detail = failure.description
        case let failure as IOError: self.detail = String(cString: strerror(failure.errnoCode))
        case let failure as HTTPClientError: self.detail = Self.words(failure)
        default: self.detail = Self.tls("\(error)") ?? "\(error)"
        }
    }

    private static func words(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "no connection within the time limit"
        case .remoteConnectionClosed: "the server closed the connection before its answer was complete"
        case .tlsHandshakeTimeout: "the server did not finish the TLS handshake in time"
        default: self.tls("\(error)") ?? error.shortDescription
        }
    }

    private static func tls(_ text: String) -> String? {
        guard text.contains("SSL") || text.contains("handshake") else { return nil }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return
                "the server's certificate is not trusted on this host: it is self-signed, expired, or of an authority "
                + "that is not among the host's (add it as the system does: update-ca-certificates, update-ca-trust; or "
                + "for HTTP jobs alone in the host's policy: network.authorities)"
        }
        if text.contains("CERTIFICATE_REQUIRED") || text.contains("HANDSHAKE_FAILURE_ON_CLIENT_HELLO")
            || text.contains("BAD_CERTIFICATE") || text.contains("UNKNOWN_CA")
        {
            return
                "the server asks for a client certificate, or does not take the one that was shown: say "
                + "'client_certificate' in the task, and name its files in the host's policy (network.client_certificates)"
        }
        if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS on this port" }
        if text.lowercased().contains("hostname") { return "the server's certificate is for another name" }
        return "no TLS connection could be made: \(text.prefix(200).prefix { $0 != "\n" && $0 != "/" })"
    }
}
