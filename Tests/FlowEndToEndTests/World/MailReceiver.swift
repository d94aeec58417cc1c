// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server of SMTP on loopback with STARTTLS and AUTH, which keeps what it gets.
final class MailReceiver: Sendable {
    struct Mail: Sendable {
        var user: String?
        var isSecure = false
        var from = ""
        var recipients: [String] = []
        var data = ""
    }

    private final class Box: Sendable {
        let mails = Mutex<[Mail]>([])
    }

    private let channel: any Channel
    private let box: Box

    private init(channel: any Channel, box: Box) {
        self.channel = channel
        self.box = box
    }

    var port: Int { self.channel.localAddress?.port ?? 0 }
    var mails: [Mail] { self.box.mails.withLock { $0 } }

    static func start(certificatePEM: String, keyPEM: String) async throws -> MailReceiver {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8))
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem))
            )
        )
        let box = Box()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(box, context))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return MailReceiver(channel: channel, box: box)
    }

    func stop() async throws { try await self.channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let box: Box
        private let tls: NIOSSLContext
        private var buffer: [UInt8] = []
        private var mail = Mail()
        private var isData = false

        init(_ box: Box, _ tls: NIOSSLContext) {
            self.box = box
            self.tls = tls
        }

        func channelActive(context: ChannelHandlerContext) { self.say("220 test ESMTP", context) }

        private func say(_ line: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: line + "\r\n")), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.buffer += self.unwrapInboundIn(data).readableBytesView
            while let end = self.buffer.firstIndex(of: 0x0a) {
                let line = String(decoding: self.buffer[..<end].filter { $0 != 0x0d }, as: UTF8.self)
                self.buffer.removeSubrange(...end)
                self.handle(line, context)
            }
        }

        private func handle(_ line: String, _ context: ChannelHandlerContext) {
            if self.isData {
                if line == "." {
                    self.isData = false
                    self.box.mails.withLock { $0.append(self.mail) }
                    return self.say("250 kept", context)
                }
                self.mail.data += line + "\n"
                return
            }
            let word = line.prefix { $0 != " " && $0 != ":" }.uppercased()
            switch word {
            case "EHLO":
                self.say("250-test", context)
                self.say(self.mail.isSecure ? "250 AUTH PLAIN LOGIN" : "250 STARTTLS", context)
            case "STARTTLS":
                self.say("220 go", context)
                self.mail.isSecure = true
                try? context.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: self.tls),
                    position: .first
                )
            case "AUTH":
                let code = Data(base64Encoded: String(line.split(separator: " ").last ?? "")) ?? Data()
                let parts = code.split(separator: 0, omittingEmptySubsequences: false)
                    .map { String(decoding: $0, as: UTF8.self) }
                guard parts.count == 3, parts[2] == "right" else { return self.say("535 no", context) }
                self.mail.user = parts[1]
                self.say("235 welcome", context)
            case "MAIL":
                self.mail.from = line
                self.say("250 ok", context)
            case "RCPT":
                self.mail.recipients.append(line)
                self.say("250 ok", context)
            case "DATA":
                self.isData = true
                self.say("354 go", context)
            case "QUIT":
                self.say("221 bye", context)
                context.close(promise: nil)
            default: self.say("500 what", context)
            }
        }
    }
}
