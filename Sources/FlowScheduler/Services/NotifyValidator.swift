// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify
import FlowSupport

/// The rules that rules and channels have to keep before they are stored.
struct NotifyValidator {
    /// Names of the channels there are; nil = not known here.
    let channels: Set<String>?
    /// Headers that say who somebody is where a proxy of ours sends them; in lower case.
    var reservedHeaders: Set<String> = []
    /// Programs that channels may start, as the server's operator lists them.
    var commands: [String] = []
    var faults = FaultCollector()

    init(channels: Set<String>?) { self.channels = channels }

    /// Checks the list of a task (S2-9).
    mutating func checkTask(_ rules: [NotifyRule]) {
        self.faults.require(rules.count <= 20, "task_notify", "too_many", "at most 20 rules")
        var names: Set<ExactText> = []
        for (index, rule) in rules.prefix(20).enumerated() {
            let path = "task_notify[\(index)]"
            self.check(rule, path)
            self.faults.require(
                names.insert(ExactText(rule.name)).inserted,
                path + ".name",
                "duplicate",
                "another rule of this task has this name"
            )
            for trigger in rule.triggers where trigger == .breakGlass {
                self.faults.add(
                    path + ".triggers",
                    "value",
                    "'\(trigger.rawValue)' is about the installation: write it into a rule of its own (/notify/rules)"
                )
            }
            for trigger in rule.triggers where NotifyTrigger.ofWorkflows.contains(trigger) {
                self.faults.add(
                    path + ".triggers",
                    "value",
                    "'\(trigger.rawValue)' is about workflows: write it into a rule of its own (/notify/rules)"
                )
            }
            for trigger in rule.triggers
            where trigger == .hostOffline || trigger == .hostBack || NotifyTrigger.ofHosts.contains(trigger) {
                self.faults.add(
                    path + ".triggers",
                    "value",
                    "'\(trigger.rawValue)' is about hosts: write it into a rule of its own (/notify/rules)"
                )
            }
        }
    }

