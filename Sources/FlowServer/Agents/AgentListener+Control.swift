// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowQUIC
import FlowScheduler
import FlowWire
import Logging
import NIOCore

// Control connections: the first stream is the session, every further one carries output.

extension AgentListener {
    func serveAgent(_ connection: QUICConnection, logger: Logger) async {
        let agent: AgentID
        do {
            agent = try await self.authorize(connection)
        } catch {
            logger.notice("refused an agent", metadata: ["reason": "\(error)"])
            await connection.close(error.code, error.reason)
            return
        }
        var logger = logger
        logger[metadataKey: "agent"] = "\(agent)"
        await self.serveStreams(of: connection, agent: agent, logger: logger)
    }

    /// The agent of the certificate, if this very certificate is the one it was given last.
    private func authorize(_ connection: QUICConnection) async throws(SessionEnd) -> AgentID {
        guard let peer = connection.peer,
            let id = AgentProtocols.agent(commonName: peer.commonName, uris: peer.uris)
        else { throw SessionEnd(code: .unauthorized, reason: "The certificate names no agent. Enrol this host again.") }
        let record: Agent?
        do {
            record = try await self.store.agent(id)
        } catch {
            throw SessionEnd(code: .internalError, reason: "The server could not look the agent up. Try again later.")
        }
        guard let record, !record.isRevoked, record.certificateFingerprint == peer.fingerprintHex else {
            throw SessionEnd(
                code: .unauthorized,
                reason: "The server does not know, or no longer accepts, this agent. Enrol this host again."
            )
        }
        return id
    }

    private func serveStreams(of connection: QUICConnection, agent: AgentID, logger: Logger) async {
        await withDiscardingTaskGroup { group in
            // An agent that opens no stream at all has no session whose deadline would end this.
            let opening = Self.closeIfSilent(connection)
            var streams = connection.inboundStreams.makeAsyncIterator()
            let first = await streams.next()
            opening.cancel()
            guard let control = first else { return }
            group.addTask {
                let end = await self.serveSession(on: control, agent: agent, logger: logger)
                logger.info("agent disconnected", metadata: ["reason": "\(end.reason)"])
                await connection.close(end.code, end.reason)
            }
            while let stream = await streams.next() {
                group.addTask { await self.receiveLog(on: stream, from: agent, logger: logger) }
            }
        }
    }

    private static func closeIfSilent(_ connection: QUICConnection) -> Task<Void, Never> {
        // Unstructured, because it has to be cancelled alone when the stream arrives.
        Task {
            guard (try? await Task.sleep(for: .seconds(10))) != nil else { return }
            await connection.close(.silence, "no hello came in time")
        }
    }

    private func serveSession(on stream: QUICStream, agent: AgentID, logger: Logger) async -> SessionEnd {
        let reader = StreamReader(stream)
        let control = ControlStream(
            ServerSession(agent: agent, now: .now()),
            read: { try await reader.next() },
            write: { try await stream.write($0) }
        )
        let end = await withTaskGroup(of: SessionEnd?.self) { group in
            group.addTask { await control.watch() }
            group.addTask { await self.runSession(control, stream: stream, agent: agent, logger: logger) }
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
        agent: AgentID,
        logger: Logger
    ) async -> SessionEnd {
        do {
            guard case .hello(let hello) = try await control.next() else {
                return SessionEnd(code: .done, reason: "the agent closed the session")
            }
            let channel = AgentChannel(
                agent: agent,
                address: stream.connection.remoteHost,
                hello: hello,
                helloReceivedAt: self.clock.microseconds,
                stream: control,
                hangUp: { await stream.connection.close($0.code, $0.reason) }
            )
            logger.info("agent connected", metadata: ["version": "\(hello.version)"])
            try await self.handler.serve(channel)
            return control.end ?? SessionEnd(code: .done, reason: "the server closed the session")
        } catch let end as SessionEnd {
            return end
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

    private func receiveLog(on stream: QUICStream, from agent: AgentID, logger: Logger) async {
        var receiver = LogReceiver()
        do {
            for try await bytes in stream.inbound {
                let chunks = try receiver.receive(bytes)
                guard !chunks.isEmpty else { continue }
                try await self.handler.receiveLog(chunks, from: agent)
                if let answer = try LogReceiver.acknowledgement(through: chunks) { try await stream.write(answer) }
            }
            try receiver.finish()
            try await stream.finish()
        } catch let error as WireError {
            logger.warning("refused an agent's output", metadata: ["error": "\(error)"])
            stream.reset(code: error.closeCode.rawValue)
        } catch is QUICError {
            // The connection is gone; the agent opens the stream again.
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
