// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify
import FlowScheduler

/// Sends messages over their channels: HTTP requests, mails and programs of this host.
struct ChannelSender: NotifySender {
    private let http: HTTPSender
    private let mail: MailSender
    private let commands: CommandSender

    /// - Parameter commands: programs that may be started.
    init(network: NotifyNetwork, hostName: String, commands: [String] = []) {
        self.http = HTTPSender(network: network)
        self.mail = MailSender(network: network, hostName: hostName)
        self.commands = CommandSender(allowed: commands)
    }

    func send(_ delivery: NotifyDelivery, over channel: NotifyChannel, at now: Timestamp) async -> DeliveryVerdict {
        switch channel.kind {
        case .email: return await self.mail.send(delivery, over: channel, at: now)
        case .command: return await self.commands.send(delivery, over: channel)
        default: break
        }
        do throws(Template.Fault) {
            let request = try HTTPChannel.request(delivery, over: channel, at: now)
            let verdict = await self.http.send(request, kind: channel.kind)
            guard case .delivered = verdict, let closing = HTTPChannel.closing(delivery, over: channel) else {
                return verdict
            }
            // When this one is not taken, both go again: under the same key the first changes nothing.
            return await self.http.send(closing, kind: channel.kind)
        } catch {
            return .dead(error.message)
        }
    }
}
