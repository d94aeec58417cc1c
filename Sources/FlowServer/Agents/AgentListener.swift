// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowQUIC
package import FlowScheduler
import FlowSupport
import FlowWire
import Glibc
package import Logging
package import NIOCore
import ServiceLifecycle
import Synchronization

/// Accepts agents over QUIC: control connections with a certificate, enrolments without (`docs/protocol.md`).
package final class AgentListener: Service {
    /// What a listener is made of.
    package struct Configuration: Sendable {
        package var host: String
        /// UDP port; 0 lets the system choose.
        package var port: Int
        /// Of each authority, by its name; and of the one that is shown to hosts which name none.
        package var identities: [String: TLSIdentity]
        package var identity: TLSIdentity
        /// 32 bytes, see ``ResetSecret``.
        package var resetSecret: [UInt8]
        package var quic: QUICConfiguration

        package init(
            host: String,
            port: Int,
            identity: TLSIdentity,
            identities: [String: TLSIdentity] = [:],
            resetSecret: [UInt8],
            quic: QUICConfiguration = QUICConfiguration()
        ) {
            self.host = host
            self.port = port
            self.identity = identity
            self.identities = identities
            self.resetSecret = resetSecret
            self.quic = quic
        }
    }

    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let logger: Logger
    private let server = Mutex<QUICServer?>(nil)
    /// The certificates in use.
    private let shown: Mutex<[String]>
    let authorities: AuthorityBook
    let signer: DefinitionSigner
    let store: any AgentStore
    let handler: any AgentSessionHandler
    let enroller: Enroller
    let clock: any WallClock
    /// Enrolments in progress; strangers must not be able to hold many connections.
    let enrolments = Mutex(0)
    /// Hosts that are refused try again every few seconds; they are logged now and then.
    let refusals = Mutex(NewsFilter<String>())

    package init(
        configuration: Configuration,
        authorities: AuthorityBook,
        store: any AgentStore,
        handler: any AgentSessionHandler,
        enroller: Enroller,
        clock: any WallClock,
        group: any EventLoopGroup,
        logger: Logger
    ) {
        self.configuration = configuration
        self.authorities = authorities
        self.signer = DefinitionSigner(authorities)
        let pair = authorities.pair
        self.shown = Mutex(
            Self.mark(pair, pair.all.map { configuration.identities[$0.name]?.certificateChainPEM ?? "" })
        )
        self.store = store
        self.handler = handler
        self.enroller = enroller
        self.clock = clock
        self.group = group
        self.logger = logger
    }

    /// Where agents reach it; nil before ``bind()``.
    package var localAddress: SocketAddress? { self.server.withLock { $0?.localAddress } }

    /// Binds the socket; ``run()`` does it when this was not called.
    ///
    /// - Throws: `CoreError` naming the address, or `QUICError`, so that a start fails before anything else begins.
    package func bind() async throws {
        let server: QUICServer
        do {
            server = try await QUICServer.bind(
                host: self.configuration.host,
                port: self.configuration.port,
                identity: self.configuration.identity,
                trust: .roots(pem: self.authorities.pair.rootsPEM),
                protocols: Self.protocols(self.configuration.identities),
                resetSecret: self.configuration.resetSecret,
                configuration: self.configuration.quic,
                group: self.group,
                logger: self.logger
            )
        } catch let error as IOError {
            throw CoreError(
                .unavailable,
                "Cannot listen for agents on \(self.configuration.host):\(self.configuration.port) (UDP): "
                    + "\(String(cString: strerror(error.errnoCode)))."
            )
        }
        self.server.withLock { $0 = server }
        let (address, port) = (server.localAddress.ipAddress ?? "?", server.localAddress.port ?? 0)
        self.logger.info("listening for agents", metadata: ["address": "\(address)", "port": "\(port)"])
    }

    /// What is shown and taken: other texts, other certificates.
    private static func mark(_ pair: AuthorityPair, _ chains: [String]) -> [String] {
        chains + [pair.rootsPEM, pair.serving.name]
    }

    /// What is spoken: with hosts that name an authority by that one's certificate.
    private static func protocols(_ identities: [String: TLSIdentity]) -> [ApplicationProtocol] {
        let plain = [
            ApplicationProtocol(name: AgentProtocols.control, clientCertificate: .required),
            ApplicationProtocol(name: AgentProtocols.enrolment, clientCertificate: .none),
        ]
        return identities.flatMap { authority, identity in
            plain.map { entry in
                ApplicationProtocol(
                    name: AgentProtocols.name(entry.name, trusting: authority),
                    clientCertificate: entry.clientCertificate,
                    identity: identity
                )
            }
        } + plain
    }

    /// Shows these certificates to agents that connect from now on, and takes those of the authorities of the book.
    ///
    /// - Parameter certificates: of each authority, in the book's order.
    /// - Returns: false when they are those in use.
    func use(_ certificates: [ServerCertificate]) async throws -> Bool {
        let pair = self.authorities.pair
        let wanted = Self.mark(pair, certificates.map(\.chainPEM))
        guard let server = self.server.withLock({ $0 }), certificates.count == pair.all.count,
            self.shown.withLock({ $0 != wanted })
        else { return false }
        let identities = Dictionary(
            zip(pair.all.map(\.name), certificates.map(\.identity)),
            uniquingKeysWith: { first, _ in first }
        )
        guard let identity = identities[pair.serving.name] else { return false }
        try server.use(
            identity: identity,
            trust: .roots(pem: pair.rootsPEM),
            protocols: Self.protocols(identities)
        )
        self.shown.withLock { $0 = wanted }
        return true
    }

    /// Serves until the service group stops or the task is cancelled.
    package func run() async throws {
        if self.localAddress == nil { try await self.bind() }
        guard let server = self.server.withLock({ $0 }) else { return }
        await withDiscardingTaskGroup { group in
            group.addTask {
                // Throws when the task is cancelled, which means the same here.
                try? await gracefulShutdown()
                await server.shutdown()
            }
            for await connection in server.connections {
                group.addTask { await self.serve(connection) }
            }
            group.cancelAll()
        }
    }

    private func serve(_ connection: QUICConnection) async {
        var logger = self.logger
        logger[metadataKey: "address"] = "\(connection.remoteHost)"
        switch AgentProtocols.base(of: connection.applicationProtocol) {
        case AgentProtocols.control: await self.serveAgent(connection, logger: logger)
        case AgentProtocols.enrolment: await self.serveEnrolment(connection, logger: logger)
        default: await connection.close(WireCloseCode.protocolError, "unknown protocol")
        }
    }
}

extension QUICConnection {
    func close(_ code: WireCloseCode, _ reason: String) async {
        await self.close(code: code.rawValue, reason: reason)
    }

    /// Gives the peer time to read what was written last and to hang up.
    func linger(atMost duration: Duration = .seconds(2)) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.closed }
            group.addTask { try? await Task.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }

    /// The peer's address without port, as records and limits use it.
    var remoteHost: String { self.remoteAddress.ipAddress ?? "" }
}
