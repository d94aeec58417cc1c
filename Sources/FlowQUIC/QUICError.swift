// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What can go wrong on a QUIC endpoint, connection or stream.
package struct QUICError: Error, Sendable {
    /// The kind of an error; two errors of one kind are handled alike.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Backing: String {
            case invalidConfiguration
            case bindFailed
            case resolutionFailed
            case handshakeTimeout
            case handshakeFailed
            case peerCertificateRejected
            case certificateRefused
            case connectionClosed
            case streamReset
            case streamStopped
            case streamClosed
        }

        private var backing: Backing

        /// A certificate, key or limit cannot be used.
        package static let invalidConfiguration = Code(backing: .invalidConfiguration)
        /// The local address cannot be used.
        package static let bindFailed = Code(backing: .bindFailed)
        /// The peer's host name has no address.
        package static let resolutionFailed = Code(backing: .resolutionFailed)
        /// The peer did not answer in time.
        package static let handshakeTimeout = Code(backing: .handshakeTimeout)
        /// The two sides could not agree, on the application protocol or the QUIC version for instance.
        package static let handshakeFailed = Code(backing: .handshakeFailed)
        /// The peer's certificate was not accepted here.
        package static let peerCertificateRejected = Code(backing: .peerCertificateRejected)
        /// The peer did not accept our certificate, or misses one.
        package static let certificateRefused = Code(backing: .certificateRefused)
        /// The connection is over; `closeReason` tells why.
        package static let connectionClosed = Code(backing: .connectionClosed)
        /// The peer abandoned what it was sending; `applicationCode` is its reason.
        package static let streamReset = Code(backing: .streamReset)
        /// The peer does not read the stream any more; `applicationCode` is its reason, when it is known.
        package static let streamStopped = Code(backing: .streamStopped)
        /// The stream was finished or reset on this side.
        package static let streamClosed = Code(backing: .streamClosed)

        package var description: String { self.backing.rawValue }
    }

    /// The kind of error.
    package var code: Code

    /// What happened, for people.
    package var message: String

    /// The error underneath, when there is one.
    package var cause: (any Error)?

    /// Why the connection is over, when it is.
    package var closeReason: CloseReason?

    /// The application's error code of a reset or stopped stream.
    package var applicationCode: UInt64?

    /// Makes an error; factories beside the code that raises them are preferred.
    package init(
        code: Code,
        message: String,
        cause: (any Error)? = nil,
        closeReason: CloseReason? = nil,
        applicationCode: UInt64? = nil
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.closeReason = closeReason
        self.applicationCode = applicationCode
    }

    /// One of a fixed set of words, fit for a metric label; nothing a peer sent is in it.
    package var shortDescription: String {
        if let closeReason = self.closeReason {
            return "\(self.code).\(closeReason.shortDescription)"
        }
        return self.code.description
    }
}

extension QUICError: CustomStringConvertible {
    package var description: String {
        var text = "\(self.code): \(self.message)"
        if let cause = self.cause {
            text += " (\(cause))"
        }
        return text
    }
}

extension QUICError {
    static func invalidConfiguration(_ message: String) -> QUICError {
        QUICError(code: .invalidConfiguration, message: message)
    }

    /// The connection ended after it had been established.
    static func connectionClosed(_ reason: CloseReason) -> QUICError {
        QUICError(code: .connectionClosed, message: reason.description, closeReason: reason)
    }

    /// The connection ended before it was established.
    static func handshake(_ reason: CloseReason) -> QUICError {
        let code: Code =
            switch (reason, reason.tlsAlert) {
            case (.handshakeTimeout, _), (.idle, _): .handshakeTimeout
            case (.localTransport, .some(let alert)) where Self.certificateAlerts.contains(alert):
                .peerCertificateRejected
            case (.peerTransport, .some(let alert)) where Self.certificateAlerts.contains(alert):
                .certificateRefused
            default: .handshakeFailed
            }
        return QUICError(code: code, message: reason.description, closeReason: reason)
    }

    /// TLS alerts that speak of a certificate: bad, unsupported, revoked, expired, unknown, unknown CA, access denied,
    /// required (RFC 8446 §6.2).
    private static let certificateAlerts: Set<UInt8> = [42, 43, 44, 45, 46, 48, 49, 116]
}
