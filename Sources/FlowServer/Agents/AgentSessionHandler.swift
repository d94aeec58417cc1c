// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowWire

/// What the server does with its agents; the listener only connects them.
package protocol AgentSessionHandler: Sendable {
    /// Serves one session from the hello to the end.
    ///
    /// The hello is valid and the agent is the one of the certificate. The handler answers with a welcome (or a rejection)
    /// first, then reads ``AgentChannel/next()`` until it returns nil or throws. When this returns, the connection is
    /// closed.
    func serve(_ channel: AgentChannel) async throws

    /// Stores output; when this returns, it is durable and the agent may forget it.
    ///
    /// - Throws: The stream is reset, and the agent sends the output again later.
    func receiveLog(_ chunks: [LogChunk], from agent: AgentID) async throws
}

/// One session of one agent, as its handler sees it.
package final class AgentChannel: Sendable {
    package let agent: AgentID
    /// Where the agent connects from, without port.
    package let address: String
    package let hello: Hello
    /// When the hello arrived: microseconds since the epoch, for the welcome's ``ClockSample``.
    package let helloReceivedAt: Int64

    private let stream: ControlStream<ServerSession>
    private let hangUp: @Sendable (SessionEnd) async -> Void

    init(
        agent: AgentID,
        address: String,
        hello: Hello,
        helloReceivedAt: Int64,
        stream: ControlStream<ServerSession>,
        hangUp: @escaping @Sendable (SessionEnd) async -> Void
    ) {
        self.agent = agent
        self.address = address
        self.hello = hello
        self.helloReceivedAt = helloReceivedAt
        self.stream = stream
        self.hangUp = hangUp
    }

    /// The next message; nil when the agent ended the session in order.
    ///
    /// For one reader at a time.
    ///
    /// - Throws: ``SessionEnd`` when the session ended in another way, also by ``close(_:reason:)``.
    package func next() async throws -> AgentMessage? { try await self.stream.next() }

    /// Sends a message, waiting while the agent does not take what was sent before.
    ///
    /// Any task may send. A rejection ends the session: the handler returns after it.
    ///
    /// - Throws: ``WireError`` when the message has no place now, or the connection's error.
    package func send(_ message: ServerMessage) async throws {
        try await self.stream.send(message)
        if case .rejected(_, let text) = message { self.stream.finish(SessionEnd(code: .rejected, reason: text)) }
    }

    /// Ends the session from any task; the agent sees code and reason.
    package func close(_ code: WireCloseCode, reason: String) async {
        let end = SessionEnd(code: code, reason: reason)
        self.stream.finish(end)
        await self.hangUp(end)
    }
}
