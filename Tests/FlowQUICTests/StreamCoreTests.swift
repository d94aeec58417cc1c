// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import FlowQUIC

@Suite("Streams and flow control, in virtual time")
struct StreamCoreTests {
    @Test("A sender stops at the stream's window until the reader takes bytes (RFC 9000 §4.1)")
    func streamWindow() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.streamWindow = 10_000 })
        pair.server.consumes = false
        let connection = try pair.establish()
        let id = try #require(connection.openStream())
        connection.send(ByteBuffer(repeating: 1, count: 50_000), finish: true, on: id)
        pair.network.run(for: .seconds(5))
        #expect(pair.server.received[id]?.count == 10_000)
        #expect(pair.client.acknowledged[id] == 10_000)
        pair.server.consumes = true
        try pair.serverConnection().consume(10_000, of: id)
        let isDone = pair.network.run(for: .seconds(5)) { pair.server.ended.contains(id) }
        #expect(isDone)
        #expect(pair.server.received[id]?.count == 50_000)
    }

    @Test("All streams together stop at the connection's window, and go on together")
    func connectionWindow() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.connectionWindow = 20_000 })
        pair.server.consumes = false
        let connection = try pair.establish()
        let ids = try (0..<4).map { _ in try #require(connection.openStream()) }
        for id in ids { connection.send(ByteBuffer(repeating: 1, count: 15_000), finish: true, on: id) }
        pair.network.run(for: .seconds(5))
        #expect(pair.server.received.values.reduce(0) { $0 + $1.count } == 20_000)
        pair.server.consumes = true
        let served = try pair.serverConnection()
        for (id, bytes) in pair.server.received { served.consume(bytes.count, of: id) }
        let isDone = pair.network.run(for: .seconds(5)) { pair.server.ended.count == 4 }
        #expect(isDone)
    }

    @Test("No more streams than the peer allows; one that is over makes room")
    func streamLimit() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.maxStreams = 2 })
        pair.server.echoes = true
        let connection = try pair.establish()
        let first = try #require(connection.openStream())
        _ = try #require(connection.openStream())
        #expect(connection.openStream() == nil)
        pair.client.creditEvents = 0
        connection.send(ByteBuffer(string: "x"), finish: true, on: first)
        let hasCredit = pair.network.run(for: .seconds(5)) { pair.client.creditEvents > 0 }
        #expect(hasCredit)
        #expect(connection.openStream() != nil)
    }

    @Test("Streams the application has not taken make no room, however quickly they are over")
    func untakenStreams() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.maxStreams = 2 })
        pair.server.takesStreams = false
        pair.server.echoes = true
        let connection = try pair.establish()
        let ids = try (0..<2).map { _ in try #require(connection.openStream()) }
        for id in ids { connection.send(ByteBuffer(string: "x"), finish: true, on: id) }
        pair.network.run(for: .seconds(5))
        #expect(pair.server.closedStreams == Set(ids))
        #expect(connection.openStream() == nil)
        try pair.serverConnection().take(ids[0])
        pair.network.run(for: .seconds(1))
        #expect(connection.openStream() != nil)
        #expect(connection.openStream() == nil)
    }

    @Test("A reset stream tells the peer its code and does not disturb the others")
    func reset() throws {
        let pair = try VirtualPair()
        let connection = try pair.establish()
        let first = try #require(connection.openStream())
        let second = try #require(connection.openStream())
        connection.send(ByteBuffer(string: "one"), finish: false, on: first)
        connection.send(ByteBuffer(string: "two"), finish: true, on: second)
        pair.network.run(for: .seconds(1))
        connection.shutdown(first, reading: true, writing: true, code: 77)
        pair.network.run(for: .seconds(1))
        #expect(pair.server.resets == [first: 77])
        #expect(pair.server.stops == [first: 77])
        #expect(pair.server.received[second] == Array("two".utf8))
        #expect(pair.client.closedStreams.contains(first))
        #expect(pair.client.closed.isEmpty)
    }

    @Test("A writer stopped by flow control learns that the peer stopped reading (RFC 9000 §3.5)")
    func stopWhileBlocked() throws {
        let pair = try VirtualPair(server: VirtualPair.configuration { $0.streamWindow = 1_000 })
        pair.server.consumes = false
        let connection = try pair.establish()
        let id = try #require(connection.openStream())
        connection.send(ByteBuffer(repeating: 1, count: 5_000), finish: false, on: id)
        pair.network.run(for: .seconds(1))
        #expect(pair.client.stops.isEmpty)
        try pair.serverConnection().shutdown(id, reading: true, writing: false, code: 8)
        pair.network.run(for: .seconds(1))
        #expect(pair.client.stops.keys.contains(id))
        #expect(pair.server.closed.isEmpty)
        // The other direction is untouched.
        try pair.serverConnection().send(ByteBuffer(string: "but listen"), finish: true, on: id)
        pair.network.run(for: .seconds(1))
        #expect(pair.client.received[id] == Array("but listen".utf8))
    }
}
