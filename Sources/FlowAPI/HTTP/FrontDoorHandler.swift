// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOCore
import NIOHTTP1

/// Stands before everything else on a connection: answers what is no proper request, and ends bodies that are too large or slow.
///
/// A refused request gets its answer, then the connection ends: what follows on it can't be told apart any more. It is not
/// closed at once, since a peer that still sends would lose the answer to a reset (RFC 9112, 9.6).
final class FrontDoorHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case open
        /// Waits until earlier requests of the connection are answered.
        case refusing(HTTPRefusal)
        /// Everything was said; what still comes is dropped.
        case lingering
    }

    /// For the peer to take the last answer.
    private static let lingerTime = TimeAmount.seconds(2)

    private let limits: ConnectionLimits
    private var state = State.open
    /// How the newest request wants to be refused.
    private var form = FailureForm.envelope
    private var isFirst = true
    /// Requests that were let through and are not answered yet.
    private var open = 0
    /// The newest of them is still coming in.
    private var isReceiving = false
    private var isResponding = false
    private var isLast = false
    private var bodyBytes = 0
    private var deadline: Scheduled<Void>?
    private var writeDeadline: Scheduled<Void>?

    init(limits: ConnectionLimits) { self.limits = limits }

    func handlerRemoved(context: ChannelHandlerContext) { self.stopTimers() }

    func channelInactive(context: ChannelHandlerContext) {
        self.stopTimers()
        context.fireChannelInactive()
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .open = self.state else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head): self.receive(head, context: context)
        case .body(let bytes):
            self.bodyBytes += bytes.readableBytes
            guard self.bodyBytes <= APICall.bodyLimit else { return self.refuse(.bodyTooLarge, context: context) }
            context.fireChannelRead(data)
        case .end:
            self.isReceiving = false
            self.stopTimer()
            context.fireChannelRead(data)
        }
    }

    private func receive(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        // After the last request of a connection there is no other.
        guard !self.isLast else { return }
        self.form = FailureForm(head.headers)
        if let refusal = RequestHeadRules.refusal(of: head) { return self.refuse(refusal, context: context) }
        let isHandshake = self.isFirst && LiveHandshakeHandler.isHandshake(head)
        self.isFirst = false
        guard !isHandshake else {
            // What follows may be frames, which this handler could not read.
            context.fireChannelRead(Self.wrapInboundOut(.head(RequestHeadRules.plain(head))))
            return context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
        self.isLast = RequestHeadRules.isLast(head)
        self.open += 1
        self.isReceiving = true
        self.bodyBytes = 0
        self.startTimer(TimeAmount(self.limits.body), context: context) { $0.refuse(.bodyTooSlow, context: $1) }
        if RequestHeadRules.expectsContinue(head), self.open == 1 {
            // The peer waits for a word before it sends the body (RFC 9110, 10.1.1).
            let go = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(Self.wrapOutboundOut(.head(go)), promise: nil)
        }
        context.fireChannelRead(Self.wrapInboundOut(.head(RequestHeadRules.plain(head))))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Nobody else reads any more.
        if case .lingering = self.state { context.read() }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        guard case .open = self.state else { return }
        // Of a request whose head could not be read nobody knows what it asked for.
        if !self.isReceiving { self.form = .envelope }
        self.refuse(HTTPRefusal(error), context: context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .lingering = self.state, let event = event as? ChannelEvent, event == .inputClosed {
            return context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Out

    /// A peer that does not take its answer holds it in memory, and the connection with it.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.writeDeadline?.cancel()
        self.writeDeadline = nil
        if !context.channel.isWritable {
            let context = NIOLoopBound(context, eventLoop: context.eventLoop)
            self.writeDeadline = context.value.eventLoop.scheduleTask(in: TimeAmount(self.limits.write)) {
                context.value.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .lingering = self.state {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch Self.unwrapOutboundIn(data) {
        case .head(var head):
            self.isResponding = true
            if self.isLast, self.open == 1 { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            self.isResponding = false
            self.open -= 1
            context.write(data, promise: promise)
            let unanswered = self.isReceiving ? 1 : 0
            if case .refusing(let refusal) = self.state, self.open <= unanswered {
                self.answer(refusal, context: context)
            } else if self.isLast, self.open == 0 {
                context.flush()
                self.linger(context: context)
            }
        }
    }

    // MARK: The end

    private func refuse(_ refusal: HTTPRefusal, context: ChannelHandlerContext) {
        self.stopTimer()
        let before = self.open - (self.isReceiving ? 1 : 0)
        if before > 0 {
            self.state = .refusing(refusal)
        } else if self.isResponding {
            // Half of an answer is out; only the end of the connection can say that the rest is void.
            self.state = .lingering
            context.close(promise: nil)
        } else {
            self.answer(refusal, context: context)
        }
    }

    private func answer(_ refusal: HTTPRefusal, context: ChannelHandlerContext) {
        let body = refusal.body(self.form)
        let head = HTTPResponseHead(
            version: .http1_1,
            status: refusal.status,
            headers: [
                "connection": "close", "content-length": String(body.count),
                "content-type": self.form.contentType, "cache-control": "no-store", "vary": "Accept",
            ]
        )
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        self.linger(context: context)
    }

    private func linger(context: ChannelHandlerContext) {
        self.state = .lingering
        self.stopTimer()
        context.close(mode: .output, promise: nil)
        self.startTimer(Self.lingerTime, context: context) { $1.close(promise: nil) }
        context.read()
    }

    private func startTimer(
        _ time: TimeAmount,
        context: ChannelHandlerContext,
        _ body: @escaping (FrontDoorHandler, ChannelHandlerContext) -> Void
    ) {
        self.stopTimer()
        self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.deadline = nil
            body(self, context)
        }
    }

    private func stopTimers() {
        self.stopTimer()
        self.writeDeadline?.cancel()
        self.writeDeadline = nil
    }

    private func stopTimer() {
        self.deadline?.cancel()
        self.deadline = nil
    }
}
