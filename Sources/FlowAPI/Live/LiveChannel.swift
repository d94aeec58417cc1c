// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL
import NIOWebSocket

/// One HTTP/1.1 connection that either serves requests or becomes the live connection.
struct LiveChannel: HTTPChannelHandler {
    enum Outcome: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case live(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, AuthenticatedSession)
        case refused(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>, LiveGate.Decision, FailureForm)
    }

    struct Value: ServerChildChannelValue {
        let outcome: EventLoopFuture<Outcome>
        let channel: any Channel
    }

    let responder: Responder
    let gate: LiveGate
    let connection: LiveConnection
    let limits: ConnectionLimits
    let counts: ConnectionCounts
    let tls: ServerTLS?

    private struct TooManyConnections: Error {}

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = channel.remoteAddress?.ipAddress
        guard self.counts.enter(address) else {
            // Not an error of the listening socket: only this connection ends.
            channel.close(promise: nil)
            let refused: EventLoopFuture<Outcome> = channel.eventLoop.makeFailedFuture(TooManyConnections())
            return channel.eventLoop.makeSucceededFuture(Value(outcome: refused, channel: channel))
        }
        channel.closeFuture.whenComplete { _ in self.counts.leave(address) }
        return channel.eventLoop.makeCompletedFuture {
            // Written by the gate before either outcome is made; both happen on the channel's event loop.
            let decision = NIOLoopBoundBox<LiveGate.Decision?>(nil, eventLoop: channel.eventLoop)
            let form = NIOLoopBoundBox(FailureForm.envelope, eventLoop: channel.eventLoop)
            let upgrader = NIOTypedWebSocketServerUpgrader<Outcome>(
                maxFrameSize: 64 * 1024,
                shouldUpgrade: { channel, head in
                    let promise = channel.eventLoop.makePromise(of: LiveGate.Decision.self)
                    form.value = FailureForm(head.headers)
                    promise.completeWithTask { await self.gate.decide(head, peer: address) }
                    return promise.futureResult.map { answer in
                        decision.value = answer
                        guard case .admitted = answer else { return nil }
                        return HTTPHeaders()
                    }
                },
                upgradePipelineHandler: { channel, _ in
                    channel.eventLoop.makeCompletedFuture { try Self.configureLive(channel, decision.value) }
                }
            )
            let configuration = NIOTypedHTTPServerUpgradeConfiguration<Outcome>(
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        // No head of a refused handshake comes through here, which the compressor would miss.
                        let parts = try self.configureHTTP(channel, compresses: decision.value == nil, logger: logger)
                        // The head of a refused handshake is not replayed, so the refusal is written by `handle`.
                        return decision.value.map { .refused(parts, $0, form.value) } ?? .http(parts)
                    }
                }
            )
            var pipeline = NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: configuration)
            // The front door answers errors; Hummingbird reads one request at a time.
            pipeline.enableErrorHandling = false
            pipeline.enablePipelining = false
            let sync = channel.pipeline.syncOperations
            if let tls { try sync.addHandler(NIOSSLServerHandler(context: tls.context)) }
            let outcome = try sync.configureUpgradableHTTPServerPipeline(configuration: pipeline)
            let machinery = try sync.context(handlerType: NIOTypedHTTPServerUpgradeHandler<Outcome>.self)
            try sync.addHandler(FrontDoorHandler(limits: self.limits), position: .before(machinery.handler))
            try sync.addHandler(
                LiveHandshakeHandler(timeout: TimeAmount(self.limits.head)),
                position: .before(machinery.handler)
            )
            return Value(outcome: outcome, channel: channel)
        }
    }

    private func configureHTTP(
        _ channel: any Channel,
        compresses: Bool,
        logger: Logger
    ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        let sync = channel.pipeline.syncOperations
        if compresses { try sync.addHandler(Compression.handler()) }
        try sync.addHandler(HTTP1ToHTTPServerCodec(secure: self.tls != nil))
        try sync.addHandler(HTTPConnectionStateHandler(idleTimeout: self.limits.idle, logger: logger))
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }

    private static func configureLive(_ channel: any Channel, _ decision: LiveGate.Decision?) throws -> Outcome {
        guard case .admitted(let session)? = decision else { throw ChannelError.inappropriateOperationForState }
        let sync = channel.pipeline.syncOperations
        try sync.addHandler(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0,
                maxAccumulatedFrameCount: 64,
                maxAccumulatedFrameSize: 64 * 1024
            )
        )
        try sync.addHandler(LiveQuiesceHandler())
        return .live(try NIOAsyncChannel(wrappingChannelSynchronously: channel), session)
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.outcome.get() {
            case .http(let channel): await self.handleHTTP(asyncChannel: channel, logger: logger)
            case .live(let channel, let session): try await self.connection.run(channel, session: session)
            case .refused(let channel, let decision, let form): try await Self.refuse(channel, decision, form)
            }
        } catch {
            logger.debug("Connection ended", metadata: ["error": "\(error)"])
        }
    }

    private static func refuse(
        _ channel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>,
        _ decision: LiveGate.Decision,
        _ form: FailureForm
    ) async throws {
        guard case .refused(let status, let word, let message) = decision else { return }
        let body = HTTPRefusal(status, word, message).body(form)
        var fields: HTTPFields = [
            .connection: "close", .contentLength: String(body.count), .contentType: form.contentType, .vary: "Accept",
        ]
        if status == .serviceUnavailable { fields[.retryAfter] = APIFailure.standardRetry }
        let head = HTTPResponse(status: .init(code: Int(status.code)), headerFields: fields)
        try await channel.executeThenClose { _, outbound in
            try await outbound.write(.head(head))
            try await outbound.write(.body(ByteBuffer(bytes: body)))
            try await outbound.write(.end(nil))
        }
    }
}
