// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowNotify
import NIOCore
import NIOSSL

/// Carries out what the dialogue of SMTP says.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var dialogue: SMTPDialogue
    private var reader = SMTPReplyReader()
    private let name: String
    private let context: NIOSSLContext
    private let promise: EventLoopPromise<DeliveryVerdict>
    private var failure: String?

    init(_ dialogue: SMTPDialogue, name: String, context: NIOSSLContext, promise: EventLoopPromise<DeliveryVerdict>) {
        self.dialogue = dialogue
        self.name = name
        self.context = context
        self.promise = promise
    }

    /// TLS towards the server's name; a literal address is checked against the certificate's addresses.
    func secureHandler() throws -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: self.context, serverHostname: self.name)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            return try NIOSSLClientHandler(context: self.context, serverHostname: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = self.unwrapInboundIn(data)
        guard let replies = self.reader.read(buffer.readableBytesView) else {
            return self.end(.again("what answers is no mail server"), context)
        }
        for (index, reply) in replies.enumerated() {
            switch self.dialogue.received(reply) {
            case .send(let bytes): self.write(bytes, context)
            case .startTLS:
                // What came in the clear behind the answer would be taken for a part of the secured dialogue.
                guard index == replies.count - 1 else {
                    return self.end(.again("the server spoke before TLS stood"), context)
                }
                return self.startTLS(context)
            case .finished(let verdict): return self.end(verdict, context)
            }
        }
    }

    private func startTLS(_ context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandler(self.secureHandler(), position: .first)
        } catch {
            return self.end(.again("TLS could not begin: \(error)"), context)
        }
        self.reader = SMTPReplyReader()
        if case .send(let bytes) = self.dialogue.secured() { self.write(bytes, context) }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    private func end(_ verdict: DeliveryVerdict, _ context: ChannelHandlerContext) {
        self.promise.succeed(verdict)
        self.write(Array("QUIT\r\n".utf8), context)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.failure = "\(error)"
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let why = self.failure.map { "the connection to the mail server failed: \($0)" }
        if let verdict = self.dialogue.interrupted(why ?? "the mail server hung up") { self.promise.succeed(verdict) }
        context.fireChannelInactive()
    }
}
