// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Rules of notification as they are read from requests and shown again (S2-9).
enum NotifyRuleBody {
    /// Reads the members of a rule.
    static func rule(_ reader: inout FieldReader) -> NotifyRule {
        let name = reader.requiredString("name")
        let isEnabled = reader.bool("enabled") ?? true
        if !reader.has("triggers") { reader.fault("triggers", "required", "this field is required") }
        var triggers: [NotifyTrigger] = []
        for (index, text) in (reader.strings("triggers") ?? []).enumerated() {
            if let trigger = NotifyTrigger(rawValue: text) {
                triggers.append(trigger)
            } else {
                let known = NotifyTrigger.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
                reader.fault("triggers[\(index)]", "value", "'\(text)' is none of \(known)")
            }
        }
        if !reader.has("channels") { reader.fault("channels", "required", "this field is required") }
        let threshold = reader.int("threshold") ?? 1
        var targets: [NotifyTarget] = []
        for var target in reader.objects("channels") ?? [] { targets.append(self.target(&target)) }
        return NotifyRule(
            name: name,
            isEnabled: isEnabled,
            triggers: triggers,
            threshold: threshold,
            channels: targets,
            countBy: reader.choice("count_by"),
            groupBy: reader.choice("group_by"),
            repetition: self.repetition(&reader),
            quiet: self.quiet(&reader),
            escalation: self.escalation(&reader),
            watch: self.watch(&reader)
        )
    }

    private static func escalation(_ reader: inout FieldReader) -> [NotifyEscalation]? {
        guard let objects = reader.objects("escalation"), !objects.isEmpty else { return nil }
        var steps: [NotifyEscalation] = []
        for var step in objects {
            if !step.has("after_seconds") { step.fault("after_seconds", "required", "this field is required") }
            if !step.has("channels") { step.fault("channels", "required", "this field is required") }
            let after = step.int("after_seconds") ?? 0
            var targets: [NotifyTarget] = []
            for var target in step.objects("channels") ?? [] { targets.append(self.target(&target)) }
            step.close()
            steps.append(NotifyEscalation(afterSeconds: after, channels: targets))
        }
        return steps
    }

    /// `{"type": "email", "recipients": […]}` as S2 has it, or `{"channel": "name"}`.
    static func target(_ reader: inout FieldReader) -> NotifyTarget {
        defer { reader.close() }
        let kind: NotifyChannel.Kind? = reader.choice("type")
        let channel = reader.string("channel")
        if channel == nil {
            if let kind, kind != .email {
                reader.fault(
                    "channel",
                    "required",
                    "addresses of a \(kind.rawValue) are kept in a channel: name it, such as {\"channel\": \"ops\"}"
                )
            } else if kind == nil {
                reader.fault("channel", "required", "name a channel, or write type 'email' with recipients")
            }
        }
        return NotifyTarget(
            channel: channel,
            recipients: reader.strings("recipients") ?? [],
            subjectTemplate: reader.string("subject_template"),
            bodyTemplate: reader.string("body_template")
        )
    }

    private static func repetition(_ reader: inout FieldReader) -> NotifyRepetition? {
        switch reader.take("repeat") {
        case nil: return nil
        case .string("each"): return .each
        case .string("never"): return .never
        case .integer(let seconds) where (60...30 * 86_400).contains(seconds):
            return .every(milliseconds: seconds * 1000)
        default:
            reader.fault("repeat", "value", "write 'each', 'never', or the seconds between reminders, 60 or more")
            return nil
        }
    }

    private static func quiet(_ reader: inout FieldReader) -> QuietHours? {
        guard var quiet = reader.object("quiet") else { return nil }
        defer { quiet.close() }
        let zone = quiet.string("timezone") ?? "UTC"
        if !quiet.has("windows") { quiet.fault("windows", "required", "this field is required") }
        var windows: [QuietHours.Window] = []
        for var window in quiet.objects("windows") ?? [] {
            let from = Self.minutes(&window, "from")
            let until = Self.minutes(&window, "until")
            windows.append(
                QuietHours.Window(
                    from: from,
                    until: until,
                    days: (window.integers("days") ?? []).map { Int(clamping: $0) }
                )
            )
            window.close()
        }
        return QuietHours(timeZone: zone, windows: windows)
    }

    /// `22:30`, as minutes after midnight.
    static func minutes(_ reader: inout FieldReader, _ name: String) -> Int {
        let text = reader.requiredString(name)
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hour = Int(text.prefix(2)),
            let minute = Int(text.suffix(2)), (0..<24).contains(hour), (0..<60).contains(minute)
        else {
            reader.fault(name, "syntax", "write a time of the day such as 22:30")
            return 0
        }
        return hour * 60 + minute
    }

    static func match(_ reader: inout FieldReader) -> NotifyMatch {
        guard var match = reader.object("match") else { return NotifyMatch() }
        defer { match.close() }
        return NotifyMatch(
            groups: Set(match.integers("group_ids") ?? []).sorted(),
            labels: match.dictionary("labels") ?? [:],
            tasks: Set(match.integers("task_ids") ?? []).sorted(),
            workflows: Set(match.integers("workflow_ids") ?? []).sorted()
        )
    }

    // MARK: Showing

    static func members(_ rule: NotifyRule) -> [JSON.Member] {
        var members: [JSON.Member] = [
            .init("name", rule.name), .init("enabled", rule.isEnabled),
            .init("triggers", rule.triggers.map(\.rawValue)), .init("threshold", rule.threshold),
            .init("channels", rule.channels.map(Self.json)),
        ]
        // What nobody wrote is not given back.
        if let countBy = rule.countBy { members.append(.init("count_by", countBy.rawValue)) }
        if let groupBy = rule.groupBy { members.append(.init("group_by", groupBy.rawValue)) }
        switch rule.repetition {
        case nil: break
        case .each: members.append(.init("repeat", "each"))
        case .never: members.append(.init("repeat", "never"))
        case .every(let milliseconds): members.append(.init("repeat", milliseconds / 1000))
        }
        if let quiet = rule.quiet { members.append(.init("quiet", Self.json(quiet))) }
        if let watch = rule.watch { members.append(.init("watch", Self.json(watch))) }
        if let steps = rule.escalation {
            let shown = steps.map { step in
                JSON.object([
                    .init("after_seconds", step.afterSeconds), .init("channels", step.channels.map(Self.json)),
                ])
            }
            members.append(.init("escalation", shown))
        }
        return members
    }

    private static func json(_ target: NotifyTarget) -> JSON {
        var members: [JSON.Member] = []
        if let channel = target.channel {
            members.append(.init("channel", channel))
        } else {
            members.append(.init("type", "email"))
        }
        if target.channel == nil || !target.recipients.isEmpty {
            members.append(.init("recipients", target.recipients))
        }
        if let subject = target.subjectTemplate { members.append(.init("subject_template", subject)) }
        if let body = target.bodyTemplate { members.append(.init("body_template", body)) }
        return .object(members)
    }

    /// Minutes after midnight as `22:30`.
    static func time(_ minutes: Int) -> String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    }

    private static func json(_ quiet: QuietHours) -> JSON {
        .object([
            .init("timezone", quiet.timeZone),
            .init(
                "windows",
                quiet.windows.map { window in
                    JSON.object([
                        .init("from", time(window.from)), .init("until", time(window.until)),
                        .init("days", window.days),
                    ])
                }
            ),
        ])
    }

    static func json(_ match: NotifyMatch) -> JSON {
        .object([
            .init("group_ids", match.groups), .init("labels", match.labels), .init("task_ids", match.tasks),
            .init("workflow_ids", match.workflows),
        ])
    }
}
