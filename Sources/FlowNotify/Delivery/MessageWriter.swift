// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Makes the deliveries of a message, one for each channel that it goes to.
package enum MessageWriter {
    /// - Parameters:
    ///   - kinds: the kind of each channel by name; the empty name is the first e-mail channel.
    package static func deliveries(
        of message: NotifyMessage,
        _ variables: TemplateVariables,
        kinds: [String: NotifyChannel.Kind],
        at now: Timestamp
    ) -> [NotifyDelivery] {
        message.targets.enumerated().map { index, target in
            let channel = target.channel ?? ""
            let written = MessageText.write(target, variables, for: kinds[channel])
            return NotifyDelivery(
                id: NotifyIdentity.delivery(
                    message.incident.id,
                    target: index,
                    purpose: message.purpose,
                    number: message.number,
                    at: now
                ),
                incident: message.incident.id,
                channel: channel,
                recipients: target.recipients,
                purpose: message.purpose,
                ruleName: message.incident.rule.name,
                jobID: message.incident.jobID,
                groups: message.incident.groups,
                subject: written.subject,
                text: written.text,
                fields: JSONWriter.text(self.fields(message, variables, written)),
                at: now
            )
        }
    }

    /// What programs get: facts, and the text that people get.
    private static func fields(
        _ message: NotifyMessage,
        _ variables: TemplateVariables,
        _ written: MessageText.Written
    ) -> JSON {
        let incident = message.incident
        return .object([
            .init("event", message.purpose.rawValue),
            .init("trigger", variables.values["trigger"] ?? ""),
            .init("rule", incident.rule.name),
            .init("incident", incident.id.description),
            .init("task_id", incident.jobID),
            .init("task_name", incident.jobName),
            .init("count", incident.count),
            .init("threshold_count", incident.thresholdCount),
            .init("silenced_count", incident.heldBack ?? 0),
            .init("escalation", message.purpose == .escalation ? message.number : 0),
            .init("hosts_count", max(incident.failing.count, Self.hosts(of: incident))),
            .init("since", incident.openedAt),
            .init(
                "executions",
                incident.members.filter { $0.request == nil }.map { member in
                    JSON.object([
                        .init("id", member.execution),
                        .init("client_id", member.host),
                        .init("trigger", member.trigger.rawValue),
                        .init("at", member.at),
                    ])
                }
            ),
            .init("request", variables.values["request"] ?? ""),
            .init("detail", variables.values["detail"] ?? ""),
            .init("same_failure", variables.values["same_failure"] ?? ""),
            .init("failure", variables.values["failure"] ?? ""),
            .init("url", variables.values["url"] ?? ""),
            .init("subject", written.subject),
            .init("text", written.text),
        ])
    }

    private static func hosts(of incident: NotifyIncident) -> Int {
        Set(incident.members.map(\.host).filter { !$0.isEmpty }).count
    }

    /// A message that says that it is a test.
    package static func test(
        of channel: NotifyChannel,
        id: DeliveryID,
        recipients: [String] = [],
        by user: String,
        speech: MessageSpeech = MessageSpeech(),
        at now: Timestamp
    ) -> NotifyDelivery {
        let subject = speech.text("Test of '\(TemplateVariables.clean(channel.name))'")
        let text = speech.text(
            "\(TemplateVariables.clean(user)) sent this test at \(now.rfc3339()). Nothing has failed."
        )
        let fields: JSON = .object([
            .init("event", NotifyDelivery.Purpose.test.rawValue), .init("subject", subject), .init("text", text),
        ])
        return NotifyDelivery(
            id: id,
            incident: nil,
            channel: channel.name,
            recipients: recipients,
            purpose: .test,
            ruleName: "",
            jobID: nil,
            groups: [],
            subject: subject,
            text: text,
            fields: JSONWriter.text(fields),
            at: now
        )
    }
}
