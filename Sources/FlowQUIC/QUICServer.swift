// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Logging
package import NIOCore
import Synchronization

/// A QUIC server on one UDP socket.
package final class QUICServer: Sendable {
    /// The address clients reach it at; the port is the real one when it was bound to port 0.
    package let localAddress: SocketAddress

    private let channel: any Channel
    private let mailbox: EndpointMailbox
    private let accepted: AsyncQueue<QUICConnection>
    private let protocols: Mutex<[ApplicationProtocol]>

    private init(
        localAddress: SocketAddress,
        channel: any Channel,
        mailbox: EndpointMailbox,
        accepted: AsyncQueue<QUICConnection>,
        protocols: [ApplicationProtocol]
    ) {
        self.localAddress = localAddress
        self.channel = channel
        self.mailbox = mailbox
        self.accepted = accepted
        self.protocols = Mutex(protocols)
    }

    /// Binds a UDP socket and begins to accept connections.
    ///
    /// - Parameters:
    ///   - host: Address or name to bind to; `0.0.0.0` or `::` for every interface. On a host with several addresses
    ///     answers leave from the address the kernel's routes choose.
    ///   - port: UDP port; 0 lets the system choose.
    ///   - identity: The server's certificate, for server authentication, and key.
    ///   - trust: Whose client certificates are accepted.
    ///   - protocols: What is spoken, and which of it needs a client certificate.
    ///   - resetSecret: 32 secret bytes; kept across restarts they let clients notice a restart at once.
    ///   - configuration: Limits and timeouts.
    ///   - group: Gives the one event loop the socket and all its connections live on.
    ///   - logger: Used for debug messages only.
    /// - Returns: A server that accepts connections until it is shut down.
    /// - Throws: `QUICError.invalidConfiguration`, `.resolutionFailed` or `.bindFailed`.
    package static func bind(
        host: String,
        port: Int,
        identity: TLSIdentity,
        trust: TLSTrust,
        protocols: [ApplicationProtocol],
        resetSecret: [UInt8],
        configuration: QUICConfiguration,
        group: any EventLoopGroup,
        logger: Logger
    ) async throws -> QUICServer {
        guard resetSecret.count >= 32 else {
            throw QUICError.invalidConfiguration("the reset secret needs 32 bytes")
        }
        let tls = try TLSContext(role: .server(protocols), identity: identity, trust: trust)
        let addresses = try await AddressResolver.resolve(host: host, port: port)
        let accepted = AsyncQueue<QUICConnection>()
        let (channel, mailbox) = try await DatagramSocket.open(
            address: SocketAddress(addresses[0]),
            tls: tls,
            configuration: configuration,
            resetSecret: resetSecret,
            accepted: accepted,
            eventLoop: group.next(),
            logger: logger
        )
        return QUICServer(
            localAddress: channel.localAddress ?? SocketAddress(addresses[0]),
            channel: channel,
            mailbox: mailbox,
            accepted: accepted,
            protocols: protocols
        )
    }

    /// Connections whose handshake is done, until the server shuts down; for one reader.
    package var connections: Connections { Connections(accepted: self.accepted) }

    /// Begins connections with another certificate or other trust from now on; those that stand go on.
    ///
    /// - Throws: `QUICError.invalidConfiguration`; then nothing changes.
    ///
    /// - Parameter protocols: what is spoken from now on; nil = what was spoken before.
    package func use(
        identity: TLSIdentity,
        trust: TLSTrust,
        protocols: [ApplicationProtocol]? = nil
    ) throws(QUICError) {
        let spoken = protocols ?? self.protocols.withLock { $0 }
        let tls = try TLSContext(role: .server(spoken), identity: identity, trust: trust)
        self.protocols.withLock { $0 = spoken }
        self.mailbox.submit(.use(tls))
    }

    /// Closes every connection with code 0 and "server is stopping", then the socket.
    package func shutdown() async {
        let answer = OneShot<Void>()
        self.mailbox.submit(.closeAll(code: 0, reason: "server is stopping", answer))
        // A task of its own: the one that stops is often cancelled, and would not wait for the packets to leave.
        await Task { try? await answer.wait() }.value
        // An error here means that the socket is closed already.
        try? await self.channel.close().get()
    }
}

extension QUICServer {
    /// The connections a server accepts, in order.
    package struct Connections: AsyncSequence, Sendable {
        package typealias Element = QUICConnection
        package typealias Failure = Never

        let accepted: AsyncQueue<QUICConnection>

        package func makeAsyncIterator() -> Iterator {
            Iterator(accepted: self.accepted)
        }

        /// Takes the connections one after another.
        package struct Iterator: AsyncIteratorProtocol {
            let accepted: AsyncQueue<QUICConnection>

            package mutating func next() async -> QUICConnection? {
                await self.next(isolation: nil)
            }

            package mutating func next(isolation actor: isolated (any Actor)?) async -> QUICConnection? {
                guard case .element(let connection) = await self.accepted.next() else { return nil }
                return connection
            }
        }
    }
}
