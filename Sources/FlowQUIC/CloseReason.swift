// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why a connection is over.
package enum CloseReason: Sendable, Hashable {
    /// This side closed it.
    case local(code: UInt64, reason: String)

    /// The peer's application closed it.
    case peer(code: UInt64, reason: String)

    /// The peer's transport closed it: a QUIC error code (RFC 9000 §20.1), TLS alerts as 0x100 + alert.
    case peerTransport(code: UInt64, reason: String)

    /// This side closed it because the peer broke the protocol or failed the TLS handshake.
    case localTransport(code: UInt64, reason: String)

    /// Nothing was heard for the idle timeout.
    case idle

    /// The peer no longer knows the connection, as after a restart (stateless reset, RFC 9000 §10.3).
    case reset

    /// The handshake was not finished in time.
    case handshakeTimeout

    /// The two sides have no QUIC version in common.
    case versionNegotiation

    /// The socket or its event loop is gone.
    case endpointClosed

    /// Not a close: the task that waited for one was cancelled.
    case waitCancelled
}

extension CloseReason {
    /// The TLS alert that ended the handshake, when one did.
    package var tlsAlert: UInt8? {
        switch self {
        case .peerTransport(let code, _), .localTransport(let code, _):
            (0x100...0x1ff).contains(code) ? UInt8(code - 0x100) : nil
        default:
            nil
        }
    }

    /// One of a fixed set of words, fit for a metric label.
    package var shortDescription: String {
        switch self {
        case .local: "local"
        case .peer: "peer"
        case .peerTransport: self.tlsAlert == nil ? "peer-transport" : "peer-tls"
        case .localTransport: self.tlsAlert == nil ? "local-transport" : "local-tls"
        case .idle: "idle"
        case .reset: "reset"
        case .handshakeTimeout: "handshake-timeout"
        case .versionNegotiation: "version-negotiation"
        case .endpointClosed: "endpoint-closed"
        case .waitCancelled: "wait-cancelled"
        }
    }
}

extension CloseReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .local(let code, let reason): "closed here with code \(code): \(reason)"
        case .peer(let code, let reason): "closed by the peer with code \(code): \(reason)"
        case .peerTransport(let code, let reason): "ended by the peer's transport, \(Self.name(code)): \(reason)"
        case .localTransport(let code, let reason): "ended by this transport, \(Self.name(code)): \(reason)"
        case .idle: "idle for too long"
        case .reset: "forgotten by the peer (stateless reset)"
        case .handshakeTimeout: "handshake timed out"
        case .versionNegotiation: "no QUIC version in common"
        case .endpointClosed: "the endpoint was closed"
        case .waitCancelled: "the wait was cancelled"
        }
    }

    private static func name(_ code: UInt64) -> String {
        (0x100...0x1ff).contains(code) ? "TLS alert \(code - 0x100)" : "QUIC error \(code)"
    }
}
