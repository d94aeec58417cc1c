// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server with a few paths, on loopback.
final class TinyServer: Sendable {
    private let channel: any Channel
    private let count: Counter

    final class Counter: Sendable {
        let value = Atomic<Int>(0)
        let authorizations = Mutex<[String?]>([])
    }

    private init(channel: any Channel, count: Counter) {
        self.channel = channel
        self.count = count
    }

    static func start() async throws -> TinyServer {
        let count = Counter()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(count: count))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TinyServer(channel: channel, count: count)
    }

    var url: String { "http://127.0.0.1:\(self.channel.localAddress?.port ?? 0)" }
    var requests: Int { self.count.value.load(ordering: .relaxed) }
    /// What each request said of who asks.
    var authorizations: [String?] { self.count.authorizations.withLock { $0 } }

    func stop() async throws { try await self.channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let count: Counter
        private var uri = ""
        private var body = ByteBuffer()

        init(count: Counter) { self.count = count }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.uri = head.uri
                self.count.authorizations.withLock { $0.append(head.headers.first(name: "Authorization")) }
            case .body(var buffer): self.body.writeBuffer(&buffer)
            case .end:
                self.count.value.add(1, ordering: .relaxed)
                self.answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            var headers = HTTPHeaders()
            var status = HTTPResponseStatus.ok
            let parts = self.uri.split(separator: "?", maxSplits: 1)
            switch parts.first ?? "" {
            case "/hang": return
            case "/redirect":
                status = .found
                headers.add(name: "Location", value: String(parts.last ?? ""))
            case "/redirect-loop":
                status = .found
                headers.add(name: "Location", value: "/redirect-loop")
            case "/secret":
                headers.add(name: "Set-Cookie", value: "session=opensesame")
                headers.add(name: "Authorization", value: "Bearer opensesame")
                headers.add(name: "Location", value: "http://user:opensesame@example.org/")
            case "/bytes":
                self.body = ByteBuffer(repeating: UInt8(ascii: "x"), count: Int(parts.last ?? "") ?? 0)
            case "/echo": break
            default:
                status = HTTPResponseStatus(statusCode: Int(self.uri.split(separator: "/").last ?? "") ?? 404)
            }
            headers.add(name: "Content-Length", value: String(self.body.readableBytes))
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            context.write(self.wrapOutboundOut(.head(head)), promise: nil)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(self.body))), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
