// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP server on loopback that keeps what it gets and answers what a test says.
final class HTTPReceiver: Sendable {
    struct Hit: Sendable {
        let method: String
        let path: String
        let headers: HTTPHeaders
        let body: String
    }

    struct Answer: Sendable {
        var status: HTTPResponseStatus = .ok
        var headers: [(String, String)] = []
        var body = ""
    }

    private struct State {
        var hits: [Hit] = []
        var answers: [Answer] = []
    }

    private let channel: any Channel
    private let state: Box
    private let scheme: String

    private final class Box: Sendable {
        let value = Mutex(State())
    }

    private init(channel: any Channel, state: Box, scheme: String) {
        self.channel = channel
        self.state = state
        self.scheme = scheme
    }

    /// - Parameter answers: the first for the first request and so on; 200 afterwards.
    static func start(_ answers: [Answer] = []) async throws -> HTTPReceiver {
        try await self.start(answers, tls: nil)
    }

    /// Speaks HTTPS with this certificate, and answers 200.
    ///
    /// - Parameter clients: PEM of the certificates that callers have to show one of; nil = nobody has to show any.
    static func start(
        certificatePEM: String,
        keyPEM: String,
        clients: String? = nil,
        _ answers: [Answer] = []
    ) async throws -> HTTPReceiver {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        if let clients {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(clients.utf8)))
            configuration.certificateVerification = .noHostnameVerification
        }
        return try await self.start(answers, tls: try NIOSSLContext(configuration: configuration))
    }

    private static func start(_ answers: [Answer], tls: NIOSSLContext?) async throws -> HTTPReceiver {
        let state = Box()
        state.value.withLock { $0.answers = answers }
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return HTTPReceiver(channel: channel, state: state, scheme: tls == nil ? "http" : "https")
    }

    var url: String { "\(self.scheme)://127.0.0.1:\(self.channel.localAddress?.port ?? 0)" }
    var hits: [Hit] { self.state.value.withLock { $0.hits } }

    /// Answers 200 from now on.
    func recover() { self.state.value.withLock { $0.answers = [] } }

    func stop() async throws { try await self.channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let state: Box
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(_ state: Box) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(var buffer): self.body.writeBuffer(&buffer)
            case .end: self.answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            guard let head else { return }
            let hit = Hit(
                method: head.method.rawValue,
                path: head.uri,
                headers: head.headers,
                body: String(buffer: self.body)
            )
            self.body.clear()
            let answer = self.state.value.withLock { state in
                state.hits.append(hit)
                return state.answers.isEmpty ? Answer() : state.answers.removeFirst()
            }
            var headers = HTTPHeaders(answer.headers)
            headers.add(name: "Content-Length", value: String(answer.body.utf8.count))
            let response = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
            context.write(self.wrapOutboundOut(.head(response)), promise: nil)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
