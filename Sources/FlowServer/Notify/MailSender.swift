// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify
import FlowSupport
import NIOCore
import NIOPosix
import NIOSSL

/// Hands a mail to a channel's SMTP server.
struct MailSender: Sendable {
    let network: NotifyNetwork
    /// What this host calls itself.
    let hostName: String

    private static let connectTimeout = TimeAmount.seconds(10)
    private static let timeout = TimeAmount.seconds(60)

    func send(_ delivery: NotifyDelivery, over channel: NotifyChannel, at now: Timestamp) async -> DeliveryVerdict {
        let settings = channel.settings
        let recipients = delivery.recipients.isEmpty ? settings.recipients ?? [] : delivery.recipients
        guard !recipients.isEmpty else {
            return .dead("nobody is named who gets the mail: give the channel recipients")
        }
        guard let host = settings.host, let from = settings.from,
            let mail = MailMessage(delivery, from: from, to: recipients, at: now)
        else { return .dead("the channel's server or an address is not valid") }
        let security = settings.security ?? .starttls
        let port = settings.port ?? (security == .tls ? 465 : security == .starttls ? 587 : 25)
        do {
            let address = try await self.network.address(of: host, port: port)
            let context = try NIOSSLContext(configuration: Self.tls(self.network))
            var secured = settings
            secured.security = security
            let dialogue = SMTPDialogue(
                secured,
                password: channel.secrets.password,
                mail: mail,
                client: self.hostName
            )
            return try await Self.converse(dialogue, address.text, port, name: host, context, isTLS: security == .tls)
        } catch let refusal as NotifyNetwork.Refusal {
            return refusal.isPassing ? .again(refusal.words) : .dead(refusal.words)
        } catch {
            return .again("no connection to '\(host)' port \(port): \(error)")
        }
    }

    static func tls(_ network: NotifyNetwork) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorities = network.authorities {
            configuration.additionalTrustRoots = [
                .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))
            ]
        }
        return configuration
    }

    private static func converse(
        _ dialogue: SMTPDialogue,
        _ address: String,
        _ port: Int,
        name: String,
        _ context: NIOSSLContext,
        isTLS: Bool
    ) async throws -> DeliveryVerdict {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: DeliveryVerdict.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .connectTimeout(Self.connectTimeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = SMTPHandler(dialogue, name: name, context: context, promise: promise)
                        if isTLS { try channel.pipeline.syncOperations.addHandler(handler.secureHandler()) }
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
                .connect(host: address, port: port).get()
        } catch {
            promise.fail(error)
            throw error
        }
        let timer = loop.scheduleTask(in: Self.timeout) {
            promise.succeed(.again("the mail server took longer than a minute"))
        }
        defer { timer.cancel() }
        let verdict = try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        try? await channel.close()
        return verdict
    }
}
