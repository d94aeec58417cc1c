// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowSupport
import NIOCore
import Testing

@testable import FlowQUIC

@Suite("Streams over loopback", .timeLimit(.minutes(10)))
struct StreamTests {
    @Test("More streams than the peer allows at once are all served, each in its turn")
    func manyStreams() async throws {
        try await Loopback.withServer(configuration: QUICConfiguration(maxStreams: 8), serve: Loopback.echo) {
            loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let stream = try await connection.openStream()
                        try await stream.write(ByteBuffer(string: "message \(number)"))
                        try await stream.finish()
                        return try await String(buffer: stream.readAll())
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(texts == Set((0..<200).map { "message \($0)" }))
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("Twenty megabytes arrive whole")
    func bulk() async throws {
        let digests = AsyncQueue<[UInt8]>()
        let serve: @Sendable (QUICConnection) async throws -> Void = { connection in
            for await stream in connection.inboundStreams {
                var hash = SHA256()
                for try await bytes in stream.inbound {
                    bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
                }
                digests.push(Array(hash.finalize()))
                try await stream.finish()
            }
        }
        try await Loopback.withServer(serve: serve) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            let stream = try await connection.openStream()
            var hash = SHA256()
            for number in 0..<1_280 {
                let chunk = ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: 16 << 10)
                chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
                try await stream.write(chunk)
            }
            try await stream.finish()
            #expect(try await stream.readAll().readableBytes == 0)
            guard case .element(let digest) = await digests.next() else { return }
            #expect(digest == Array(hash.finalize()))
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("A writer waits while nobody reads, and other streams go on")
    func backPressure() async throws {
        let mayRead = Latch<Bool>()
        let serve: @Sendable (QUICConnection) async throws -> Void = { connection in
            await withDiscardingTaskGroup { group in
                for await stream in connection.inboundStreams {
                    group.addTask {
                        // Stream 0 is the first the client opens, whichever arrives first.
                        if stream.id == 0 { _ = await mayRead.wait() }
                        guard let all = try? await stream.readAll() else { return }
                        try? await stream.write(ByteBuffer(integer: all.readableBytes))
                        try? await stream.finish()
                    }
                }
            }
        }
        try await Loopback.withServer(serve: serve) { loopback in
            let configuration = QUICConfiguration(writeBufferLimit: 64 << 10)
            let connection = try await loopback.connect(
                identity: loopback.authority.client(),
                configuration: configuration
            )
            let stream = try await connection.openStream()
            let chunk = ByteBuffer(repeating: 1, count: 8 << 10)
            let total = 256 * chunk.readableBytes
            let written = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<256 {
                        try await stream.write(chunk)
                        written.add(chunk.readableBytes)
                    }
                    try await stream.finish()
                }
                // Each of these is a round trip through both event loops: time enough for a writer that did not wait.
                for _ in 0..<50 {
                    let other = try await connection.openStream()
                    try await other.write(ByteBuffer(string: "ping"))
                    try await other.finish()
                    _ = try await other.readAll()
                }
                // The peer's window, what the writer may hold beyond it, and one write.
                let limit = (64 << 10) + (64 << 10) + chunk.readableBytes
                #expect(written.value <= limit)
                mayRead.set(true)
                try await group.waitForAll()
            }
            #expect(try await stream.readAll().getInteger(at: 0, as: Int.self) == total)
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("After finish nothing can be written")
    func writeAfterFinish() async throws {
        try await Loopback.withServer(serve: Loopback.echo) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            let stream = try await connection.openStream()
            try await stream.finish()
            let error = await #expect(throws: QUICError.self) { try await stream.write(ByteBuffer(string: "late")) }
            #expect(error?.code == .streamClosed)
            await #expect(throws: QUICError.self) { try await stream.finish() }
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("A reset reaches the reader as an error with its code, and the writer too")
    func reset() async throws {
        let serve: @Sendable (QUICConnection) async throws -> Void = { connection in
            for await stream in connection.inboundStreams { stream.reset(code: 5) }
        }
        try await Loopback.withServer(serve: serve) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            let stream = try await connection.openStream()
            try await stream.write(ByteBuffer(string: "hello"))
            let reading = await #expect(throws: QUICError.self) { _ = try await stream.readAll() }
            #expect(reading?.code == .streamReset)
            #expect(reading?.applicationCode == 5)
            let writing = await #expect(throws: QUICError.self) {
                while true { try await stream.write(ByteBuffer(repeating: 0, count: 1_000)) }
            }
            #expect(writing?.code == .streamStopped)
            // Whether the code is known depends on what ngtcp2 noticed first.
            #expect(writing?.applicationCode == nil || writing?.applicationCode == 5)
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("A stream that was dropped without finishing is reset, so that it does not count for ever")
    func dropped() async throws {
        let ends = AsyncQueue<QUICError.Code?>()
        let serve: @Sendable (QUICConnection) async throws -> Void = { connection in
            for await stream in connection.inboundStreams {
                do {
                    try await stream.write(ByteBuffer(string: "here you are"))
                    _ = try await stream.readAll()
                    ends.push(nil)
                } catch {
                    ends.push((error as? QUICError)?.code)
                }
            }
        }
        try await Loopback.withServer(configuration: QUICConfiguration(maxStreams: 1), serve: serve) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            for _ in 0..<5 {
                do {
                    let stream = try await connection.openStream()
                    try await stream.write(ByteBuffer(string: "half a mess"))
                    var inbound = stream.inbound.makeAsyncIterator()
                    #expect(try await inbound.next() != nil)
                }
                guard case .element(let code) = await ends.next() else { return }
                #expect(code == .streamReset)
            }
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("A cancelled reader gets an error, not an end, and another may go on")
    func cancelledReader() async throws {
        try await Loopback.withServer(serve: Loopback.echo) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            let stream = try await connection.openStream()
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await stream.readAll() }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.waitForAll() }
            }
            try await stream.write(ByteBuffer(string: "still here"))
            try await stream.finish()
            #expect(try await String(buffer: stream.readAll()) == "still here")
            await connection.close(code: 0, reason: "")
        }
    }
}
