// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowQUIC
import FlowScheduler
import FlowSupport
import FlowWire
import Logging
import NIOCore
import Synchronization

// Control connections: the first stream is the session, every further one carries output.

extension AgentListener {
    func serveAgent(_ connection: QUICConnection, logger: Logger) async {
        let agent: AgentID
        do {
            agent = try await self.authorize(connection)
        } catch {
            let now = self.clock.now.milliseconds
            if self.refusals.withLock({ $0.isNews("\(connection.remoteHost) \(error.reason)", at: now) }) {
                logger.notice("refused an agent", metadata: ["reason": "\(error)"])
            }
            await connection.close(error.code, error.reason)
            return
        }
        var logger = logger
        logger[metadataKey: "agent"] = "\(agent)"
        await self.noteTrust(of: agent, connection, logger: logger)
        await self.serveStreams(of: connection, agent: agent, logger: logger)
    }

    /// The agent a connection belongs to.
    ///
    /// A renewed certificate that is shown for the first time takes the old one's place.
    private func authorize(_ connection: QUICConnection) async throws(SessionEnd) -> AgentID {
        guard let peer = connection.peer,
            let id = AgentProtocols.agent(commonName: peer.commonName, uris: peer.uris)
        else { throw SessionEnd(code: .unauthorized, reason: "The certificate names no agent. Enrol this host again.") }
        do {
            if let stored = try await self.store.agent(id), !stored.isRevoked, try await self.accepts(peer, of: stored)
            {
                return id
            }
        } catch {
            throw SessionEnd(code: .internalError, reason: "The server could not look the agent up. Try again later.")
        }
        throw SessionEnd(
            code: .unauthorized,
            reason: "The server does not know, or no longer accepts, this agent. Enrol this host again."
        )
    }

    /// Remembers which authority a host trusts: the newest takes over when all of them do.
    private func noteTrust(of agent: AgentID, _ connection: QUICConnection, logger: Logger) async {
        guard let name = AgentProtocols.authority(of: connection.applicationProtocol), let peer = connection.peer,
            let issuer = self.authorities.pair.issuer(ofDER: peer.certificateDER)?.name
        else { return }
        let trust = AuthorityTrust(newest: name, issuer: issuer)
        guard self.authorities.note(agent, trust) else { return }
        do { try await (self.store as? any AuthorityStore)?.noteTrust(trust, of: agent) } catch {
            logger.warning("could not note whom an agent trusts", metadata: ["error": "\(error)"])
        }
    }

    private func accepts(_ peer: PeerIdentity, of agent: Agent) async throws -> Bool {
        guard let end = CertificateAuthority.end(ofDER: peer.certificateDER) else { return false }
        if agent.certificateFingerprint == peer.fingerprintHex {
            if agent.certificateExpiresAt == nil {
                try await self.store.recordCertificateEnd(end, of: agent.id, fingerprint: peer.fingerprintHex)
            }
            return true
        }
        return try await self.store.useCertificate(peer.fingerprintHex, expiresAt: end, of: agent.id)
    }

    private func serveStreams(of connection: QUICConnection, agent: AgentID, logger: Logger) async {
        await withDiscardingTaskGroup { group in
            // An agent that opens no stream at all has no session whose deadline would end this.
            let opening = Self.closeIfSilent(connection)
            var streams = connection.inboundStreams.makeAsyncIterator()
            let first = await streams.next()
            opening.cancel()
            guard let control = first else { return }
            let welcomed = Latch<Bool>()
            group.addTask {
                let end = await self.serveSession(on: control, agent: agent, welcomed: welcomed, logger: logger)
                welcomed.set(false)
                // Who was kept out was told so in a line of its own.
                let level: Logger.Level = welcomed.value == true ? .notice : .info
                logger.log(level: level, "agent disconnected", metadata: ["reason": "\(end.reason)"])
                await connection.close(end.code, end.reason)
            }
            while let stream = await streams.next() {
                group.addTask {
                    await self.receiveLog(on: stream, from: agent, welcomed: welcomed, logger: logger)
                }
            }
            // The connection is over; output that waits for its execution to become known need not wait.
            group.cancelAll()
        }
    }

    private static func closeIfSilent(_ connection: QUICConnection) -> Task<Void, Never> {
        // Unstructured, because it has to be cancelled alone when the stream arrives.
        Task {
            guard (try? await Task.sleep(for: .seconds(10))) != nil else { return }
            await connection.close(.silence, "no hello came in time")
        }
    }