    mutating func check(_ rule: NotifyRule, _ path: String = "") {
        func at(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
        self.checkName(rule.name, at("name"), limit: 128)
        self.faults.require(!rule.triggers.isEmpty, at("triggers"), "required", "name at least one trigger")
        self.faults.require(
            Set(rule.triggers).count == rule.triggers.count,
            at("triggers"),
            "duplicate",
            "each trigger once"
        )
        self.faults.require(
            (1...1000).contains(rule.threshold),
            at("threshold"),
            "range",
            "\(rule.threshold) is outside 1 to 1000 events in a row"
        )
        self.faults.require(
            (1...20).contains(rule.channels.count),
            at("channels"),
            "count",
            "a rule has 1 to 20 channels"
        )
        for (index, target) in rule.channels.prefix(20).enumerated() {
            self.check(target, at("channels[\(index)]"))
        }
        if case .every(let milliseconds) = rule.repetition {
            self.faults.require(
                (60_000...30 * 86_400_000).contains(milliseconds),
                at("repeat"),
                "range",
                "reminders come every 60 seconds to 30 days"
            )
        }
        if let quiet = rule.quiet { self.check(quiet, at("quiet")) }
        self.check(rule.escalation ?? [], at("escalation"))
        self.checkWatch(rule, at("watch"))
    }

    private mutating func check(_ steps: [NotifyEscalation], _ path: String) {
        let limit = NotifyEscalation.limit
        self.faults.require(steps.count <= limit, path, "too_many", "at most \(limit) steps")
        for (index, step) in steps.prefix(limit).enumerated() {
            let earlier = index > 0 ? steps[index - 1].afterSeconds : 0
            self.faults.require(
                NotifyEscalation.range.contains(step.afterSeconds) && step.afterSeconds > earlier,
                "\(path)[\(index)].after_seconds",
                "range",
                "a step comes 60 seconds to 7 days after the first message, and later than the one before"
            )
            self.faults.require(
                (1...20).contains(step.channels.count),
                "\(path)[\(index)].channels",
                "count",
                "a step has 1 to 20 channels"
            )
            for (place, target) in step.channels.prefix(20).enumerated() {
                self.check(target, "\(path)[\(index)].channels[\(place)]")
            }
        }
    }

    private mutating func check(_ target: NotifyTarget, _ path: String) {
        if let channel = target.channel, let channels, !channels.contains(channel) {
            self.faults.add(path + ".channel", "not_found", "there is no channel '\(channel.shortened(toBytes: 64))'")
        }
        if target.channel == nil {
            self.faults.require(!target.recipients.isEmpty, path + ".recipients", "required", "name who gets the mail")
        }
        self.checkRecipients(target.recipients, path + ".recipients")
        for (name, template) in [("subject_template", target.subjectTemplate), ("body_template", target.bodyTemplate)] {
            guard let template else { continue }
            do throws(Template.Fault) { _ = try Template(template) } catch {
                self.faults.add("\(path).\(name)", "template", error.text)
            }
        }
    }

    private mutating func checkRecipients(_ recipients: [String], _ path: String) {
        self.faults.require(recipients.count <= 50, path, "too_many", "at most 50 recipients")
        for (index, address) in recipients.prefix(50).enumerated() where !MailAddress.isValid(address) {
            self.faults.add(
                "\(path)[\(index)]",
                "syntax",
                "this is no plain e-mail address such as ops@example.com"
            )
        }
    }

    /// Checks a report by mail.
    mutating func check(_ draft: ReportMailDraft, over channels: [NotifyChannel]) {
        self.checkName(draft.name, "name", limit: 128)
        self.faults.require(
            (try? ZoneDatabase.shared.rules(named: draft.timeZone)) != nil,
            "timezone",
            "unknown_zone",
            "this is not a time zone of this server; write one such as Asia/Shanghai, UTC or +08:00"
        )
        self.checkRecipients(draft.recipients, "recipients")
        guard let name = draft.channel else {
            self.faults.require(!draft.recipients.isEmpty, "recipients", "required", "name who gets the mail")
            return
        }
        guard let channel = channels.first(where: { $0.name == name }), channel.kind == .email else {
            self.faults.add(
                "channel",
                "not_found",
                "there is no channel '\(name.shortened(toBytes: 64))' for mail; choose one of type 'email'"
            )
            return
        }
        self.faults.require(
            !draft.recipients.isEmpty || !(channel.settings.recipients ?? []).isEmpty,
            "recipients",
            "required",
            "the channel has no receivers of its own: name who gets the mail"
        )
    }

    private mutating func check(_ quiet: QuietHours, _ path: String) {
        self.faults.require(
            (try? ZoneDatabase.shared.rules(named: quiet.timeZone)) != nil,
            path + ".timezone",
            "value",
            "this is not a time zone of this server; write one such as Asia/Shanghai, UTC or +08:00"
        )
        self.faults.require((1...20).contains(quiet.windows.count), path + ".windows", "count", "1 to 20 windows")
        for (index, window) in quiet.windows.prefix(20).enumerated() {
            self.faults.require(
                window.from != window.until,
                "\(path).windows[\(index)]",
                "range",
                "a window ends at another time than it begins"
            )
            self.faults.require(
                window.days.allSatisfy { (0...6).contains($0) },
                "\(path).windows[\(index)].days",
                "range",
                "days are 0 (Sunday) to 6"
            )
        }
    }

    private mutating func checkName(_ name: String, _ path: String, limit: Int) {
        self.faults.require(
            (1...limit).contains(TextRules.length(name)) && !TextRules.hasControlCharacters(name)
                && name.utf8.first != 0x20 && name.utf8.last != 0x20,
            path,
            "length",
            "a name has 1 to \(limit) characters, no control characters, and no blank at its ends"
        )
    }

    // MARK: Channels

    mutating func check(_ draft: NotifyChannelDraft) {
        self.checkName(draft.name, "name", limit: 64)
        if let limit = draft.settings.limitPerMinute {
            self.faults.require((1...6000).contains(limit), "limit_per_minute", "range", "1 to 6000 messages a minute")
        }
        switch draft.kind {
        case .email: self.checkMail(draft)
        case .webhook, .dingtalk, .wecom, .feishu, .slack, .teams: self.checkHTTP(draft)
        case .telegram: self.checkBot(draft)
        case .pagerduty:
            if draft.secrets.url != nil { self.checkHTTP(draft) }
            self.checkKey(draft, of: 32)
        case .command: self.checkCommand(draft)
        }
    }

    private mutating func checkBot(_ draft: NotifyChannelDraft) {
        if draft.secrets.url != nil { self.checkHTTP(draft) }
        let token = draft.secrets.secret ?? ""
        self.faults.require(
            !SecretReference.names(in: token).isEmpty
                || (20...256).contains(token.utf8.count) && token.utf8.contains(UInt8(ascii: ":"))
                    && token.utf8.allSatisfy { Self.isKeyByte($0) || $0 == UInt8(ascii: ":") },
            "secret",
            "syntax",
            "write the token that BotFather gave for the bot, such as 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
        )
        let chat = draft.settings.chat ?? ""
        let digits = chat.hasPrefix("-") || chat.hasPrefix("@") ? chat.dropFirst() : chat[...]
        self.faults.require(
            (1...64).contains(digits.utf8.count)
                && digits.utf8.allSatisfy { chat.hasPrefix("@") ? Self.isKeyByte($0) : (0x30...0x39).contains($0) },
            "chat",
            "syntax",
            "name the chat by its number, such as -1001234567890, or a public one by @name"
        )
    }

    private mutating func checkKey(_ draft: NotifyChannelDraft, of length: Int) {
        let key = draft.secrets.secret ?? ""
        self.faults.require(
            !SecretReference.names(in: key).isEmpty
                || key.utf8.count == length && key.utf8.allSatisfy { Self.isKeyByte($0) },
            "secret",
            "syntax",
            "write the integration key of the service, \(length) letters and digits"
        )
    }

    private mutating func checkCommand(_ draft: NotifyChannelDraft) {
        let command = draft.settings.command ?? ""
        guard !self.commands.isEmpty else {
            self.faults.add(
                "command",
                "not_allowed",
                "this server starts no programs: its operator lists those that may be in notify.commands of its file"
            )
            return
        }
        self.faults.require(
            self.commands.contains(command),
            "command",
            "not_allowed",
            "this program may not be started here; possible are: \(self.commands.joined(separator: ", "))"
        )
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x2d || byte == 0x5f
    }

    private mutating func checkMail(_ draft: NotifyChannelDraft) {
        let settings = draft.settings
        let host = settings.host ?? ""
        self.faults.require(
            (1...253).contains(host.utf8.count) && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f },
            "host",
            "syntax",
            "name the SMTP server, such as smtp.example.com"
        )
        self.checkReachable(host, "host")
        if let port = settings.port { self.faults.require((1...65535).contains(port), "port", "range", "1 to 65535") }
        self.faults.require(
            MailAddress.isValid(settings.from ?? ""),
            "from",
            "syntax",
            "the sender is a plain e-mail address such as quartzflow@example.com"
        )
        self.checkRecipients(settings.recipients ?? [], "recipients")
        self.faults.require(
            settings.security != ChannelSettings.Security.none || (settings.username ?? "").isEmpty,
            "security",
            "conflict",
            "a password is not sent without TLS: choose 'tls' or 'starttls', or leave the user out"
        )
        self.faults.require(
            [settings.username ?? "", draft.secrets.password ?? ""].allSatisfy {
                $0.utf8.count <= 256 && !TextRules.hasControlCharacters($0)
            },
            "username",
            "characters",
            "user and password have at most 256 bytes and no control characters"
        )
    }

