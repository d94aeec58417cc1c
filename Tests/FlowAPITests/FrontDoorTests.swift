// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import HummingbirdTesting
import NIOCore
import NIOPosix
import Testing

@testable import FlowAPI

@Suite("Bytes that are no proper request, over a real socket", .timeLimit(.minutes(10)))
struct FrontDoorTests {
    /// Sends bytes and gives what comes back until the server closes.
    private static func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            // The other side may have hung up already.
            try? await outbound.write(ByteBuffer(string: text))
            var answer = ""
            do { for try await part in inbound { answer += String(buffer: part) } } catch {
                // A reset after the answer is an end like any other.
            }
            return answer
        }
    }

    private static func serving(
        limits: ConnectionLimits = ConnectionLimits(),
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        try await TestServer.with(limits: limits) { server in
            try await server.app.test(.live) { client in try await body(try #require(client.port)) }
        }
    }

    private static let host = "Host: localhost\r\n"

    @Test(
        "A request that breaks HTTP is answered, and the connection ends, also when it is the first one",
        arguments: [
            ("BREW / HTTP/1.1\r\n\(Self.host)\r\n", 501), ("get / HTTP/1.1\r\n\(Self.host)\r\n", 501),
            ("\u{16}\u{3}\u{1}\u{0}\u{1}\r\n\r\n", 501),
            ("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\(Self.host)\r\nab", 400),
            (
                "POST /health HTTP/1.1\r\n\(Self.host)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400
            ),
            ("POST /health HTTP/1.1\r\n\(Self.host)Transfer-Encoding: xchunked\r\n\r\n", 501),
            ("GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("GET /health HTTP/1.1\r\n\(Self.host)Origin: \u{e9}\r\n\r\n", 400),
            ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\(Self.host)\r\n", 414),
            ("GET / HTTP/1.1\r\n\(Self.host)X: \(String(repeating: "a", count: 40_000))\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\n\(Self.host)X: \(String(repeating: "a", count: 100_000))\r\n\r\n", 431),
            ("POST /api/v1/auth/login HTTP/1.1\r\n\(Self.host)Content-Length: 99999999\r\n\r\n", 413),
            ("POST /api/v1/auth/login HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
            ("POST /api/v1/auth/login HTTP/1.1\r\n\(Self.host)Expect: tea\r\nContent-Length: 2\r\n\r\n", 417),
        ]
    )
    func refused(request: String, status: Int) async throws {
        try await Self.serving { port in
            let answer = try await Self.exchange(request, port: port)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(200))")
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test("What is refused before any route is a problem where that is asked for (RFC 9457)")
    func problem() async throws {
        try await Self.serving { port in
            let accept = "Accept: application/problem+json\r\n"
            for (request, status) in [
                ("POST /api/v1/auth/login HTTP/1.1\r\n\(Self.host)\(accept)Content-Length: 99999999\r\n\r\n", 413),
                ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\(Self.host)\(accept)\r\n", 414),
                (
                    "POST /api/v1/auth/login HTTP/1.1\r\n\(Self.host)\(accept)Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                    400
                ),
            ] {
                let answer = try await Self.exchange(request, port: port)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(200))")
                #expect(answer.lowercased().contains("content-type: application/problem+json\r\n"))
                #expect(answer.contains("\"type\":\"urn:quartzflow:problem:"))
                #expect(answer.contains("\"status\":\(status)"))
            }
            // The next request of a connection says for itself what it wants, and one that can't be read has said nothing.
            let good = "GET /health HTTP/1.1\r\n\(Self.host)\(accept)\r\n"
            let both = try await Self.exchange(good + "BREW / HTTP/1.1\r\n\r\n", port: port)
            #expect(both.contains("not_implemented") && !both.contains("urn:quartzflow"), "\(both)")
            let handshake =
                "GET /api/v1/ws HTTP/1.1\r\n\(Self.host)\(accept)Connection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            let refused = try await Self.exchange(handshake, port: port)
            #expect(refused.contains("urn:quartzflow:problem:unauthenticated"), "\(refused)")
        }
    }

    @Test("HTTP/1.0, and a request that asks for it, end the connection with the answer")
    func close() async throws {
        try await Self.serving { port in
            for request in [
                "GET /health HTTP/1.0\r\n\(Self.host)\r\n",
                "GET /health HTTP/1.1\r\n\(Self.host)Connection: Close\r\n\r\n",
            ] {
                let answer = try await Self.exchange(request, port: port)
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                #expect(answer.hasSuffix("}"))
            }
        }
    }

    @Test("A refusal waits for the answers of the requests before it")
    func pipelined() async throws {
        try await Self.serving { port in
            let good = "GET /health HTTP/1.1\r\n\(Self.host)\r\n"
            let answer = try await Self.exchange(good + good + "BREW / HTTP/1.1\r\n\r\n", port: port)
            let statuses = answer.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
            #expect(statuses == [200, 200, 501], "\(answer)")
        }
    }

    @Test("Cookies of other programs may hold any bytes, hundreds of combining marks among them")
    func cookies() async throws {
        try await Self.serving { port in
            let marks = String(repeating: "\u{301}\u{323}", count: 3000)
            let request =
                "GET /health HTTP/1.1\r\n\(Self.host)Cookie: a\(marks)=1; b=\(marks)\r\nConnection: close\r\n\r\n"
            let answer = try await Self.exchange(request, port: port)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("A body that does not come in time is answered 408")
    func slowBody() async throws {
        var limits = ConnectionLimits()
        limits.body = .milliseconds(200)
        try await Self.serving(limits: limits) { port in
            let request = "POST /api/v1/auth/login HTTP/1.1\r\n\(Self.host)Content-Length: 20\r\n\r\n{"
            let answer = try await Self.exchange(request, port: port)
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("A head that does not come in time, and a connection that is asked nothing, end")
    func idle() async throws {
        var limits = ConnectionLimits()
        limits.head = .milliseconds(200)
        try await Self.serving(limits: limits) { port in
            let answer = try await Self.exchange("GET /health HTTP/1.1\r\nHost: lo", port: port)
            #expect(answer == "")
        }
        limits = ConnectionLimits()
        limits.idle = .milliseconds(200)
        try await Self.serving(limits: limits) { port in
            let answer = try await Self.exchange("GET /health HTTP/1.1\r\n\(Self.host)\r\n", port: port)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("Who waits for a word before sending a body is told to go on")
    func expectation() async throws {
        try await Self.serving { port in
            let request =
                "POST /api/v1/auth/login HTTP/1.1\r\n\(Self.host)Content-Type: application/json\r\n"
                + "Expect: 100-Continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
            let answer = try await Self.exchange(request, port: port)
            let statuses = answer.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
            #expect(statuses == [100, 400], "\(answer)")
        }
    }

    @Test("More connections than there is room for are closed, and room comes back")
    func connections() async throws {
        var limits = ConnectionLimits()
        // One of them is the test client's.
        limits.total = 2
        try await Self.serving(limits: limits) { port in
            let request = "GET /health HTTP/1.1\r\n\(Self.host)Connection: close\r\n\r\n"
            let held = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            try await held.executeThenClose { inbound, outbound in
                // It counts once it is answered.
                try await outbound.write(ByteBuffer(string: "GET /health HTTP/1.1\r\n\(Self.host)\r\n"))
                for try await _ in inbound { break }
                let deadline = ContinuousClock.now + .seconds(10)
                var answer = "?"
                while !answer.isEmpty, ContinuousClock.now < deadline {
                    answer = try await Self.exchange(request, port: port)
                }
                #expect(answer.isEmpty)
            }
            let deadline = ContinuousClock.now + .seconds(20)
            var answer = ""
            while answer.isEmpty, ContinuousClock.now < deadline {
                answer = try await Self.exchange(request, port: port)
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("An answer worth it is compressed when that is asked for, and only then")
    func compression() async throws {
        try await Self.serving { port in
            func head(_ request: String) async throws -> String {
                let answer = try await Self.exchange(
                    "\(request) HTTP/1.1\r\n\(Self.host)Connection: close\r\n\r\n",
                    port: port
                )
                return answer.components(separatedBy: "\r\n\r\n")[0].lowercased()
            }
            let asked = "/openapi.json HTTP/1.1\r\nAccept-Encoding: br, gzip\r\nX: "
            let compressed = try await head("GET " + asked)
            #expect(compressed.contains("content-encoding: gzip"))
            #expect(compressed.contains("vary: accept-encoding"))
            #expect(!compressed.contains("x-qf-compress"))
            for other in ["GET /openapi.json", "HEAD " + asked, "GET /health HTTP/1.1\r\nAccept-Encoding: gzip\r\nX: "]
            {
                let plain = try await head(other)
                #expect(plain.hasPrefix("http/1.1 200"))
                #expect(!plain.contains("content-encoding"), "\(other)")
                #expect(!plain.contains("x-qf-compress"))
            }
        }
    }
}
