// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CoreFoundation
package import FlowCore
package import FlowQUIC
import FlowSupport
package import FlowWire
import Foundation
package import Logging
package import NIOCore
import ServiceLifecycle
import Synchronization

/// What a link tells the agent, in order.
package enum LinkEvent: Sendable {
    /// A connection stands and waits for the hello.
    case connected(server: ServerAddress)
    case received(ServerMessage)
    /// The connection is over; the link dials again by itself. `code` is nil when no application ended it.
    case disconnected(reason: String, code: WireCloseCode?)
}

/// Keeps one control connection to one of several servers, for as long as it runs.
///
/// Dials with a jittered back-off, runs ``AgentSession`` over it and opens streams for output. What is said is decided
/// elsewhere: events go up one at a time, messages come down through ``send(_:)``.
package final class AgentLink: Service {
    let identity: Mutex<AgentIdentity>
    /// Where a renewed certificate is kept; without it none is asked for.
    let identities: IdentityStore?
    private let servers: [ServerAddress]
    private let quic: QUICConfiguration
    private let handler: @Sendable (LinkEvent) async -> Void
    private let group: any EventLoopGroup
    let logger: Logger
    private let current = Mutex<Connection?>(nil)
    private let secretRequests = SecretRequests()
    let complaints = Mutex(NewsFilter<String>(capacity: 100))
    /// The host's policy on what is not signed; nil = it says nothing.
    let signatures: SignatureRule?
    /// Why an authority was not taken, until one is or the agent ends: servers show it.
    let refusedAuthority = Mutex<AuthorityRefusal?>(nil)

    private struct Connection: Sendable {
        let quic: QUICConnection
        let control: ControlStream<AgentSession>
        /// Nil until the server welcomed the agent.
        var welcome: Welcome?
    }

    /// Makes a link; `handler` gets one event at a time, and while it has not returned no more is read.
    package init(
        identity: AgentIdentity,
        identities: IdentityStore? = nil,
        signatures: SignatureRule? = nil,
        quic: QUICConfiguration = QUICConfiguration(),
        group: any EventLoopGroup,
        logger: Logger,
        handler: @escaping @Sendable (LinkEvent) async -> Void
    ) throws(CoreError) {
        self.identity = Mutex(identity)
        self.identities = identities
        self.signatures = signatures
        var servers: [ServerAddress] = []
        for text in identity.servers { servers.append(try ServerAddress(parsing: text)) }
        guard !servers.isEmpty else {
            throw CoreError(.invalid, "The identity names no server. Enrol this host again.")
        }
        self.servers = servers
        self.quic = ServerTurns(count: servers.count).patience(of: quic)
        self.group = group
        self.logger = logger
        self.handler = handler
    }

    /// Sends a message on the current connection.
    ///
    /// - Throws: ``LinkDown`` without a connection, ``WireError`` when the message has no place now, or the connection's
    ///   error. What was sent may still not arrive: acknowledgements tell.
    package func send(_ message: AgentMessage) async throws {
        guard let current = self.current.withLock({ $0 }) else { throw LinkDown() }
        var message = message
        if case .heartbeat(var heartbeat) = message, let refusal = self.refusedAuthority.withLock({ $0 }) {
            heartbeat.authorityRefusal = refusal
            message = .heartbeat(heartbeat)
        }
        try await current.control.send(message)
    }

    /// Opens a stream for an execution's output.
    ///
    /// - Throws: ``LinkDown`` before the server welcomed the agent, or the connection's error.
    package func openLog(_ open: LogOpen) async throws -> AgentLogStream {
        guard let current = self.current.withLock({ $0 }), let welcome = current.welcome else { throw LinkDown() }
        let stream = try await current.quic.openStream()
        try await stream.write(try LogSender.opening(open))
        return AgentLogStream(stream, isAnswered: welcome.answersLogOpen)
    }

    /// Asks the server for the secrets of an execution.
    ///
    /// - Throws: ``LinkDown`` without a connection, or when it ends before the answer; ``CoreError`` when the server refuses.
    package func secrets(for request: SecretsRequest) async throws -> [String: String] {
        guard let current = self.current.withLock({ $0 }), let welcome = current.welcome else { throw LinkDown() }
        guard welcome.givesSecrets else {
            throw CoreError(.unavailable, "the server is too old to give secrets; upgrade it")
        }
        return try await self.secretRequests.ask(request) { try await current.control.send(.secretsRequest(request)) }
    }

    /// Dials and serves until the service group stops or the task is cancelled.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.dialForever() }
    }

    private func dialForever() async {
        var random = SystemRandomNumberGenerator()
        var backoff = Backoff()
        var turns = ServerTurns(count: self.servers.count)
        while !Task.isCancelled {
            let wasWelcomed = await self.attempt(self.servers[turns.index])
            if wasWelcomed { backoff.reset() }
            guard turns.ended(wasWelcomed: wasWelcomed) else { continue }
            try? await Task.sleep(for: backoff.next(using: &random))
        }
    }

    /// Dials one server and stays with it.
    ///
    /// - Returns: Whether it welcomed the agent.
    private func attempt(_ server: ServerAddress) async -> Bool {
        do {
            return await self.serve(try await self.dial(server), server: server)
        } catch {
            self.complain(about: server, Self.words(of: error))
            // A server that closes at once may be quicker than the end of the handshake here: its word counts all the same, since it
            // may be that it does not know this host any more.
            if let error = error as? QUICError, case .peer(let code, let text)? = error.closeReason {
                await self.handler(.disconnected(reason: text, code: WireCloseCode(rawValue: code)))
            }
            return false
        }
    }

    private static func words(of error: any Error) -> String {
        guard let error = error as? QUICError else { return "\(error)" }
        switch error.code {
        case .peerCertificateRejected:
            return
                "the server is of an authority that this host does not trust: it is another installation's, or this host was away "
                + "while the authority was replaced; then remove the host there and enrol it again (\(error.message))"
        case .certificateRefused:
            return
                "the server does not take this host's certificate: it has ended, or is of an authority that was replaced; then remove "
                + "the host there and enrol it again (\(error.message))"
        default: return "\(error)"
        }
    }

    /// Says why there is no connection: the same reason again only after ten minutes.
    private func complain(about server: ServerAddress, _ reason: String) {
        let now = Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000)
        let level: Logger.Level =
            self.complaints.withLock { $0.isNews("\(server) \(reason)", at: now) } ? .notice : .info
        self.logger.log(
            level: level,
            "no connection to the server; trying on",
            metadata: ["server": "\(server)", "reason": "\(reason)"]
        )
    }

    private func dial(_ server: ServerAddress) async throws -> QUICConnection {
        let identity = self.identity.withLock { $0 }
        return try await QUICClient.connect(
            host: server.host,
            port: server.port,
            serverName: identity.serverName,
            identity: TLSIdentity(
                certificateChainPEM: identity.certificateChainPEM,
                privateKeyPEM: identity.privateKeyPEM
            ),
            trust: .roots(pem: identity.authorityPEM),
            applicationProtocol: AgentProtocols.control,
            preferred: identity.authorities?.fingerprints.map {
                AgentProtocols.name(AgentProtocols.control, trusting: $0)
            } ?? [],
            configuration: self.quic,
            group: self.group,
            logger: self.logger
        )
    }

    /// Runs one connection to its end.
    ///
    /// - Returns: Whether the server welcomed the agent.
    private func serve(_ connection: QUICConnection, server: ServerAddress) async -> Bool {
        var wasWelcomed = false
        var end: SessionEnd
        do {
            let stream = try await connection.openStream()
            let control = ControlStream(
                AgentSession(authorities: self.identity.withLock { $0 }.authorities?.publicKeys ?? []),
                read: {
                    var iterator = stream.inbound.makeAsyncIterator()
                    return try await iterator.next()
                },
                write: { try await stream.write($0) }
            )
            self.current.withLock { $0 = Connection(quic: connection, control: control) }
            await self.handler(.connected(server: server))
            (wasWelcomed, end) = await self.converse(control, on: connection)
        } catch {
            end = SessionEnd(code: .internalError, reason: "\(error)")
        }
        self.current.withLock { $0 = nil }
        self.secretRequests.giveUp()
        if Task.isCancelled { end = SessionEnd(code: .goingAway, reason: "the agent is stopping") }
        // Before the close, which would replace the server's own reason by ours.
        let reason = connection.closeReason
        await connection.close(code: end.code.rawValue, reason: end.reason)
        if !wasWelcomed, !Task.isCancelled { self.complain(about: server, reason?.description ?? end.reason) }
        if case .peer(let code, let text) = reason {
            await self.handler(.disconnected(reason: text, code: WireCloseCode(rawValue: code)))
        } else {
            await self.handler(
                .disconnected(reason: reason?.description ?? end.reason, code: reason == nil ? end.code : nil)
            )
        }
        return wasWelcomed
    }

    private func converse(
        _ control: ControlStream<AgentSession>,
        on connection: QUICConnection
    ) async -> (Bool, SessionEnd) {
        let certificates = RenewalAnswers.Source()
        return await withTaskGroup(of: (Bool, SessionEnd)?.self) { group in
            group.addTask { await control.watch().map { (false, $0) } }
            group.addTask { await self.read(control, certificates: certificates.inlet) }
            group.addTask { await self.renewCertificate(on: control, answers: certificates) }
            var result = (false, SessionEnd(code: .goingAway, reason: "the agent is stopping"))
            if let first = await group.next() ?? nil { result = first }
            // A read that waits ends when its task is cancelled; what it saw before counts.
            group.cancelAll()
            while let other = await group.next() {
                if let other, other.0 { result.0 = true }
            }
            return result
        }
    }

    private func read(
        _ control: ControlStream<AgentSession>,
        certificates: RenewalAnswers.Inlet
    ) async -> (Bool, SessionEnd) {
        var wasWelcomed = false
        do {
            while let message = try await control.next() {
                switch message {
                case .certificateIssued, .certificateRefused:
                    certificates.yield(message)
                    continue
                case .authorities(let news):
                    guard self.trust(news) else { continue }
                    return (true, SessionEnd(code: .done, reason: "going on with other authorities"))
                case .secrets(let answer):
                    self.secretRequests.answered(answer)
                    continue
                case .welcome(let welcome):
                    wasWelcomed = true
                    self.current.withLock { $0?.welcome = welcome }
                    certificates.yield(message)
                default: break
                }
                await self.handler(.received(message))
            }
            return (wasWelcomed, SessionEnd(code: .done, reason: "the server closed the session"))
        } catch let end as SessionEnd {
            return (wasWelcomed, end)
        } catch let error as QUICError {
            // The stream may learn of the connection's end before the connection's own record does.
            if case .peer(let code, let text)? = error.closeReason, let known = WireCloseCode(rawValue: code) {
                return (wasWelcomed, SessionEnd(code: known, reason: text))
            }
            return (wasWelcomed, SessionEnd(code: .done, reason: "\(error)"))
        } catch {
            return (wasWelcomed, SessionEnd(code: .done, reason: "\(error)"))
        }
    }
}

// The certificate that follows this one, and the authorities that follow those.

/// There is no connection at the moment.
package struct LinkDown: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "not connected to a server" }
}
