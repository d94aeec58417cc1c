// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import NIOCore

/// The agent's side of a control stream: bytes in, messages up, and the rules of order between (`docs/protocol.md`).
///
/// A value without I/O, see ``ServerSession``. The agent says hello, waits for a welcome or a rejection, and speaks freely
/// after that (R6).
package struct AgentSession: WireSession {
    private enum State {
        case idle
        case awaitingWelcome
        case established(protocol: UInt32)
        case ended
    }

    private let versions: ProtocolVersions
    private let timeouts: SessionTimeouts
    private let frameLimit: Int
    private var decoder: FrameDecoder
    private var assembler = PushAssembler()
    private var state = State.idle
    /// Public keys of the authorities that the host trusts (``DefinitionTrust``).
    private let authorities: [[UInt8]]
    /// Knows whose signatures count in this session; the welcome says it.
    private var reader = DefinitionReader()

    /// When ``tick(now:)`` has to be called at the latest; nil before the hello and after the end.
    package private(set) var deadline: NIODeadline?

    package init(
        versions: ProtocolVersions = .supported,
        timeouts: SessionTimeouts = SessionTimeouts(),
        frameLimit: Int = Frame.defaultLimit,
        authorities: [[UInt8]] = []
    ) {
        self.authorities = authorities
        self.versions = versions
        self.timeouts = timeouts
        self.frameLimit = frameLimit
        self.decoder = FrameDecoder(limit: frameLimit)
    }

    /// The version of the protocol the server chose; nil before the welcome.
    package var protocolVersion: UInt32? {
        if case .established(let version) = self.state { version } else { nil }
    }

    /// How many definitions it had to judge; those that came again are known.
    var judgedDefinitions: Int { self.reader.judged }

    /// Bytes to write for a message.
    ///
    /// - Throws: ``WireError/outOfOrder(message:expected:)`` for anything but one hello before the welcome, and after the
    ///   end.
    package mutating func send(_ message: AgentMessage, now: NIODeadline) throws(WireError) -> ByteBuffer {
        let envelope = PBEnvelope(message, versions: self.versions)
        switch (self.state, message) {
        case (.idle, .hello):
            let bytes = try Frame.encode(envelope, limit: self.frameLimit)
            self.state = .awaitingWelcome
            self.deadline = now + self.timeouts.welcome
            return bytes
        case (.idle, _): throw WireError.outOfOrder(message: envelope.name, expected: "a hello first")
        case (.awaitingWelcome, _):
            throw WireError.outOfOrder(message: envelope.name, expected: "nothing before the welcome")
        case (.established, .hello): throw WireError.outOfOrder(message: "hello", expected: "no second hello")
        case (.established, _): return try Frame.encode(envelope, limit: self.frameLimit)
        case (.ended, _): throw WireError.outOfOrder(message: envelope.name, expected: "nothing after the end")
        }
    }

    /// Takes bytes of the control stream.
    package mutating func receive(_ bytes: ByteBuffer, now: NIODeadline) -> [SessionAction<ServerMessage>] {
        if case .ended = self.state { return [] }
        var actions: [SessionAction<ServerMessage>] = []
        self.decoder.append(bytes)
        do {
            while let part = try self.decoder.next() {
                // Also the part of a long configuration is a sign of life.
                self.deadline = now + self.silence
                guard let envelope = try self.assembler.assemble(part) else { continue }
                try self.handle(envelope, &actions, now: now)
                if case .ended = self.state { return actions }
            }
        } catch {
            actions.append(self.end(SessionEnd(error)))
        }
        return actions
    }

    /// The server finished its side of the control stream.
    package mutating func receiveEnd() -> [SessionAction<ServerMessage>] {
        if case .ended = self.state { return [] }
        do {
            try self.decoder.finish()
            return [self.end(SessionEnd(code: .done, reason: "the server closed the session"))]
        } catch {
            return [self.end(SessionEnd(error))]
        }
    }

    /// Looks at the clock: a server that says nothing for too long is gone.
    package mutating func tick(now: NIODeadline) -> [SessionAction<ServerMessage>] {
        guard let deadline, now >= deadline else { return [] }
        switch self.state {
        case .awaitingWelcome:
            return [self.end(SessionEnd(code: .silence, reason: "the server did not answer the hello in time"))]
        case .established:
            return [self.end(SessionEnd(code: .silence, reason: "the server did not answer heartbeats"))]
        case .idle, .ended: return []
        }
    }

    private var silence: TimeAmount {
        if case .awaitingWelcome = self.state { self.timeouts.welcome } else { self.timeouts.silence }
    }

    private mutating func handle(
        _ envelope: PBEnvelope,
        _ actions: inout [SessionAction<ServerMessage>],
        now: NIODeadline
    ) throws(WireError) {
        if case (.awaitingWelcome, .welcome(let welcome)) = (self.state, envelope.message) {
            self.reader = DefinitionReader(
                DefinitionTrust(welcome.signingKeys.map(\.decoded), authorities: self.authorities)
            )
        }
        var message: ServerMessage
        do {
            message = try envelope.serverMessage(self.reader)
        } catch {
            // A newer server's word that is not known here is left out, and the session goes on.
            if case .notUnderstood = error, case .established = self.state { return }
            throw error
        }
        switch (self.state, message) {
        case (.idle, _): throw WireError.outOfOrder(message: envelope.name, expected: "nothing before the hello")
        case (.awaitingWelcome, .welcome):
            let version = envelope.welcome.protocol
            guard (self.versions.minimum...max(self.versions.minimum, self.versions.maximum)).contains(version) else {
                throw WireError.invalid(field: "welcome.protocol", problem: "is \(version), which was not offered")
            }
            self.state = .established(protocol: version)
            self.deadline = now + self.timeouts.silence
            if case .welcome(var welcome) = message {
                let ids = self.reader.trust.ids
                welcome.signingKeys.removeAll { !ids.contains($0.id) }
                message = .welcome(welcome)
            }
            actions.append(.deliver(message))
        case (.awaitingWelcome, .clock): actions.append(.deliver(message))
        case (.awaitingWelcome, .rejected(let code, let text)), (.established, .rejected(let code, let text)):
            actions.append(.deliver(message))
            actions.append(self.end(SessionEnd(code: .rejected, reason: "\(text) [\(code)]")))
        case (.awaitingWelcome, _): throw WireError.outOfOrder(message: envelope.name, expected: "a welcome first")
        case (.established, .welcome): throw WireError.outOfOrder(message: "welcome", expected: "no second welcome")
        case (.established, _): actions.append(.deliver(message))
        case (.ended, _): break
        }
    }

    private mutating func end(_ end: SessionEnd) -> SessionAction<ServerMessage> {
        self.state = .ended
        self.deadline = nil
        return .close(end)
    }
}
