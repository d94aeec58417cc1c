// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import Testing

@testable import FlowQUIC

@Suite("A server that is somebody else to those who ask for it", .timeLimit(.minutes(2)))
struct NamedIdentityTests {
    @Test("The client's list of protocols chooses the certificate; who names none that is known gets the usual one")
    func chosen() async throws {
        let (old, new) = (try TestAuthority("old"), try TestAuthority("new"))
        let name = Loopback.enrolment + ";ca=new"
        let server = try await QUICServer.bind(
            host: "127.0.0.1",
            port: 0,
            identity: old.server(),
            trust: old.trust,
            protocols: [
                ApplicationProtocol(name: name, clientCertificate: .none, identity: try new.server()),
                ApplicationProtocol(name: Loopback.enrolment, clientCertificate: .none),
            ],
            resetSecret: [UInt8](repeating: 7, count: 32),
            configuration: QUICConfiguration(),
            group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test")
        )
        func spoken(_ trust: TLSTrust, preferring names: [String]) async throws -> String {
            let connection = try await QUICClient.connect(
                host: "127.0.0.1",
                port: server.localAddress.port ?? 0,
                serverName: "localhost",
                identity: nil,
                trust: trust,
                applicationProtocol: Loopback.enrolment,
                preferred: names,
                configuration: QUICConfiguration(),
                group: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "test")
            )
            await connection.close(code: 0, reason: "")
            return connection.applicationProtocol
        }
        #expect(try await spoken(new.trust, preferring: [name]) == name)
        #expect(try await spoken(old.trust, preferring: [Loopback.enrolment + ";ca=other"]) == Loopback.enrolment)
        #expect(try await spoken(old.trust, preferring: []) == Loopback.enrolment)
        await #expect(throws: QUICError.self) { try await spoken(new.trust, preferring: []) }
        await #expect(throws: QUICError.self) { try await spoken(old.trust, preferring: [name]) }
        await server.shutdown()
    }
}
