// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HummingbirdTesting
import NIOCore
import NIOPosix
import Testing

@testable import FlowAPI

@Suite("The live topics as server-sent events", .timeLimit(.minutes(10)))
struct EventStreamTests {
    /// Reads a stream until a text came, and hangs up.
    private func read(
        _ topics: String,
        until text: String,
        port: Int,
        token: String,
        meanwhile: @Sendable () async throws -> Void = {}
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let request =
                "GET /api/v1/events?topics=\(topics) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n"
            try await outbound.write(ByteBuffer(string: request))
            var answer = ""
            var isStarted = false
            for try await part in inbound {
                answer += String(buffer: part)
                if !isStarted, answer.contains("\"op\":\"hello\"") {
                    isStarted = true
                    try await meanwhile()
                }
                if answer.contains(text) { break }
            }
            return answer
        }
    }

    @Test("A stream begins with a greeting and the state, and goes on with what changes")
    func stream() async throws {
        try await TestServer.with { server in
            try await server.app.test(.live) { client in
                let caller = try await Caller(client: client).signedIn("ada")
                let (port, token) = (try #require(client.port), try #require(caller.token))
                let stats = try await self.read("stats", until: "\"op\":\"snap\"", port: port, token: token)
                #expect(stats.hasPrefix("HTTP/1.1 200 "))
                #expect(stats.lowercased().contains("content-type: text/event-stream"))
                #expect(stats.contains("data: {\"op\":\"hello\""))
                let jobs = try await self.read("jobs,hosts", until: "\"t\":\"jobs\"", port: port, token: token) {
                    _ = try await caller.post("/tasks", taskBody())
                }
                #expect(jobs.contains("clean logs"))
            }
        }
    }

    @Test("Topics that do not exist and rights that are missing are refused with a status")
    func refused() async throws {
        try await TestServer.with { _, caller in
            for topics in ["", "nonsense", "log:1", "jobs,nonsense"] {
                let answer = try await caller.get("/events?topics=\(topics)")
                #expect(answer.status == 400, "\(topics)")
                #expect(answer.faults == ["topics"])
            }
        }
        try await TestServer.with(user: nil) { _, caller in
            let answer = try await caller.get("/events?topics=jobs")
            #expect(answer.status == 401)
        }
    }

    @Test("Frames become events, a close is the last one, and answers to pings are left out")
    func frames() {
        #expect(ServerSentEvent(.text("{}"))?.text == "data: {}\n\n")
        #expect(ServerSentEvent(.ping)?.text == ": beat\n\n")
        #expect(ServerSentEvent(.close(code: 1008, reason: "x"))?.isLast == true)
        #expect(ServerSentEvent(.pong([])) == nil)
    }
}