    private func serveSession(
        on stream: QUICStream,
        agent: AgentID,
        welcomed: Latch<Bool>,
        logger: Logger
    ) async -> SessionEnd {
        let reader = StreamReader(stream)
        let control = ControlStream(
            ServerSession(agent: agent, now: .now(), signer: self.signer),
            read: { try await reader.next() },
            write: { try await stream.write($0) }
        )
        let end = await withTaskGroup(of: SessionEnd?.self) { group in
            group.addTask { await control.watch() }
            group.addTask { await self.runSession(control, stream: stream, welcomed: welcomed, logger: logger) }
            // Whichever ends first decides; the other is cancelled. Nil means that this task was cancelled.
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? SessionEnd(code: .goingAway, reason: "the server is stopping")
        }
        if end.code == .rejected || end.code == .versionUnsupported || end.code == .identityMismatch {
            try? await stream.finish()
            await stream.connection.linger()
        }
        return end
    }

    private func runSession(
        _ control: ControlStream<ServerSession>,
        stream: QUICStream,
        welcomed: Latch<Bool>,
        logger: Logger
    ) async -> SessionEnd {
        do {
            guard case .hello(let hello) = try await control.next() else {
                return SessionEnd(code: .done, reason: "the agent closed the session")
            }
            let channel = AgentConnection(
                hello: hello,
                helloReceivedAt: self.clock.microseconds,
                stream: control,
                connection: stream.connection,
                welcomed: welcomed,
                authorities: self.authorities
            )
            try await self.handler.serve(channel)
            return control.end ?? SessionEnd(code: .done, reason: "the server closed the session")
        } catch let end as SessionEnd {
            return end
        } catch let close as SessionClose {
            return SessionEnd(close)
        } catch let error as WireError {
            logger.error("wrote a message out of place", metadata: ["error": "\(error)"])
            return SessionEnd(code: .internalError, reason: "the server failed")
        } catch let error as QUICError {
            return SessionEnd(code: .done, reason: error.message)
        } catch is CancellationError {
            return SessionEnd(code: .goingAway, reason: "the server is stopping")
        } catch {
            logger.warning("an agent's session failed", metadata: ["error": "\(error)"])
            return SessionEnd(code: .internalError, reason: "the server failed")
        }
    }

    private func receiveLog(
        on stream: QUICStream,
        from agent: AgentID,
        welcomed: Latch<Bool>,
        logger: Logger
    ) async {
        // An agent may open streams while its hello is on the way; they count once it was welcomed.
        guard await welcomed.wait() == true else { return stream.reset(code: WireCloseCode.protocolError.rawValue) }
        var receiver = LogReceiver()
        var attempt: LogAttempt?
        defer { if let attempt { self.handler.closeLog(attempt) } }
        do {
            for try await bytes in stream.inbound {
                let chunks = try receiver.receive(bytes)
                guard let open = receiver.opening else { continue }
                let current = LogAttempt(execution: open.executionID, attempt: open.attempt)
                if attempt == nil {
                    let offset = try await self.handler.openLog(current, from: agent)
                    attempt = current
                    try await stream.write(try LogReceiver.acknowledgement(of: offset))
                }
                guard !chunks.isEmpty else { continue }
                try await self.handler.receiveLog(chunks, of: current, from: agent)
                if let answer = try LogReceiver.acknowledgement(through: chunks) { try await stream.write(answer) }
            }
            try receiver.finish()
            try await stream.finish()
        } catch let error as WireError {
            logger.warning("refused an agent's output", metadata: ["error": "\(error)"])
            stream.reset(code: error.closeCode.rawValue)
        } catch LogRefusal.notOwner {
            logger.error("an agent sent output of an execution that is another's")
            stream.reset(code: WireCloseCode.protocolError.rawValue)
        } catch let error as LogRefusal {
            logger.info("did not take an agent's output", metadata: ["reason": "\(error)"])
            stream.reset(code: WireCloseCode.internalError.rawValue)
        } catch is QUICError {
            // The connection is gone; the agent opens the stream again.
        } catch is CancellationError {
            // So is the connection here.
        } catch {
            logger.warning("could not store an agent's output", metadata: ["error": "\(error)"])
            stream.reset(code: WireCloseCode.internalError.rawValue)
        }
    }
}

/// Reads a stream piece by piece from a `@Sendable` closure.
struct StreamReader: Sendable {
    private let stream: QUICStream

    init(_ stream: QUICStream) { self.stream = stream }

    func next() async throws -> ByteBuffer? {
        // Iterators hold no position of their own: each takes the next piece of the stream.
        var iterator = self.stream.inbound.makeAsyncIterator()
        return try await iterator.next()
    }
}
