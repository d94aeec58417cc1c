// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    private static let channelExamples: KeyValuePairs<String, JSON> = [
        "mail": .object([
            .init("name", "ops"), .init("type", "email"), .init("host", "smtp.example.com"),
            .init("from", "quartzflow@example.com"), .init("recipients", ["ops@example.com"]),
        ]),
        "webhook": .object([
            .init("name", "hook"), .init("type", "webhook"), .init("url", "https://hooks.example.com/flow"),
            .init("secret", "signs what is sent"),
        ]),
    ]

    private static let ruleExamples: KeyValuePairs<String, JSON> = [
        "three in a row": .object([
            .init("name", "fails"), .init("triggers", ["technical_failure", "timeout"]), .init("threshold", 3),
            .init("channels", JSON.array([.object([.init("channel", "ops")])])),
            .init("match", JSON.object([.init("group_ids", [Int64(1)])])),
        ])
    ]

    /// Channels and rules.
    var notifyContract: Contract? {
        switch self {
        case .listChannels:
            Contract(.notifications, "Lists channels")
                .about("Where they lead is shown to those with `channels:write`; secrets are shown to nobody.")
                .answers(.array(.reference("Channel")))
        case .createChannel:
            Contract(.notifications, "Creates a channel")
                .body(.reference("ChannelBody"), examples: Self.channelExamples)
                .answers(.reference("Channel"), status: .created).refuses(.conflict)
        case .updateChannel:
            Contract(.notifications, "Replaces a channel")
                .about("Secrets that are left out stay, as long as the channel leads to the same place; empty ones go.")
                .body(.reference("ChannelChange"), examples: Self.channelExamples)
                .answers(.reference("Channel")).refuses(.conflict)
        case .deleteChannel: Contract(.notifications, "Deletes a channel").refuses(.conflict)
        case .testChannel:
            Contract(.notifications, "Sends a message that says that it is a test")
                .body(
                    .body(
                        required: [:],
                        optional: ["recipients": .array(.string).about("Of mail; the channel's own.")]
                    ),
                    isRequired: false,
                    examples: ["to one": .object([.init("recipients", ["ada@example.com"])])]
                )
                .answers(.reference("Delivery"), status: .accepted).refuses(.conflict)
        case .listNotifyRules:
            Contract(.notifications, "Lists rules that are not part of a task").answers(.array(.reference("OwnRule")))
        case .createNotifyRule:
            Contract(.notifications, "Creates a rule")
                .body(.reference("OwnRuleBody"), examples: Self.ruleExamples)
                .answers(.reference("OwnRule"), status: .created).refuses(.conflict)
        case .updateNotifyRule:
            Contract(.notifications, "Replaces a rule")
                .body(.reference("OwnRuleBody"), examples: Self.ruleExamples)
                .answers(.reference("OwnRule")).refuses(.conflict)
        case .deleteNotifyRule: Contract(.notifications, "Deletes a rule").refuses(.conflict)
        case .previewNotification:
            Contract(.notifications, "Writes a message as it would be, and sends nothing")
                .body(
                    .body(
                        required: [:],
                        optional: [
                            "channel": .string.about("Whose form it gets."), "rule": .string.byDefault("preview"),
                            "subject_template": .string, "body_template": .string,
                            "execution_id": .uuid.about("With what happened then; with a sample without it."),
                        ]
                    ),
                    examples: ["sample": .object([.init("body_template", "{{task_name}}: {{execution_status}}")])]
                )
                .answers(.answer(["subject": .string, "text": .string])).refuses(.notFound)
        default: self.happeningContract
        }
    }

    private static let silenceExamples: KeyValuePairs<String, JSON> = [
        "a host is repaired": .object([
            .init("match", JSON.object([.init("client_ids", ["web1-7f3a"])])), .init("seconds", 7200),
            .init("reason", "new disk"),
        ])
    ]

    /// What rules caught, and what became of the messages.
    private var happeningContract: Contract? {
        switch self {
        case .listIncidents:
            Contract(.notifications, "Lists incidents, the newest first").paged
                .query("state", .choice(of: NotifyIncident.State.self))
                .query("task_id", .integer)
                .answersPage(of: .reference("Incident"))
        case .acknowledgeIncident:
            Contract(.notifications, "Says that somebody is on it: no more reminders")
                .answers(.reference("Incident")).refuses(.conflict)
        case .listDeliveries:
            Contract(.notifications, "Lists messages, the newest first").paged
                .query("state", .choice(of: NotifyDelivery.State.self))
                .query("channel", .string.about("A channel's name."))
                .query("task_id", .integer)
                .query("incident_id", .uuid)
                .answersPage(of: .reference("Delivery"))
        case .resendDelivery:
            Contract(.notifications, "Sends a message that was given up again, under its old id")
                .answers(.reference("Delivery"), status: .accepted).refuses(.conflict)
        case .listSilences:
            Contract(.notifications, "Lists silences, the newest first").paged
                .query("state", .choice(of: NotifySilence.State.self))
                .answersPage(of: .reference("Silence"))
        case .createSilence:
            Contract(.notifications, "Keeps messages back until a time")
                .about(
                    "What falls into it is counted; what still does not work at its end is told then. From a minute to 30 days."
                )
                .body(
                    .body(
                        required: ["reason": .string(upTo: ReasonRule.limit, from: 1)],
                        optional: [
                            "match": .reference("SilenceMatch"),
                            "incident_id": .uuid.about("Instead of `match`: what this incident is about."),
                            "until": .timestamp,
                            "seconds": .integer(60...2_592_000).about("Instead of `until`: from now on."),
                        ]
                    ),
                    examples: Self.silenceExamples
                )
                .answers(.reference("Silence"), status: .created).refuses(.conflict)
        case .endSilence:
            Contract(.notifications, "Ends a silence now; what still does not work is told")
                .answers(.reference("Silence")).refuses(.conflict)
        default: self.reportMailContract
        }
    }

    private static let reportExamples: KeyValuePairs<String, JSON> = [
        "every Monday": .object([
            .init("name", "Week"), .init("period", "week"), .init("at", "08:00"), .init("timezone", "Asia/Shanghai"),
            .init("recipients", ["ops@example.com"]), .init("language", "zh"),
        ])
    ]

    /// Reports that go out on a schedule.
    private var reportMailContract: Contract? {
        switch self {
        case .listReportMails:
            Contract(.notifications, "Lists reports by mail").answers(.array(.reference("ReportMail")))
        case .createReportMail:
            Contract(.notifications, "Sends a report of each day, week or month by mail")
                .about("Once for each period; what servers that were away missed is made up for a week back.")
                .body(.reference("ReportMailBody"), examples: Self.reportExamples)
                .answers(.reference("ReportMail"), status: .created).refuses(.conflict)
        case .updateReportMail:
            Contract(.notifications, "Replaces a report by mail")
                .body(.reference("ReportMailBody"), examples: Self.reportExamples)
                .answers(.reference("ReportMail")).refuses(.conflict)
        case .deleteReportMail: Contract(.notifications, "Deletes a report by mail").refuses(.conflict)
        case .sendReportMail:
            Contract(.notifications, "Sends the report of the period that ended last, beside its schedule")
                .answers(.reference("Delivery"), status: .accepted).refuses(.conflict)
        default: nil
        }
    }
}
