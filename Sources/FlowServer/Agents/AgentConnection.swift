// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowQUIC
import FlowScheduler
import FlowSupport
import FlowWire
import Synchronization

/// An agent's control stream as the scheduler's sessions see it.
final class AgentConnection: AgentChannel {
    let address: String
    let hello: Hello
    let helloReceivedAt: Int64
    private let stream: ControlStream<ServerSession>
    private let connection: QUICConnection
    /// Set when the agent was welcomed.
    private let welcomed: Latch<Bool>
    private let authorities: AuthorityBook
    /// What this host was told of the authorities; nil = nothing yet.
    private let toldRoots = Mutex<String?>(nil)

    init(
        hello: Hello,
        helloReceivedAt: Int64,
        stream: ControlStream<ServerSession>,
        connection: QUICConnection,
        welcomed: Latch<Bool>,
        authorities: AuthorityBook
    ) {
        self.address = connection.remoteHost
        self.hello = hello.counting(authorities.pair.all.map(\.definitionKey.id))
        self.helloReceivedAt = helloReceivedAt
        self.stream = stream
        self.connection = connection
        self.welcomed = welcomed
        self.authorities = authorities
    }

    func next() async throws -> AgentMessage? { try await self.stream.next() }

    func send(_ message: ServerMessage) async throws {
        try await self.stream.send(self.naming(message))
        switch message {
        case .welcome: self.welcomed.set(true)
        case .heartbeatAnswer: try await self.tellAuthorities()
        case .rejected(_, let text): self.stream.finish(SessionEnd(code: .rejected, reason: text))
        default: break
        }
    }

    /// A welcome says whose signatures definitions have.
    private func naming(_ message: ServerMessage) -> ServerMessage {
        guard case .welcome(var welcome) = message, self.hello.signedBy != nil else { return message }
        welcome.signingKeys = self.authorities.pair.all.map(\.definitionKey.statement)
        return .welcome(welcome)
    }

    /// Tells a host that knows of such things whom to trust, once on each connection and at each change.
    ///
    /// One whose certificate is of an authority that is trusted no more goes, also when it came before that.
    private func tellAuthorities() async throws {
        let pair = self.authorities.pair
        let roots = pair.rootsPEM
        guard self.toldRoots.withLock({ $0 != roots }) else { return }
        guard let peer = self.connection.peer, pair.issuer(ofDER: peer.certificateDER) != nil else {
            let reason = "The certificate is of an authority that is trusted no more. Enrol this host again."
            return await self.close(SessionClose(.unauthorized, reason: reason))
        }
        if AgentProtocols.authority(of: self.connection.applicationProtocol) != nil {
            try await self.stream.send(.authorities(try pair.news))
        }
        self.toldRoots.withLock { $0 = roots }
    }

    func close(_ end: SessionClose) async {
        let end = SessionEnd(end)
        self.stream.finish(end)
        await self.connection.close(end.code, end.reason)
    }
}

extension Hello {
    /// As it counts for a server with these keys: definitions that none of them has signed are to be told anew.
    func counting(_ keys: [String]) -> Hello {
        guard let signedBy, !keys.contains(signedBy) else { return self }
        var hello = self
        hello.contentDigest = "unsigned"
        return hello
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
