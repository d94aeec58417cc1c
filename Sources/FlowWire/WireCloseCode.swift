// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Application error codes of connections and streams (RFC 9000, 20.2): why one end hung up.
///
/// The reason phrase beside the code is for people; only the number is protocol.
package enum WireCloseCode: UInt64, Hashable, Sendable, CaseIterable {
    /// Nothing is wrong: the peer is done.
    case done = 0x0
    /// The peer broke a rule of this protocol.
    case protocolError = 0x1
    /// No version of the protocol is spoken by both.
    case versionUnsupported = 0x2
    /// The hello names another agent than the certificate.
    case identityMismatch = 0x3
    /// The certificate is not, or no longer, the one the server knows.
    case unauthorized = 0x4
    /// Nothing was heard for too long.
    case silence = 0x5
    /// The agent has a newer session.
    case overtaken = 0x6
    /// This end is stopping; come back.
    case goingAway = 0x7
    /// A frame is larger than the limit.
    case frameTooLarge = 0x8
    /// This end failed; come back.
    case internalError = 0x9
    /// The server refused the session; the `Rejected` before it says why.
    case rejected = 0xa
}
