// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import FlowQUIC

@Suite("QUIC over a bad network, in virtual time")
struct LossyNetworkTests {
    @Test("A thousand messages arrive in order and come back, whatever is lost, late or doubled", arguments: 1...4)
    func thousandMessages(seed: Int) throws {
        let pair = try VirtualPair(seed: UInt64(seed), quality: .bad)
        pair.server.echoes = true
        let connection = try pair.establish()
        let id = try #require(connection.openStream())
        var expected: [UInt8] = []
        for number in 0..<1_000 {
            let message = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 300 + 1)
            expected += message
            connection.send(ByteBuffer(bytes: message), finish: number == 999, on: id)
        }
        let isDone = pair.network.run(for: .seconds(120)) { pair.client.ended.contains(id) }
        #expect(isDone)
        #expect(pair.client.received[id] == expected)
        #expect(pair.client.acknowledged[id] == expected.count)
        #expect(pair.network.lost > 20)
        #expect(pair.client.closed.isEmpty)
    }

    @Test("Many streams at once lose nothing either")
    func manyStreams() throws {
        let pair = try VirtualPair(seed: 11, quality: .bad)
        pair.server.echoes = true
        let connection = try pair.establish()
        let ids = try (0..<50).map { _ in try #require(connection.openStream()) }
        for id in ids {
            connection.send(ByteBuffer(repeating: UInt8(id & 0xff), count: 5_000), finish: true, on: id)
        }
        let isDone = pair.network.run(for: .seconds(120)) { pair.client.ended.count == ids.count }
        #expect(isDone)
        for id in ids {
            #expect(pair.client.received[id] == [UInt8](repeating: UInt8(id & 0xff), count: 5_000))
        }
        pair.network.run(for: .seconds(5))
        #expect(pair.client.closedStreams == Set(ids))
        #expect(pair.server.closedStreams == Set(ids))
    }

    @Test("A client whose address changes is found at the new one (RFC 9000 §9)")
    func rebinding() throws {
        let pair = try VirtualPair()
        pair.server.echoes = true
        let connection = try pair.establish()
        let id = try #require(connection.openStream())
        connection.send(ByteBuffer(string: "before "), finish: false, on: id)
        pair.network.run(for: .seconds(1))
        let moved = NetworkAddress.ipv4(10, 0, 0, 3, port: 50_000)
        pair.network.unplug(VirtualPair.clientAddress)
        pair.network.translate(VirtualPair.clientAddress, to: moved)
        pair.network.plug(pair.client, at: moved)
        connection.send(ByteBuffer(string: "after"), finish: true, on: id)
        let isDone = pair.network.run(for: .seconds(10)) { pair.client.ended.contains(id) }
        #expect(isDone)
        #expect(pair.client.received[id].map { String(decoding: $0, as: UTF8.self) } == "before after")
    }
}
