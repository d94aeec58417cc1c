// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import FlowQUIC

@Suite("How connections end, in virtual time")
struct LifetimeTests {
    @Test("A close carries code and reason, and leaves nothing behind (RFC 9000 §10.2)")
    func close() throws {
        let pair = try VirtualPair()
        let connection = try pair.establish()
        let serverHandle = try pair.serverConnection().handle
        pair.client.core.close(connection.handle, code: 42, reason: "enough", now: pair.network.now)
        pair.network.run(for: .seconds(1)) { !pair.server.closed.isEmpty }
        #expect(pair.client.closed[connection.handle] == .local(code: 42, reason: "enough"))
        #expect(pair.server.closed[serverHandle] == .peer(code: 42, reason: "enough"))
        pair.network.run(for: .seconds(60))
        for node in [pair.client, pair.server] {
            #expect(node.core.connections.isEmpty)
            #expect(node.core.registry.count == 0)
            #expect(node.core.nextDeadline == nil)
            #expect(node.core.handshakes == 0)
        }
        #expect(pair.client.forgotten == [connection.handle])
    }

    @Test("A close packet that was lost is repeated while the peer goes on sending (RFC 9000 §10.2.1)")
    func lostClose() throws {
        let pair = try VirtualPair()
        let connection = try pair.establish()
        let served = try pair.serverConnection()
        pair.network.quality.loss = 1
        pair.client.core.close(connection.handle, code: 7, reason: "", now: pair.network.now)
        pair.network.run(for: .milliseconds(1))
        pair.network.quality.loss = 0
        let id = try #require(served.openStream())
        served.send(ByteBuffer(string: "anyone there?"), finish: false, on: id)
        pair.network.run(for: .milliseconds(50)) { !pair.server.closed.isEmpty }
        #expect(pair.server.closed[served.handle] == .peer(code: 7, reason: ""))
    }

    @Test("A silent connection ends after the idle timeout, not before (RFC 9000 §10.1)")
    func idle() throws {
        let timing = VirtualPair.configuration { $0.idleTimeout = .seconds(30) }
        let pair = try VirtualPair(server: timing, client: timing)
        _ = try pair.establish()
        pair.network.run(for: .seconds(1))
        let start = pair.network.now
        pair.network.run(for: .seconds(28))
        #expect(pair.client.closed.isEmpty)
        #expect(pair.server.closed.isEmpty)
        pair.network.run(for: .seconds(60)) { !pair.client.closed.isEmpty && !pair.server.closed.isEmpty }
        #expect(Array(pair.client.closed.values) == [.idle])
        #expect(Array(pair.server.closed.values) == [.idle])
        #expect(pair.network.now - start <= Duration.seconds(31).nanoseconds)
    }

    @Test("Keep-alive holds a silent connection")
    func keepAlive() throws {
        let timing = VirtualPair.configuration {
            $0.idleTimeout = .seconds(30)
            $0.keepAlive = .seconds(10)
        }
        let pair = try VirtualPair(server: timing, client: timing)
        _ = try pair.establish()
        pair.network.run(for: .seconds(600))
        #expect(pair.client.closed.isEmpty)
        #expect(pair.server.closed.isEmpty)
    }

    @Test("A server that restarted with its secret is noticed at the first packet (RFC 9000 §10.3)")
    func statelessReset() throws {
        let pair = try VirtualPair(secret: 5)
        let connection = try pair.establish()
        pair.network.run(for: .seconds(1))
        let restarted = try VirtualPair.makeServer(pair.authority, VirtualPair.configuration(), secret: 5)
        pair.network.plug(restarted, at: VirtualPair.serverAddress)
        let id = try #require(connection.openStream())
        connection.send(ByteBuffer(repeating: 1, count: 100), finish: false, on: id)
        let start = pair.network.now
        pair.network.run(for: .seconds(60)) { !pair.client.closed.isEmpty }
        #expect(pair.client.closed[connection.handle] == .reset)
        #expect(pair.network.now - start < Duration.seconds(1).nanoseconds)
    }

    @Test("A reset made with another secret is not believed")
    func forgedReset() throws {
        let pair = try VirtualPair(secret: 5)
        let connection = try pair.establish()
        pair.network.run(for: .seconds(1))
        let stranger = try VirtualPair.makeServer(pair.authority, VirtualPair.configuration(), secret: 6)
        pair.network.plug(stranger, at: VirtualPair.serverAddress)
        let id = try #require(connection.openStream())
        connection.send(ByteBuffer(repeating: 1, count: 100), finish: false, on: id)
        pair.network.run(for: .seconds(5))
        #expect(pair.client.closed.isEmpty)
        #expect(pair.network.sent > 1)
    }

    @Test("Stateless resets are limited in number, and shorter than what provokes them (RFC 9000 §10.3.3)")
    func resetLimits() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.statelessResetsPerSecond = 3 })
        var sizes: [Int] = []
        pair.network.onDatagram = { _, _, payload in sizes.append(payload.readableBytes) }
        for size in [20, 43, 44, 60, 100, 1_000, 1_200, 1_200] {
            let datagram = ByteBuffer(bytes: [0x40] + [UInt8](repeating: 0xaa, count: size - 1))
            pair.network.inject(datagram, from: VirtualPair.clientAddress, to: VirtualPair.serverAddress)
        }
        pair.network.run(for: .milliseconds(10))
        #expect(sizes.count == 3)
        #expect(sizes.allSatisfy { $0 < 44 && $0 >= 21 })
    }

    @Test("A client gives up on a server that is not there after the handshake timeout")
    func handshakeTimeout() throws {
        let pair = try VirtualPair(client: VirtualPair.configuration { $0.handshakeTimeout = .seconds(3) })
        pair.network.unplug(VirtualPair.serverAddress)
        let connection = try pair.connect()
        let start = pair.network.now
        pair.network.run(for: .seconds(60)) { !pair.client.closed.isEmpty }
        #expect(pair.client.closed[connection.handle] == .handshakeTimeout)
        #expect(pair.network.now - start == Duration.seconds(3).nanoseconds)
    }
}
