// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why something that arrived, or was to be sent, is not part of the protocol.
///
/// Whatever a peer sends ends here and never in a trap: the session is closed with ``closeCode`` and the text is logged.
package enum WireError: Error, Hashable, Sendable {
    /// A frame announces, or a message needs, more bytes than the limit allows.
    case frameTooLarge(length: Int, limit: Int)
    /// The stream ended inside a frame.
    case truncatedFrame(missing: Int)
    /// The frame's content is not a protobuf `Envelope`.
    case malformedMessage
    /// An envelope with nothing in it.
    case emptyMessage
    /// A value that this version does not know, as a newer peer may send one: what holds it is refused, and nothing else.
    case notUnderstood(field: String, value: String)
    /// A field has a value that means nothing here; `field` is a path such as `hello.agent_id`.
    case invalid(field: String, problem: String)
    /// A message at a moment, or in a direction, in which it has no place.
    case outOfOrder(message: String, expected: String)
}

extension WireError {
    /// With which code the connection is to be closed.
    package var closeCode: WireCloseCode {
        switch self {
        case .frameTooLarge: .frameTooLarge
        case .truncatedFrame, .malformedMessage, .emptyMessage, .notUnderstood, .invalid, .outOfOrder: .protocolError
        }
    }
}

extension WireError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .frameTooLarge(let length, let limit): "a frame of \(length) bytes is larger than the limit of \(limit)"
        case .truncatedFrame(let missing): "the stream ended \(missing) bytes before the end of a frame"
        case .malformedMessage: "a frame is not a valid message"
        case .emptyMessage: "a frame holds no message"
        case .notUnderstood(let field, let value): "the field '\(field)' has the unknown value \(value)"
        case .invalid(let field, let problem): "the field '\(field)' \(problem)"
        case .outOfOrder(let message, let expected): "'\(message)' came where \(expected) was expected"
        }
    }
}