    /// A name is looked at when it is resolved, which is before each message; an address can be refused now.
    private mutating func checkReachable(_ host: String, _ path: String) {
        if let why = AddressRules.refusal(ofLiteral: host) { self.faults.add(path, "address", Wording(words: why)) }
    }

    private mutating func checkHTTP(_ draft: NotifyChannelDraft) {
        let url = OutgoingURL(draft.secrets.url ?? "")
        self.faults.require(
            url != nil,
            "url",
            "syntax",
            "write a whole address such as https://example.com/hook, without user and password"
        )
        if let url { self.checkReachable(url.host, "url") }
        if let method = draft.settings.method {
            self.faults.require(
                ChannelSettings.methods.contains(method),
                "method",
                "value",
                "a webhook is called by POST, PUT, PATCH, DELETE, GET, HEAD or OPTIONS"
            )
        }
        let headers = draft.secrets.headers ?? [:]
        self.faults.require(headers.count <= 20, "headers", "too_many", "at most 20 headers")
        let ours: Set<String> = ["content-type", "content-length", "host", "transfer-encoding", "connection"]
        for (name, value) in headers.sorted(by: { $0.key < $1.key }).prefix(20) {
            self.faults.require(
                TextRules.isHeaderName(name) && !ours.contains(name.lowercased())
                    && !self.reservedHeaders.contains(name.lowercased().replacing("_", with: "-")),
                "headers.\(name)",
                "name",
                "this is no header that may be set"
            )
            self.faults.require(
                value.utf8.count <= 4096 && !TextRules.hasControlCharacters(value),
                "headers.\(name)",
                "value",
                "a header's value has at most 4096 bytes and no control characters"
            )
        }
        self.faults.require(
            (draft.secrets.secret ?? "").utf8.count <= 512,
            "secret",
            "length",
            "a secret has at most 512 bytes"
        )
    }
}
