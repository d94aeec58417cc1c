// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension AuditObject {
    init(_ channel: NotifyChannel) { self.init("channel", String(channel.id), name: channel.name) }
    init(_ silence: NotifySilence) {
        self.init("silence", String(silence.id), name: silence.reason.shortened(toBytes: 80))
    }
    init(_ mail: ReportMail) { self.init("report_mail", String(mail.id), name: mail.draft.name) }
    init(_ rule: OwnNotifyRule) { self.init("notify_rule", String(rule.id), name: rule.rule.name) }
}

/// What the audit says of a channel: which of its secrets changed is seen, what they are is not.
struct ChannelAudit: Encodable {
    let name: String
    let kind: NotifyChannel.Kind
    let enabled: Bool
    let settings: ChannelSettings
    /// Names of fields that speak of secrets are masked by the audit; an address of a robot is one, too.
    let secretURL: String?
    let secretHeaders: [String: String]?
    let secret: String?
    let password: String?

    init(_ channel: NotifyChannel) {
        self.name = channel.name
        self.kind = channel.kind
        self.enabled = channel.draft.isEnabled
        self.settings = channel.settings
        self.secretURL = channel.secrets.url
        // One text under a name that is masked, whatever the headers are called.
        self.secretHeaders = channel.secrets.headers.map { headers in
            ["secret": headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n")]
        }
        self.secret = channel.secrets.sealed?.text ?? channel.secrets.secret
        self.password = channel.secrets.password
    }
}

struct SilenceAudit: Encodable {
    let match: SilenceMatch
    let reason: String
    let until: String

    init(_ silence: NotifySilence) {
        self.match = silence.match
        self.reason = silence.reason
        self.until = silence.until.rfc3339()
    }
}

struct NotifyRuleAudit: Encodable {
    let rule: NotifyRule
    let match: NotifyMatch

    init(_ rule: OwnNotifyRule) {
        self.rule = rule.rule
        self.match = rule.match
    }
}
