// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What somebody may do; every route, live topic and service call declares one.
package enum Permission: String, Codable, Sendable, CaseIterable {
    case jobsRead = "jobs:read"
    case jobsWrite = "jobs:write"
    /// Trigger, retry, enable, disable; part of every edit, because who edits a job runs code on its hosts.
    case jobsRun = "jobs:run"
    case executionsRead = "executions:read"
    case logsRead = "logs:read"
    case executionsCancel = "executions:cancel"
    /// Stop by force.
    case executionsKill = "executions:kill"
    case groupsRead = "groups:read"
    case groupsWrite = "groups:write"
    case agentsRead = "agents:read"
    case agentsWrite = "agents:write"
    /// Name secrets in jobs; no permission reads a value.
    case secretsUse = "secrets:use"
    case secretsWrite = "secrets:write"
    /// Answer questions of workflows.
    case approvalsDecide = "approvals:decide"
    case auditRead = "audit:read"
    /// Rules, incidents, deliveries.
    case notifyRead = "notify:read"
    /// Acknowledge, send again, rules of groups.
    case notifyWrite = "notify:write"
    /// Name a channel in a rule.
    case channelsUse = "channels:use"
    /// Make and test channels; only who has this sees where they lead.
    case channelsWrite = "channels:write"
    /// The audit as a file.
    case auditExport = "audit:export"
    case metricsRead = "metrics:read"
    /// The settings of the installation; none of them is a secret.
    case settingsRead = "settings:read"
    case settingsWrite = "settings:write"
    case usersRead = "users:read"
    case usersWrite = "users:write"
    /// Take all rights for a while, in an emergency.
    case breakGlassUse = "breakglass:use"

    /// Counts only when granted on everything: what it opens has no groups.
    package var isGlobal: Bool {
        switch self {
        case .metricsRead, .usersRead, .usersWrite, .channelsWrite, .settingsRead, .settingsWrite, .breakGlassUse: true
        default: false
        }
    }
}

/// A set of permissions with a name; each has what the one before it has, and more.
package enum Role: String, Codable, Sendable, CaseIterable, Comparable {
    case viewer
    case developer
    case `operator`
    case admin

    package var permissions: Set<Permission> {
        switch self {
        case .viewer: [.jobsRead, .executionsRead, .logsRead, .groupsRead, .agentsRead, .notifyRead, .metricsRead]
        case .developer:
            Role.viewer.permissions.union([
                .jobsWrite, .jobsRun, .executionsCancel, .secretsUse, .notifyWrite, .channelsUse, .settingsRead,
            ])
        case .operator:
            Role.developer.permissions.union([
                .executionsKill, .approvalsDecide, .groupsWrite, .secretsWrite, .auditRead, .usersRead, .channelsWrite,
            ])
        case .admin: Set(Permission.allCases)
        }
    }

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .developer: 1
        case .operator: 2
        case .admin: 3
        }
    }
}
