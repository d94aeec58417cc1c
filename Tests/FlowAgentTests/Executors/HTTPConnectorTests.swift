// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowSupport
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import FlowAgent

@Suite("The addresses of a name are tried one after the other (RFC 8305)")
struct HTTPConnectorTests {
    private static let six = HostAddress(text: "::1", bytes: Array(repeating: 0, count: 15) + [1])
    private static let four = HostAddress(text: "127.0.0.1", bytes: [127, 0, 0, 1])
    /// Loopback too, where nobody listens.
    private static let other = HostAddress(text: "127.0.0.2", bytes: [127, 0, 0, 2])

    private func withServer(_ body: (Int) async throws -> Void) async throws {
        let server = try await TinyServer.start()
        let port = try #require(URL(string: server.url)?.port)
        let result: Result<Void, any Error>
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
        try await server.stop()
        try result.get()
    }

    /// What a request to a name with these addresses comes to: the status, and how often it was made.
    private func call(_ addresses: [HostAddress], port: Int) async throws -> (status: Int, requests: Int) {
        var connector = HTTPConnector(policy: HTTPPolicy())
        connector.lookUp = { _, _ in addresses }
        let requests = Atomic(0)
        let status = try await connector.withClient(host: "several.test", port: port, isSecure: false) { client in
            requests.add(1, ordering: .relaxed)
            let answer = try await client.execute(
                HTTPClientRequest(url: "http://several.test:\(port)/200"),
                timeout: .seconds(20)
            )
            return Int(answer.status.code)
        }
        return (status, requests.load(ordering: .relaxed))
    }

    @Test("The first that connects answers; those that refuse cost nothing but the attempt")
    func next() async throws {
        try await self.withServer { port in
            #expect(try await self.call([Self.four], port: port).status == 200)
            for before in [[Self.six], [Self.other], [Self.six, Self.other]] {
                let (status, requests) = try await self.call(before + [Self.four], port: port)
                #expect(status == 200 && requests == before.count + 1)
            }
        }
    }

    @Test("Where all refuse, the failure names the name, the port and each address that was tried")
    func none() async throws {
        try await self.withServer { port in
            let failure = await #expect(throws: HTTPFailure.self) {
                _ = try await self.call([Self.six, Self.other], port: port)
            }
            let words = failure?.detail ?? ""
            #expect(words.hasPrefix("no connection to 'several.test' port \(port) (::1, 127.0.0.2): "), "\(words)")
        }
    }
}
