// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix

@testable import FlowQUIC

/// A server on a loopback socket, with the protocols the product uses, and clients for it.
struct Loopback {
    static let main = "quartzflow/1"
    static let enrolment = "quartzflow-enrol/1"

    let authority: TestAuthority
    let server: QUICServer
    let logger = Logger(label: "test")

    init(
        authority: TestAuthority,
        host: String = "127.0.0.1",
        port: Int = 0,
        secret: [UInt8] = [UInt8](repeating: 7, count: 32),
        identity: TLSIdentity? = nil,
        configuration: QUICConfiguration = QUICConfiguration()
    ) async throws {
        self.authority = authority
        self.server = try await QUICServer.bind(
            host: host,
            port: port,
            identity: identity ?? authority.server(),
            trust: authority.trust,
            protocols: [
                ApplicationProtocol(name: Self.main, clientCertificate: .required),
                ApplicationProtocol(name: Self.enrolment, clientCertificate: .none),
            ],
            resetSecret: secret,
            configuration: configuration,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: self.logger
        )
    }

    var port: Int { self.server.localAddress.port ?? 0 }

    /// Connects as an agent the authority knows, unless told otherwise.
    func connect(
        host: String = "127.0.0.1",
        serverName: String = "localhost",
        identity: TLSIdentity?,
        trust: TLSTrust? = nil,
        applicationProtocol: String = Loopback.main,
        configuration: QUICConfiguration = QUICConfiguration()
    ) async throws -> QUICConnection {
        try await QUICClient.connect(
            host: host,
            port: self.port,
            serverName: serverName,
            identity: identity,
            trust: trust ?? self.authority.trust,
            applicationProtocol: applicationProtocol,
            configuration: configuration,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: self.logger
        )
    }

    /// Runs a test against a server that gives each accepted connection to a closure.
    static func withServer(
        configuration: QUICConfiguration = QUICConfiguration(),
        host: String = "127.0.0.1",
        serve: @escaping @Sendable (QUICConnection) async throws -> Void = { _ in },
        _ body: (Loopback) async throws -> Void
    ) async throws {
        let loopback = try await Loopback(authority: TestAuthority(), host: host, configuration: configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let connections = loopback.server.connections
            group.addTask {
                await withDiscardingTaskGroup { serving in
                    for await connection in connections {
                        serving.addTask { try? await serve(connection) }
                    }
                }
            }
            do {
                try await body(loopback)
            } catch {
                await loopback.server.shutdown()
                throw error
            }
            await loopback.server.shutdown()
            try await group.waitForAll()
        }
    }

    /// Sends back everything a peer sends on its streams.
    @Sendable static func echo(_ connection: QUICConnection) async throws {
        await withDiscardingTaskGroup { group in
            for await stream in connection.inboundStreams {
                group.addTask {
                    do {
                        for try await bytes in stream.inbound { try await stream.write(bytes) }
                        try await stream.finish()
                    } catch {
                        stream.reset(code: 1)
                    }
                }
            }
        }
    }
}

extension QUICStream {
    /// Everything the peer sends until it finishes.
    func readAll() async throws -> ByteBuffer {
        var all = ByteBuffer()
        for try await var bytes in self.inbound { all.writeBuffer(&bytes) }
        return all
    }
}
