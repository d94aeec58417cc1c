// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSupport
import NIOCore
import NIOPosix
import Testing

@testable import FlowNotify
@testable import FlowServer

/// Answers every request with a head and then a byte every few milliseconds, without end.
private struct SlowServer {
    let channel: any Channel

    var url: String { "http://127.0.0.1:\(self.channel.localAddress?.port ?? 0)/" }

    static func with(_ body: (SlowServer) async throws -> Void) async throws {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Drip()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do { try await body(SlowServer(channel: channel)) } catch {
            try await channel.close().get()
            throw error
        }
        try await channel.close().get()
    }

    private final class Drip: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var drops: RepeatedTask?

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard self.drops == nil else { return }
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
            let channel = context.channel
            channel.writeAndFlush(ByteBuffer(string: head), promise: nil)
            self.drops = context.eventLoop.scheduleRepeatedTask(
                initialDelay: .milliseconds(5),
                delay: .milliseconds(5)
            ) { _ in channel.writeAndFlush(ByteBuffer(string: " "), promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { self.drops?.cancel() }
    }
}

@Suite("Exchanges with others come to an end", .timeLimit(.minutes(2)))
struct BoundedExchangeTests {
    private static let provider = OIDCProvider(
        name: "corp",
        issuer: "https://id.example",
        clientID: "flow",
        map: GroupMap([]),
        publicURL: "https://flow.example"
    )

    @Test("A provider that sends a byte now and then holds no sign-in open")
    func provider() async throws {
        try await SlowServer.with { server in
            let error = await #expect(throws: CoreError.self) {
                _ = try await OIDCClient(total: .milliseconds(100)).exchange(
                    OIDCRequest(url: server.url),
                    with: Self.provider
                )
            }
            #expect(error?.code == .unavailable)
        }
    }

    @Test("An answer of a provider that is too long is none")
    func long() async throws {
        let body = String(repeating: "a", count: 256 * 1024)
        let receiver = try await HTTPReceiver.start([.init(body: body), .init(body: body + "a")])
        let client = OIDCClient()
        #expect(try await client.exchange(OIDCRequest(url: receiver.url), with: Self.provider).body.count == 256 * 1024)
        let error = await #expect(throws: CoreError.self) {
            _ = try await client.exchange(OIDCRequest(url: receiver.url), with: Self.provider)
        }
        #expect(error?.message == "the answer has more than 262144 bytes")
        try await receiver.stop()
    }

    @Test("A receiver of messages that sends a byte now and then is tried again later")
    func receiver() async throws {
        try await SlowServer.with { server in
            let sender = HTTPSender(network: NotifyNetwork(allowance: .loopback), total: .milliseconds(100))
            let request = OutgoingRequest(method: "POST", url: server.url, headers: [], body: [])
            guard case .again = await sender.send(request, kind: .webhook) else {
                Issue.record("it was taken")
                return
            }
        }
    }
}
