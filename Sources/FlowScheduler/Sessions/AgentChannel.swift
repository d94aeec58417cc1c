// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// One connection of one agent, as its session sees it: messages both ways, whatever carries them.
package protocol AgentChannel: AnyObject, Sendable {
    /// Where the agent connects from, without port.
    var address: String { get }
    /// Valid, and of the agent that the connection's certificate names.
    var hello: Hello { get }
    /// When the hello arrived: microseconds since the epoch, for the welcome's ``ClockSample``.
    var helloReceivedAt: Int64 { get }

    /// The next message; nil when the agent ended the session in order.
    ///
    /// For one reader at a time.
    ///
    /// - Throws: when the session ended in another way, also by ``close(_:)``.
    func next() async throws -> AgentMessage?

    /// Sends a message, waiting while the agent does not take what was sent before.
    ///
    /// The first is a welcome or a rejection; a rejection ends the session. Any task may send.
    ///
    /// - Throws: when the message has no place now, or the connection is gone.
    func send(_ message: ServerMessage) async throws

    /// Ends the session from any task; the agent sees why.
    func close(_ end: SessionClose) async
}

/// Why the server ends a session.
package struct SessionClose: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// The agent has a newer session.
        case overtaken
        /// The agent's certificate is no longer worth anything.
        case unauthorized
        /// The agent does not take what it is sent, or the server stops; it may come back.
        case goingAway
    }

    package let cause: Cause
    package let reason: String

    package init(_ cause: Cause, reason: String) {
        self.cause = cause
        self.reason = reason
    }

    package var description: String { self.reason }
}
