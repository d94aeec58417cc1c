// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Testing

@testable import FlowAPI

/// A WebSocket client over a real socket.
struct LiveClient: Sendable {
    enum Message: Sendable {
        case text(JSON)
        case close(UInt16)
    }

    /// How the server answered the handshake.
    enum Opened: Sendable {
        case socket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>)
        case refused
    }

    struct Refused: Error {}

    private let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    private let messages: AsyncStream<Message>

    /// Opens a connection and runs a test with it.
    ///
    /// - Throws: ``Refused`` when the server does not upgrade.
    static func with(
        port: Int,
        headers: [(String, String)],
        path: String = LiveGate.path,
        _ body: @Sendable (LiveClient) async throws -> Void
    ) async throws {
        let opened = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let upgrader = NIOTypedWebSocketClientUpgrader<Opened>(
                        upgradePipelineHandler: { channel, _ in
                            channel.eventLoop.makeCompletedFuture {
                                .socket(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                            }
                        }
                    )
                    var fields = HTTPHeaders(headers)
                    fields.add(name: "Host", value: "127.0.0.1:\(port)")
                    let request = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: fields)
                    let configuration = NIOTypedHTTPClientUpgradeConfiguration<Opened>(
                        upgradeRequestHead: request,
                        upgraders: [upgrader],
                        notUpgradingCompletionHandler: { channel in
                            channel.close(promise: nil)
                            return channel.eventLoop.makeSucceededFuture(.refused)
                        }
                    )
                    var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
                    // The greeting may come in one piece with the answer to the handshake.
                    pipeline.leftOverBytesStrategy = .forwardBytes
                    return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                        configuration: pipeline
                    )
                }
            }
        guard case .socket(let channel) = try await opened.get() else { throw Refused() }
        try await channel.executeThenClose { inbound, outbound in
            let (stream, continuation) = AsyncStream.makeStream(of: Message.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await frame in inbound {
                        var data = frame.unmaskedData
                        switch frame.opcode {
                        case .text: continuation.yield(.text(try JSONParser.parse(Array(data.readableBytesView))))
                        case .connectionClose: continuation.yield(.close(data.readInteger() ?? 0))
                        default: continue
                        }
                    }
                    continuation.finish()
                }
                try await body(LiveClient(outbound: outbound, messages: stream))
                group.cancelAll()
            }
        }
    }

    func send(_ json: JSON) async throws {
        let data = ByteBuffer(bytes: JSONWriter.bytes(json))
        try await self.outbound.write(WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: data))
    }

    func subscribe(_ topic: String, since: Int64? = nil) async throws {
        let topic: JSON = .object([.init("t", topic), .init("since", since)])
        try await self.send(.object([.init("op", "sub"), .init("id", 1), .init("topics", [topic])]))
    }

    /// The first message that fits; the suite's time limit ends a wait for one that never comes.
    func first(_ fits: @escaping @Sendable (Message) -> Bool) async throws -> Message {
        try #require(await self.messages.first(where: fits), "the connection ended before it came")
    }

    /// The data of the first frame of a topic that fits.
    func data(_ topic: String, _ fits: @escaping @Sendable (JSON) -> Bool = { _ in true }) async throws -> JSON {
        let message = try await self.first { message in
            guard case .text(let frame) = message, frame["t"]?.text == topic, let data = frame["data"] else {
                return false
            }
            return fits(data)
        }
        guard case .text(let frame) = message else { return .null }
        return frame["data"] ?? .null
    }

    func frame(_ operation: String) async throws -> JSON {
        let message = try await self.first { message in
            guard case .text(let frame) = message else { return false }
            return frame["op"]?.text == operation
        }
        guard case .text(let frame) = message else { return .null }
        return frame
    }

    func closeCode() async throws -> UInt16 {
        let message = try await self.first { message in
            if case .close = message { true } else { false }
        }
        guard case .close(let code) = message else { return 0 }
        return code
    }
}
