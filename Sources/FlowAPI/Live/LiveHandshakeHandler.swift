// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOCore
import NIOHTTP1

/// Looks at the first request of a connection before the upgrade machinery does.
///
/// That machinery keeps a request's head to itself once it sees an `Upgrade` header, so it only gets to see handshakes it
/// can handle: for every other request (`h2c` of curl, other paths, broken handshakes) the header is taken off and the
/// request goes its normal way. It also ends connections that never send a request, for which nobody else is in charge.
final class LiveHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let timeout: TimeAmount
    private var deadline: Scheduled<Void>?

    init(timeout: TimeAmount) { self.timeout = timeout }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        self.deadline = context.eventLoop.scheduleTask(in: self.timeout) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.deadline?.cancel()
        self.deadline = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = Self.unwrapInboundIn(data) else {
            context.fireChannelRead(data)
            return
        }
        if head.headers.contains(name: "upgrade"), !Self.isHandshake(head) { head.headers.remove(name: "upgrade") }
        context.fireChannelRead(Self.wrapInboundOut(.head(head)))
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nothing is in progress yet, so the server need not wait for this connection when it stops.
        if event is ChannelShouldQuiesceEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// RFC 6455, 4.2.1.
    static func isHandshake(_ head: HTTPRequestHead) -> Bool {
        let path = head.uri.utf8.prefix { $0 != UInt8(ascii: "?") }
        let key = head.headers["sec-websocket-key"]
        return head.method == .GET && head.version == .http1_1 && path.elementsEqual(LiveGate.path.utf8)
            && head.headers["upgrade"].contains { $0.lowercased() == "websocket" }
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && head.headers["sec-websocket-version"] == ["13"] && key.count == 1 && key[0].utf8.count == 24
            && !head.headers.contains(name: "content-length") && !head.headers.contains(name: "transfer-encoding")
    }
}
