// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify
import FlowScheduler

/// Sends messages over their channels: HTTP requests and mails.
struct ChannelSender: NotifySender {
    private let http: HTTPSender
    private let mail: MailSender

    init(network: NotifyNetwork, hostName: String) {
        self.http = HTTPSender(network: network)
        self.mail = MailSender(network: network, hostName: hostName)
    }

    func send(_ delivery: NotifyDelivery, over channel: NotifyChannel, at now: Timestamp) async -> DeliveryVerdict {
        if channel.kind == .email { return await self.mail.send(delivery, over: channel, at: now) }
        do throws(Template.Fault) {
            let request = try HTTPChannel.request(delivery, over: channel, at: now)
            return await self.http.send(request, kind: channel.kind)
        } catch {
            return .dead(error.message)
        }
    }
}
