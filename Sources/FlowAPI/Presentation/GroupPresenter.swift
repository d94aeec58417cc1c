// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore

/// Groups and hosts as the API shows them.
enum GroupPresenter {
    static func group(_ summary: GroupSummary, online: [AgentID: AgentPresence]) -> JSON {
        .object(
            self.members(summary.group) + [
                .init("online_count", summary.agents.count { online[$0] != nil }),
                .init("client_count", summary.agents.count),
                .init("task_count", summary.jobCount),
            ]
        )
    }

    static func members(_ group: Group) -> [JSON.Member] {
        [
            .init("id", group.id),
            .init("name", group.name),
            .init("description", group.description),
            .init("tags", group.tags),
            .init("builtin", group.isBuiltIn),
        ]
    }

    static func client(_ view: AgentView) -> JSON {
        let agent = view.agent
        return .object([
            .init("client_id", agent.id),
            .init("name", agent.name),
            .init("hostname", agent.hostname),
            .init("ip", view.presence?.address ?? agent.address),
            .init("version", agent.version),
            .init("os", agent.operatingSystem),
            .init("status", view.presence == nil ? "offline" : "online"),
            .init("labels", agent.allLabels),
            .init("host_labels", agent.hostLabels),
            .init("groups", view.groups.map { JSON.object([.init("id", $0.id), .init("name", $0.name)]) }),
            .init("config_version", view.presence?.configVersion ?? agent.configVersion),
            .init("config_pushed", view.presence?.pushedVersion),
            .init("trouble", view.presence?.trouble),
            .init("trouble_text", TextPresenter.kept(view.presence?.trouble)),
            .init("authority_refusal", view.presence?.authorityRefusal),
            .init("foreign_zones", view.presence?.foreignZones ?? []),
            .init("executors", view.presence?.executors ?? []),
            .init("control_groups", HostFeature.groupUses(in: view.presence?.features ?? [])),
            .init("systemd", HostFeature.manager(in: view.presence?.features ?? [])?.rawValue ?? "none"),
            .init("ordered_tasks", view.presence?.orderedJobs.count ?? 0),
            .init("running", view.presence?.running.count ?? 0),
            .init("last_heartbeat", view.presence?.lastHeartbeat ?? agent.lastSeen),
            .init("created_at", agent.createdAt),
            .init("certificate_expires_at", agent.certificateExpiresAt),
            .init("duplicates", view.duplicates.map(self.duplicate)),
            .init("maintenance", view.maintenance.map(self.maintenance) ?? .null),
        ])
    }

    private static func maintenance(_ view: MaintenanceView) -> JSON {
        let text = view.period.text
        return .object([
            .init("since", view.period.since),
            .init("until", view.period.until),
            .init("by", view.period.by),
            .init("reason", view.period.reason),
            .init("text", JSON.object([.init("zh", text.zh), .init("en", text.en)])),
            .init("told", view.isTold),
        ])
    }

    /// A host that uses another's identity and is kept out.
    private static func duplicate(_ duplicate: DuplicateAgent) -> JSON {
        .object([
            .init("hostname", duplicate.hostname),
            .init("ip", duplicate.address),
            .init("machine_id", duplicate.instance.machineID),
            .init("first_seen", duplicate.firstSeen),
            .init("last_seen", duplicate.lastSeen),
        ])
    }
}
