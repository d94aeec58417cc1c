// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Logging
package import NIOCore

/// Makes QUIC connections to servers; each has a UDP socket of its own.
package enum QUICClient {
    /// How long the next address of a host waits for the one before it (RFC 8305 §5).
    private static let attemptDelay: Duration = .milliseconds(250)

    /// Connects to a server.
    ///
    /// Returns only when the server has accepted our certificate: in TLS 1.3 a client's own handshake is done before
    /// that, so the server's HANDSHAKE_DONE is waited for. A host with several addresses is tried at all of them, the
    /// later ones a little later; the first that answers wins.
    ///
    /// - Parameters:
    ///   - host: Address or name to connect to.
    ///   - port: UDP port of the server.
    ///   - serverName: The DNS name or IP address the server's certificate must carry.
    ///   - identity: Our certificate, for client authentication, and key; nil where the protocol needs none.
    ///   - trust: Whose server certificates are accepted.
    ///   - applicationProtocol: What to speak (ALPN).
    ///   - preferred: What to speak rather, the first one most, with a server that knows it.
    ///   - configuration: Limits and timeouts.
    ///   - group: Gives the event loop the connection lives on.
    ///   - logger: Used for debug messages only.
    /// - Returns: The established connection.
    /// - Throws: `QUICError`, or `CancellationError` when the task is cancelled.
    package static func connect(
        host: String,
        port: Int,
        serverName: String,
        identity: TLSIdentity?,
        trust: TLSTrust,
        applicationProtocol: String,
        preferred: [String] = [],
        configuration: QUICConfiguration,
        group: any EventLoopGroup,
        logger: Logger
    ) async throws -> QUICConnection {
        let role = TLSContext.Role.client(
            applicationProtocols: preferred + [applicationProtocol],
            serverName: serverName
        )
        let tls = try TLSContext(role: role, identity: identity, trust: trust)
        let addresses = try await AddressResolver.resolve(host: host, port: port)
        let attempt: @Sendable (NetworkAddress) async throws -> QUICConnection = { address in
            try await Self.connect(address, tls: tls, configuration: configuration, group: group, logger: logger)
        }
        if addresses.count == 1 {
            return try await attempt(addresses[0])
        }
        return try await Self.race(addresses, attempt)
    }

    /// Tries all addresses, each starting a little after the one before; the first connection wins.
    private static func race(
        _ addresses: [NetworkAddress],
        _ attempt: @escaping @Sendable (NetworkAddress) async throws -> QUICConnection
    ) async throws -> QUICConnection {
        try await withThrowingTaskGroup(of: QUICConnection.self) { group in
            for (index, address) in addresses.enumerated() {
                group.addTask {
                    try await Task.sleep(for: Self.attemptDelay * index)
                    return try await attempt(address)
                }
            }
            var winner: QUICConnection?
            var failures: [any Error] = []
            while let result = await group.nextResult() {
                switch result {
                case .success(let connection) where winner == nil:
                    winner = connection
                    group.cancelAll()
                case .success(let late):
                    await late.close(code: 0, reason: "another address was faster")
                case .failure(let error):
                    failures.append(error)
                }
            }
            if let winner { return winner }
            try Task.checkCancellation()
            // A server that answered and refused says more than an address where nobody is.
            let telling = failures.first { ($0 as? QUICError).map { $0.code != .handshakeTimeout } ?? false }
            throw telling ?? failures.first ?? QUICError(code: .resolutionFailed, message: "no address")
        }
    }

    private static func connect(
        _ address: NetworkAddress,
        tls: TLSContext,
        configuration: QUICConfiguration,
        group: any EventLoopGroup,
        logger: Logger
    ) async throws -> QUICConnection {
        // Not connected to the server's address: a host whose own address changes goes on from the new one.
        let wildcard: NetworkAddress =
            switch address.host {
            case .ipv4: NetworkAddress(host: .ipv4(0), port: 0)
            case .ipv6: NetworkAddress(host: .ipv6(0, 0, scope: 0), port: 0)
            }
        // A client sends no stateless resets; the secret only makes its connection ids' tokens unguessable.
        var secret = [UInt8](repeating: 0, count: 32)
        secret.withUnsafeMutableBytes { fillRandom($0) }
        let (_, mailbox) = try await DatagramSocket.open(
            address: SocketAddress(wildcard),
            tls: tls,
            configuration: configuration,
            resetSecret: secret,
            accepted: nil,
            eventLoop: group.next(),
            logger: logger
        )
        let answer = OneShot<QUICConnection>()
        mailbox.submit(.connect(address, answer))
        do {
            return try await answer.wait()
        } catch {
            // The socket closes itself once the core has forgotten the attempt.
            mailbox.submit(.closeAll(code: 0, reason: "cancelled", OneShot<Void>()))
            throw error
        }
    }
}
