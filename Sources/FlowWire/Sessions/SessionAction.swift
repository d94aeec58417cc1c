// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What a session asks its driver to do, in order.
package enum SessionAction<Message: Hashable & Sendable>: Hashable, Sendable {
    /// Hand this message up; it is valid and in its place.
    case deliver(Message)
    /// Write these bytes to the control stream.
    case write(ByteBuffer)
    /// The session is over: close the connection after what was written before. Nothing follows.
    case close(SessionEnd)
}

/// Why a session ended.
package struct SessionEnd: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: WireCloseCode
    /// For people and logs.
    package let reason: String

    package init(code: WireCloseCode, reason: String) {
        self.code = code
        self.reason = reason
    }

    package init(_ error: WireError) { self.init(code: error.closeCode, reason: error.description) }

    package var description: String { "\(self.reason) (\(self.code))" }
}

/// How long a session waits; all measured on the monotonic clock its driver passes in.
package struct SessionTimeouts: Hashable, Sendable {
    /// From the opening of the connection to the hello.
    package var handshake: TimeAmount
    /// From the hello to the welcome; longer, since a whole fleet may come back to a server at one moment.
    package var welcome: TimeAmount
    /// Three missed heartbeats of 15 s (S1-NFR-P5).
    package var silence: TimeAmount

    package init(
        handshake: TimeAmount = .seconds(10),
        welcome: TimeAmount = .seconds(30),
        silence: TimeAmount = .seconds(45)
    ) {
        self.handshake = handshake
        self.welcome = welcome
        self.silence = silence
    }
}

/// What both sides of a control stream have in common; see ``ServerSession`` and ``AgentSession``.
package protocol WireSession: Sendable {
    associatedtype Incoming: Hashable & Sendable
    associatedtype Outgoing: Hashable & Sendable

    /// When ``tick(now:)`` has to be called at the latest; nil when the session waits for nothing.
    var deadline: NIODeadline? { get }
    mutating func receive(_ bytes: ByteBuffer, now: NIODeadline) -> [SessionAction<Incoming>]
    mutating func receiveEnd() -> [SessionAction<Incoming>]
    mutating func send(_ message: Outgoing, now: NIODeadline) throws(WireError) -> ByteBuffer
    mutating func tick(now: NIODeadline) -> [SessionAction<Incoming>]
}
