// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Channels, rules, incidents and deliveries in JSON.
enum NotifyPresenter {
    /// - Parameter isComplete: false for who may not write channels: only these see where they lead.
    static func channel(_ channel: NotifyChannel, isComplete: Bool) -> JSON {
        var members: [JSON.Member] = [
            .init("id", channel.id), .init("name", channel.name), .init("type", channel.kind.rawValue),
            .init("enabled", channel.draft.isEnabled),
        ]
        guard isComplete else { return .object(members) }
        let settings = channel.settings
        if channel.kind == .email {
            members += [
                .init("host", settings.host), .init("port", settings.port),
                .init("security", (settings.security ?? .starttls).rawValue), .init("username", settings.username),
                .init("from", settings.from), .init("recipients", settings.recipients ?? []),
                .init("has_password", channel.isClosed || !(channel.secrets.password ?? "").isEmpty),
            ]
        } else if channel.kind == .command {
            members.append(.init("command", settings.command))
        } else {
            if channel.kind == .telegram { members.append(.init("chat", settings.chat)) }
            members += [
                .init("url", channel.secrets.url.map { Self.masked($0) }), .init("method", settings.method ?? "POST"),
                .init("header_names", (channel.secrets.headers ?? [:]).keys.sorted()),
                .init("has_secret", channel.isClosed || !(channel.secrets.secret ?? "").isEmpty),
            ]
        }
        members += [
            .init("limit_per_minute", settings.limitPerMinute), .init("created_at", channel.createdAt),
            .init("updated_at", channel.updatedAt),
        ]
        return .object(members)
    }

    /// Scheme and host: the rest of a robot's address is its password.
    private static func masked(_ url: String) -> String {
        let scheme = url.prefix { $0 != ":" }
        let rest = url.dropFirst(scheme.count + 3)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return "\(scheme)://\(host)" + (host.count < rest.count ? "/…" : "")
    }

    static func rule(_ rule: OwnNotifyRule) -> JSON {
        var members: [JSON.Member] = [.init("id", rule.id)]
        members += NotifyRuleBody.members(rule.rule)
        members += [
            .init("match", NotifyRuleBody.json(rule.match)), .init("created_at", rule.createdAt),
            .init("updated_at", rule.updatedAt),
        ]
        return .object(members)
    }

    static func incident(_ incident: NotifyIncident) -> JSON {
        .object([
            .init("id", incident.id.description), .init("rule", incident.rule.name),
            .init("state", incident.state.rawValue), .init("trigger", incident.trigger.rawValue),
            .init("task_id", incident.jobID), .init("task_name", incident.jobName),
            .init("silenced", incident.silenced), .init("silences", incident.silences),
            .init("count", incident.count), .init("threshold_count", incident.thresholdCount),
            .init("messages", incident.sentCount), .init("opened_at", incident.openedAt),
            .init("updated_at", incident.updatedAt), .init("next_message_at", incident.dueAt),
            .init("acknowledged_by", incident.acknowledgedBy),
            .init("escalated", incident.escalated), .init("escalates_at", incident.escalatesAt),
            .init(
                "members",
                incident.members.map { member in
                    JSON.object([
                        .init("client_id", member.host), .init("execution_id", member.execution),
                        .init("trigger", member.trigger.rawValue), .init("at", member.at),
                        .init("request", member.request), .init("request_text", TextPresenter.kept(member.request)),
                        .init("workflow_run_id", member.run),
                    ])
                }
            ),
        ])
    }

    static func silence(_ silence: NotifySilence, at now: Timestamp) -> JSON {
        let match = silence.match
        return .object([
            .init("id", silence.id), .init("state", silence.state(at: now).rawValue),
            .init(
                "match",
                JSON.object([
                    .init("rule", match.rule), .init("task_ids", match.tasks), .init("group_ids", match.groups),
                    .init("client_ids", match.hosts.map(\.rawValue)), .init("labels", match.labels),
                ])
            ),
            .init("reason", silence.reason), .init("created_by", silence.createdBy),
            .init("created_at", silence.createdAt), .init("until", silence.until),
            .init("ended_at", silence.endedAt), .init("ended_by", silence.endedBy),
            .init("caught", silence.caught), .init("last_caught_at", silence.lastCaughtAt),
        ])
    }

    /// - Parameter isComplete: whether recipients are shown.
    static func delivery(_ delivery: NotifyDelivery, isComplete: Bool) -> JSON {
        let channel: String? = delivery.channel.isEmpty ? nil : delivery.channel
        var members: [JSON.Member] = [
            .init("id", delivery.id.description), .init("incident_id", delivery.incident?.description),
            .init("channel", channel),
            .init("purpose", delivery.purpose.rawValue), .init("state", delivery.state.rawValue),
            .init("rule", delivery.ruleName), .init("task_id", delivery.jobID),
            .init("subject", delivery.subject), .init("text", delivery.text),
            .init("attempts", delivery.attempts), .init("created_at", delivery.createdAt),
            .init("updated_at", delivery.updatedAt), .init("next_at", delivery.dueAt),
            .init("last_error", delivery.lastError),
            .init("last_error_text", TextPresenter.kept(delivery.lastError)),
        ]
        if isComplete { members.append(.init("recipients", delivery.recipients)) }
        return .object(members)
    }
}
