// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import NIOCore

/// The server's side of a control stream: bytes in, messages up, and the rules of order between (`docs/protocol.md`).
///
/// A value without I/O: the driver passes bytes and the time in, and does what the returned actions say. Hello comes first
/// and once, it must name the agent of the certificate, and nothing but a welcome or a rejection is sent before the agent
/// was welcomed.
package struct ServerSession: WireSession {
    private enum State {
        case awaitingHello
        /// The hello was handed up; messages of the agent wait for the answer (R6), it sends none before.
        case awaitingWelcome(protocol: UInt32)
        case established(protocol: UInt32)
        case ended
    }

    /// The agent the peer's certificate names.
    package let agent: AgentID
    private let versions: ProtocolVersions
    private let timeouts: SessionTimeouts
    private let frameLimit: Int
    private var decoder: FrameDecoder
    private var state = State.awaitingHello
    /// Signs definitions; nil = they go without.
    private let signer: (any DefinitionSigning)?
    /// The agent's hello said that it checks signatures.
    private var checksSignatures = false

    /// When ``tick(now:)`` has to be called at the latest; nil when the session has ended.
    package private(set) var deadline: NIODeadline?

    package init(
        agent: AgentID,
        now: NIODeadline,
        versions: ProtocolVersions = .supported,
        timeouts: SessionTimeouts = SessionTimeouts(),
        frameLimit: Int = Frame.defaultLimit,
        signer: (any DefinitionSigning)? = nil
    ) {
        self.signer = signer
        self.agent = agent
        self.versions = versions
        self.timeouts = timeouts
        self.frameLimit = frameLimit
        self.decoder = FrameDecoder(limit: frameLimit)
        self.deadline = now + timeouts.handshake
    }

    /// The version of the protocol that was agreed on; nil before the hello.
    package var protocolVersion: UInt32? {
        switch self.state {
        case .awaitingWelcome(let version), .established(let version): version
        case .awaitingHello, .ended: nil
        }
    }

    /// Takes bytes of the control stream.
    package mutating func receive(_ bytes: ByteBuffer, now: NIODeadline) -> [SessionAction<AgentMessage>] {
        if case .ended = self.state { return [] }
        var actions: [SessionAction<AgentMessage>] = []
        self.decoder.append(bytes)
        do {
            while let envelope = try self.decoder.next() {
                try self.handle(envelope, now: now, &actions)
                if case .ended = self.state { return actions }
            }
        } catch {
            actions.append(self.end(SessionEnd(error)))
        }
        return actions
    }

    /// The agent finished its side of the control stream.
    package mutating func receiveEnd() -> [SessionAction<AgentMessage>] {
        if case .ended = self.state { return [] }
        do {
            try self.decoder.finish()
            return [self.end(SessionEnd(code: .done, reason: "the agent closed the session"))]
        } catch {
            return [self.end(SessionEnd(error))]
        }
    }

    /// Bytes to write for a message.
    ///
    /// - Throws: ``WireError/outOfOrder(message:expected:)`` before the hello, for anything but one welcome or a rejection
    ///   before the agent was welcomed, and after the end.
    package mutating func send(_ message: ServerMessage, now: NIODeadline) throws(WireError) -> ByteBuffer {
        var envelope = PBEnvelope(message, version: self.protocolVersion ?? self.versions.maximum)
        if let signer, self.checksSignatures { try envelope.sign(by: signer) }
        switch (self.state, message) {
        case (.awaitingHello, _): throw WireError.outOfOrder(message: envelope.name, expected: "a hello first")
        case (.awaitingWelcome(let version), .welcome):
            let bytes = try Frame.encode(envelope, limit: self.frameLimit)
            self.state = .established(protocol: version)
            self.deadline = now + self.timeouts.silence
            return bytes
        case (.awaitingWelcome, .clock): return try Frame.encode(envelope, limit: self.frameLimit)
        case (.awaitingWelcome, .rejected), (.established, .rejected):
            let bytes = try Frame.encode(envelope, limit: self.frameLimit)
            self.state = .ended
            self.deadline = nil
            return bytes
        case (.awaitingWelcome, _): throw WireError.outOfOrder(message: envelope.name, expected: "a welcome first")
        case (.established, .welcome): throw WireError.outOfOrder(message: envelope.name, expected: "no second welcome")
        case (.established, _): return try Frame.encode(envelope, limit: self.frameLimit)
        case (.ended, _): throw WireError.outOfOrder(message: envelope.name, expected: "nothing after the end")
        }
    }

    /// Looks at the clock: an agent that says nothing for too long is gone.
    package mutating func tick(now: NIODeadline) -> [SessionAction<AgentMessage>] {
        guard let deadline, now >= deadline else { return [] }
        switch self.state {
        case .awaitingHello: return [self.end(SessionEnd(code: .silence, reason: "no hello came in time"))]
        case .awaitingWelcome:
            return [self.end(SessionEnd(code: .internalError, reason: "the server did not answer the hello in time"))]
        case .established: return [self.end(SessionEnd(code: .silence, reason: "no heartbeat came in time"))]
        case .ended: return []
        }
    }

    private mutating func handle(
        _ envelope: PBEnvelope,
        now: NIODeadline,
        _ actions: inout [SessionAction<AgentMessage>]
    ) throws(WireError) {
        switch self.state {
        case .awaitingHello: try self.greet(envelope, now: now, &actions)
        case .awaitingWelcome:
            throw WireError.outOfOrder(message: envelope.name, expected: "nothing before the welcome")
        case .established:
            self.deadline = now + self.timeouts.silence
            let message: AgentMessage
            do {
                message = try envelope.agentMessage()
            } catch {
                // A newer agent's word that is not known here is left out, and the session goes on.
                if case .notUnderstood = error { return }
                throw error
            }
            if case .hello = message { throw WireError.outOfOrder(message: "hello", expected: "no second hello") }
            actions.append(.deliver(message))
        case .ended: break
        }
    }

    private mutating func greet(
        _ envelope: PBEnvelope,
        now: NIODeadline,
        _ actions: inout [SessionAction<AgentMessage>]
    ) throws(WireError) {
        guard case .hello(let offer) = envelope.message else {
            throw WireError.outOfOrder(message: envelope.name, expected: "a hello first")
        }
        let version: UInt32
        do {
            version = try self.versions.negotiate(with: offer.versions)
        } catch {
            try self.reject("protocol_version", error.description, code: .versionUnsupported, &actions)
            return
        }
        let message = try envelope.agentMessage()
        guard case .hello(let hello) = message, hello.agent == self.agent else {
            let text =
                "The agent calls itself '\(offer.agentID)', but its certificate belongs to '\(self.agent)'. "
                + "Use each agent's data directory on one host only."
            try self.reject("identity_mismatch", text, code: .identityMismatch, &actions)
            return
        }
        self.checksSignatures = hello.signedBy != nil
        self.state = .awaitingWelcome(protocol: version)
        self.deadline = now + self.timeouts.welcome
        actions.append(.deliver(message))
    }

    private mutating func reject(
        _ word: String,
        _ text: String,
        code: WireCloseCode,
        _ actions: inout [SessionAction<AgentMessage>]
    ) throws(WireError) {
        actions.append(.write(try Frame.encode(PBEnvelope(.rejected(code: word, message: text)))))
        actions.append(self.end(SessionEnd(code: code, reason: text)))
    }

    private mutating func end(_ end: SessionEnd) -> SessionAction<AgentMessage> {
        self.state = .ended
        self.deadline = nil
        return .close(end)
    }
}
