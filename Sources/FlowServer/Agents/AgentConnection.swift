// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowQUIC
import FlowScheduler
import FlowSupport
import FlowWire

/// An agent's control stream as the scheduler's sessions see it.
final class AgentConnection: AgentChannel {
    let address: String
    let hello: Hello
    let helloReceivedAt: Int64
    private let stream: ControlStream<ServerSession>
    private let connection: QUICConnection
    /// Set when the agent was welcomed.
    private let welcomed: Latch<Bool>

    init(
        hello: Hello,
        helloReceivedAt: Int64,
        stream: ControlStream<ServerSession>,
        connection: QUICConnection,
        welcomed: Latch<Bool>
    ) {
        self.address = connection.remoteHost
        self.hello = hello
        self.helloReceivedAt = helloReceivedAt
        self.stream = stream
        self.connection = connection
        self.welcomed = welcomed
    }

    func next() async throws -> AgentMessage? { try await self.stream.next() }

    func send(_ message: ServerMessage) async throws {
        try await self.stream.send(message)
        switch message {
        case .welcome: self.welcomed.set(true)
        case .rejected(_, let text): self.stream.finish(SessionEnd(code: .rejected, reason: text))
        default: break
        }
    }

    func close(_ end: SessionClose) async {
        let end = SessionEnd(end)
        self.stream.finish(end)
        await self.connection.close(end.code, end.reason)
    }
}

extension SessionEnd {
    init(_ close: SessionClose) {
        let code: WireCloseCode =
            switch close.cause {
            case .overtaken: .overtaken
            case .unauthorized: .unauthorized
            case .goingAway: .goingAway
            }
        self.init(code: code, reason: close.reason)
    }
}
