// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Teams, Telegram and PagerDuty, as they document their requests and answers.
extension HTTPChannel {
    /// Where a service is for everybody; nil where each receiver has an address of its own.
    static func standardAddress(_ kind: NotifyChannel.Kind) -> String? {
        switch kind {
        case .telegram: "https://api.telegram.org"
        case .pagerduty: "https://events.pagerduty.com/v2/enqueue"
        default: nil
        }
    }

    // MARK: Teams

    /// Lines of a card; a message of 28 KB is refused.
    private static let cardLines = 60

    /// An adaptive card for a webhook of Teams' workflows.
    ///
    /// Rich text blocks are text and nothing else: no Markdown in what a task printed.
    static func card(_ delivery: NotifyDelivery) -> JSON {
        func block(_ text: String, _ style: [JSON.Member], isFirst: Bool) -> JSON {
            let run = JSON.object([.init("type", "TextRun"), .init("text", text)] + style)
            return .object([
                .init("type", "RichTextBlock"), .init("spacing", isFirst ? "Default" : "None"),
                .init("inlines", [run]),
            ])
        }
        var lines = delivery.text.split(separator: "\n").map(String.init)
        if lines.count > self.cardLines {
            lines = lines.prefix(self.cardLines / 2) + ["…"] + lines.suffix(self.cardLines / 2 - 1)
        }
        let title = block(delivery.subject, [.init("weight", "Bolder"), .init("size", "Medium")], isFirst: true)
        let content: JSON = .object([
            .init("$schema", "http://adaptivecards.io/schemas/adaptive-card.json"), .init("type", "AdaptiveCard"),
            .init("version", "1.4"), .init("msteams", JSON.object([.init("width", "Full")])),
            .init("body", [title] + lines.enumerated().map { block($0.element, [], isFirst: $0.offset == 0) }),
        ])
        let attachment: JSON = .object([
            .init("contentType", "application/vnd.microsoft.card.adaptive"), .init("content", content),
        ])
        return .object([.init("type", "message"), .init("attachments", [attachment])])
    }

    /// Connectors of before answer 200 and say in the text that they failed.
    static func teamsVerdict(_ words: String, _ said: String) -> DeliveryVerdict {
        words.hasPrefix("Webhook message delivery failed") ? .again(said) : .delivered
    }

    // MARK: Telegram

    /// `ADDRESS/botTOKEN/sendMessage`.
    static func telegram(_ address: String, _ channel: NotifyChannel) throws(Template.Fault) -> String {
        guard let token = channel.secrets.secret, !token.isEmpty else {
            throw Template.Fault("the channel has no token of a bot")
        }
        return (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/bot\(token)/sendMessage"
    }

    /// Without a way of marking text, it is read as it is.
    static func chat(_ delivery: NotifyDelivery, _ channel: NotifyChannel) -> JSON {
        .object([
            .init("chat_id", channel.settings.chat ?? ""), .init("text", self.whole(delivery)),
            .init("link_preview_options", JSON.object([.init("is_disabled", true)])),
        ])
    }

    /// Telegram says in the body how long to wait.
    static func wait(in body: [UInt8], of kind: NotifyChannel.Kind) -> Int? {
        guard kind == .telegram, let answer = try? JSONParser.parse(body),
            case .integer(let seconds)? = answer["parameters"]?["retry_after"]
        else { return nil }
        return Int(clamping: seconds)
    }

    // MARK: PagerDuty

    /// An event of version 2: one alert for an incident, whatever number of messages it has, which its recovery resolves.
    ///
    /// - Parameter resolves: nil = as the message's purpose says.
    static func event(_ delivery: NotifyDelivery, _ channel: NotifyChannel, resolves: Bool? = nil) -> JSON {
        let fields = (try? JSONParser.parse(Array(delivery.fields.utf8))) ?? .null
        func text(_ name: String) -> String? {
            if case .string(let text)? = fields[name], !text.isEmpty { text } else { nil }
        }
        let key = delivery.incident?.description ?? delivery.id.description
        let rule: String? = delivery.ruleName.isEmpty ? nil : delivery.ruleName
        var members: [JSON.Member] = [
            .init("routing_key", channel.secrets.secret ?? ""),
            .init("event_action", resolves ?? (delivery.purpose == .recovered) ? "resolve" : "trigger"),
            .init("dedup_key", key),
        ]
        let hosts = (fields["executions"]?.items ?? []).compactMap { row -> String? in
            if case .string(let host)? = row["client_id"], !host.isEmpty { host } else { nil }
        }
        members.append(
            .init(
                "payload",
                JSON.object([
                    .init("summary", delivery.subject.shortened(toBytes: 1000)),
                    .init("source", hosts.last ?? "QuartzFlow"),
                    .init("severity", self.severity(delivery, text("trigger"))),
                    .init("timestamp", delivery.createdAt), .init("component", text("task_name")),
                    .init("group", rule), .init("class", text("trigger")), .init("custom_details", fields),
                ])
            )
        )
        members.append(.init("client", "QuartzFlow"))
        if let url = text("url") {
            members.append(.init("client_url", url))
            members.append(.init("links", [JSON.object([.init("href", url), .init("text", "QuartzFlow")])]))
        }
        return .object(members)
    }

    /// The end of an alert that no incident stands behind, such as a test's; nil when there is nothing to close.
    ///
    /// It goes when the message itself was taken.
    package static func closing(_ delivery: NotifyDelivery, over channel: NotifyChannel) -> OutgoingRequest? {
        guard channel.kind == .pagerduty, delivery.incident == nil,
            let url = channel.secrets.url ?? self.standardAddress(channel.kind)
        else { return nil }
        return self.post(url, delivery, self.event(delivery, channel, resolves: true))
    }

    /// Whether a message opens an alert again that its incident's recovery has closed already, when it goes after that.
    package static func reopens(_ delivery: NotifyDelivery, over channel: NotifyChannel) -> Bool {
        channel.kind == .pagerduty && delivery.incident != nil && delivery.purpose != .recovered
    }

    private static func severity(_ delivery: NotifyDelivery, _ trigger: String?) -> String {
        switch delivery.purpose {
        case .test, .digest, .recovered, .report: return "info"
        case .escalation: return "critical"
        case .opening, .update, .reminder: break
        }
        switch trigger.flatMap({ NotifyTrigger(rawValue: $0) }) {
        case .success, .recovered, .hostBack, .approvalWaiting, .workflowSucceeded, .workflowAsks: return "info"
        case .skipped, .cancelled, .businessFailure, .missed, .parentsLate, .workflowSkipped: return "warning"
        default: return "error"
        }
    }
}

extension JSON {
    fileprivate var items: [JSON] { if case .array(let items) = self { items } else { [] } }
}
