// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import FlowQUIC

@Suite("Hostile datagrams")
struct HostileDatagramTests {
    @Test("Noise of any length is ignored", arguments: 1...5 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        let pair = try VirtualPair()
        let connection = try pair.establish()
        var random = SplitMix64(seed: seed)
        for size in 0...300 {
            for target in [VirtualPair.serverAddress, VirtualPair.clientAddress] {
                var bytes = (0..<size * 5).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                // Half of it looks like QUIC version 1 at first sight.
                if size > 2, size.isMultiple(of: 2) { bytes.replaceSubrange(0..<5, with: [0xc3, 0, 0, 0, 1]) }
                pair.network.inject(ByteBuffer(bytes: bytes), from: .ipv4(6, 6, 6, 6, port: 666), to: target)
            }
        }
        pair.network.run(for: .seconds(15))
        #expect(connection.phase == .established)
        #expect(pair.server.core.connections.count == 1)
    }

    @Test(
        "Damaged copies of real packets neither end a connection nor leave one",
        arguments: 1...5 as ClosedRange<UInt64>
    )
    func damaged(seed: UInt64) throws {
        let pair = try VirtualPair()
        var random = SplitMix64(seed: seed)
        var packets: [(NetworkAddress, NetworkAddress, ByteBuffer)] = []
        pair.network.onDatagram = { from, to, payload in packets.append((from, to, payload)) }
        let connection = try pair.establish()
        let id = try #require(connection.openStream())
        connection.send(ByteBuffer(repeating: 3, count: 5_000), finish: true, on: id)
        pair.network.run(for: .seconds(1))
        pair.network.onDatagram = { _, _, _ in }
        for _ in 0..<2_000 {
            guard let (from, to, payload) = packets.randomElement(using: &random) else { break }
            var bytes = Array(payload.readableBytesView)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }
            pair.network.inject(ByteBuffer(bytes: bytes), from: from, to: to)
        }
        pair.network.run(for: .seconds(12))
        #expect(connection.phase == .established)
        #expect(pair.server.core.handshakes == 0)
        #expect(pair.server.received[id]?.count == 5_000)
    }
}
