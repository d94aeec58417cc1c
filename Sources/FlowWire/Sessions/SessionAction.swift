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
    /// From the opening of the connection to the hello, and from the hello to the welcome.
    package var handshake: TimeAmount
    /// Three missed heartbeats of 15 s (S1-NFR-P5).
    package var silence: TimeAmount

    package init(handshake: TimeAmount = .seconds(10), silence: TimeAmount = .seconds(45)) {
        self.handshake = handshake
        self.silence = silence
    }
}
