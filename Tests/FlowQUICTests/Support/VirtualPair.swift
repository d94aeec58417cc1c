// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import FlowQUIC

/// A server and a client core on a virtual network.
struct VirtualPair {
    static let serverAddress = NetworkAddress.ipv4(10, 0, 0, 1, port: 8_474)
    static let clientAddress = NetworkAddress.ipv4(10, 0, 0, 2, port: 40_000)

    let network: VirtualNetwork
    let authority: TestAuthority
    let server: VirtualNode
    let client: VirtualNode

    init(
        seed: UInt64 = 1,
        quality: VirtualNetwork.Quality = .perfect,
        server: QUICConfiguration = Self.configuration(),
        client: QUICConfiguration = Self.configuration(),
        secret: UInt8 = 1
    ) throws {
        self.network = VirtualNetwork(seed: seed, quality: quality)
        self.authority = try TestAuthority()
        self.server = try Self.makeServer(self.authority, server, secret: secret)
        let tls = try TLSContext(
            role: .client(applicationProtocols: [Loopback.main], serverName: "localhost"),
            identity: self.authority.client(),
            trust: self.authority.trust
        )
        let core = QUICEndpointCore(tls: tls, configuration: client, resetSecret: [UInt8](repeating: 9, count: 32))
        self.client = VirtualNode(core, order: 1)
        self.network.plug(self.server, at: Self.serverAddress)
        self.network.plug(self.client, at: Self.clientAddress)
    }

    /// The defaults, without keep-alive: a silent network lets virtual time jump.
    static func configuration(_ change: (inout QUICConfiguration) -> Void = { _ in }) -> QUICConfiguration {
        var configuration = QUICConfiguration(keepAlive: nil)
        change(&configuration)
        return configuration
    }

    static func makeServer(
        _ authority: TestAuthority,
        _ configuration: QUICConfiguration,
        secret: UInt8
    ) throws -> VirtualNode {
        let tls = try TLSContext(
            role: .server([ApplicationProtocol(name: Loopback.main, clientCertificate: .required)]),
            identity: authority.server(),
            trust: authority.trust
        )
        let key = [UInt8](repeating: secret, count: 32)
        return VirtualNode(QUICEndpointCore(tls: tls, configuration: configuration, resetSecret: key), order: 0)
    }

    /// Starts a connection.
    func connect(version: UInt32 = 1) throws -> QUICConnectionCore {
        let path = NetworkPath(local: self.client.address, remote: Self.serverAddress)
        let handle = try self.client.core.connect(path: path, version: version, now: self.network.now)
        return try #require(self.client.core[handle])
    }

    /// Starts a connection and waits until both sides have it.
    func establish(sourceLocation: SourceLocation = #_sourceLocation) throws -> QUICConnectionCore {
        let connection = try self.connect()
        let isEstablished = self.network.run(for: .seconds(9)) {
            !self.client.established.isEmpty && !self.server.established.isEmpty
        }
        try #require(isEstablished, "no connection", sourceLocation: sourceLocation)
        return connection
    }

    /// The server's only connection.
    func serverConnection() throws -> QUICConnectionCore {
        try #require(self.server.core.connections.values.first)
    }
}
