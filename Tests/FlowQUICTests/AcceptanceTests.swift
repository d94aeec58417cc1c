// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import FlowQUIC

@Suite("Who gets a connection, in virtual time")
struct AcceptanceTests {
    @Test("With Retry nothing is remembered until the client's address is proven (RFC 9000 §8.1.2)")
    func retry() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.retryAboveHandshakes = 0 })
        var answers = 0
        pair.network.onDatagram = { from, _, _ in
            if from == VirtualPair.serverAddress, pair.client.established.isEmpty {
                if answers == 0 { #expect(pair.server.core.connections.isEmpty) }
                answers += 1
            }
        }
        let connection = try pair.establish()
        #expect(answers > 1)
        #expect(connection.phase == .established)
    }

    @Test("A retry token is worth nothing at another address")
    func stolenToken() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.retryAboveHandshakes = 0 })
        var fromClient: [ByteBuffer] = []
        pair.network.onDatagram = { from, _, payload in
            if from == VirtualPair.clientAddress { fromClient.append(payload) }
        }
        _ = try pair.connect()
        pair.network.run(for: .seconds(1)) { fromClient.count == 2 }
        let thief = NetworkAddress.ipv4(6, 6, 6, 6, port: 666)
        pair.network.unplug(VirtualPair.clientAddress)
        pair.network.inject(try #require(fromClient.last), from: thief, to: VirtualPair.serverAddress)
        var answersToThief = 0
        pair.network.onDatagram = { _, to, _ in if to == thief { answersToThief += 1 } }
        pair.network.run(for: .milliseconds(1))
        #expect(answersToThief == 1)
        #expect(pair.server.core.connections.count <= 1)
        #expect(pair.server.core.connections.values.allSatisfy { $0.remote != thief })
    }

    @Test("An unknown version is answered with ours, and a client without it gives up (RFC 9000 §6)")
    func versionNegotiation() throws {
        let pair = try VirtualPair()
        let connection = try pair.connect(version: 0x1a2a_3a4a)
        pair.network.run(for: .seconds(5)) { !pair.client.closed.isEmpty }
        #expect(pair.client.closed[connection.handle] == .versionNegotiation)
        #expect(pair.server.core.connections.isEmpty)
    }

    @Test("A short datagram of an unknown version is not answered: it would be amplified")
    func noAmplification() throws {
        let pair = try VirtualPair()
        var header: [UInt8] = [0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8]
        header += [UInt8](repeating: 1, count: 8) + [8] + [UInt8](repeating: 2, count: 8)
        for size in [header.count, 100, 1_199] {
            let datagram = header + [UInt8](repeating: 0, count: size - header.count)
            pair.network.inject(ByteBuffer(bytes: datagram), from: VirtualPair.clientAddress, to: pair.server.address)
        }
        pair.network.run(for: .seconds(1))
        #expect(pair.network.sent == 0)
        let datagram = header + [UInt8](repeating: 0, count: 1_200 - header.count)
        pair.network.inject(ByteBuffer(bytes: datagram), from: VirtualPair.clientAddress, to: pair.server.address)
        pair.network.run(for: .seconds(1))
        #expect(pair.network.sent == 1)
    }

    @Test("Above the limit of connections new ones are refused in words")
    func connectionLimit() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.maxConnections = 1 })
        _ = try pair.establish()
        let second = try pair.connect()
        pair.network.run(for: .seconds(5)) { pair.client.closed[second.handle] != nil }
        #expect(pair.client.closed[second.handle] == .peerTransport(code: 2, reason: ""))
        #expect(pair.server.core.connections.count == 1)
    }

    @Test("Above the limit of handshakes new ones are ignored, and succeed once there is room")
    func handshakeLimit() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.maxHandshakes = 1 })
        // A client that goes silent after its first packet holds the only place.
        var first: ByteBuffer?
        pair.network.onDatagram = { from, _, payload in
            if from == VirtualPair.clientAddress, first == nil { first = payload }
        }
        let silent = try pair.connect()
        pair.network.unplug(VirtualPair.serverAddress)
        pair.network.run(for: .milliseconds(5))
        pair.client.core.remove(silent)
        pair.network.plug(pair.server, at: VirtualPair.serverAddress)
        let nowhere = NetworkAddress.ipv4(6, 6, 6, 6, port: 666)
        pair.network.inject(try #require(first), from: nowhere, to: VirtualPair.serverAddress)
        pair.network.run(for: .milliseconds(1)) { pair.server.core.handshakes == 1 }
        #expect(pair.server.core.handshakes == 1)
        pair.network.run(for: .seconds(5))
        let second = try pair.connect()
        pair.network.run(for: .seconds(1))
        #expect(pair.server.core.connections.count == 1)
        let isEstablished = pair.network.run(for: .seconds(9)) { second.phase == .established }
        #expect(isEstablished)
        #expect(pair.server.core.handshakes == 0)
    }
}
