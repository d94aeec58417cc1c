// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What can be set for a whole installation while it runs (S1-FR-6.5); the word in the API, the file and the audit.
///
/// In the environment `retention.days` is `QUARTZFLOW_RETENTION_DAYS`.
package enum SettingKey: String, Sendable, CaseIterable {
    case jobsTimeout = "jobs.default-timeout-seconds"
    case jobsLongestTimeout = "jobs.max-timeout-seconds"
    case jobsRetries = "jobs.default-retries"
    case jobsRetryInterval = "jobs.default-retry-interval-seconds"
    case jobsOverlap = "jobs.default-overlap"
    case jobsMisfire = "jobs.default-misfire"
    case jobsZone = "jobs.default-timezone"
    case jobsOnEdit = "jobs.default-on-edit-while-running"
    case jobsMostAtOnce = "jobs.max-concurrency"
    case jobsOnePerAccount = "jobs.one-per-account"
    case retentionDays = "retention.days"
    case retentionStatisticsDays = "retention.statistics-days"
    case retentionNotificationDays = "retention.notifications-days"
    case retentionAuditDays = "retention.audit-days"
    case retentionEventHours = "retention.events-hours"
    case outputAttemptMebibytes = "output.attempt-mib"
    case outputHotDays = "output.hot-days"
    case outputDays = "output.days"
    case agentsOfflineDays = "agents.offline-days"
    case networkPrivate = "network.private"
    case networkLoopback = "network.loopback"
    case signInIdleMinutes = "signin.idle-minutes"
    case signInLongestHours = "signin.max-hours"
    case signInPasswordLength = "signin.password-min-length"
    case signInSecondFactor = "signin.totp"
    case signInLocal = "signin.local"
    case tokensLongestDays = "tokens.max-days"
    case twoPersonForceStop = "two-person.force-stop"
    case twoPersonGrants = "two-person.grants"
    case breakGlassMinutes = "two-person.break-glass-minutes"
    case notifyEnabled = "notify.enabled"
    case notifyGroupWait = "notify.group-wait-seconds"
    case notifyGroupInterval = "notify.group-interval-seconds"
    case notifyTailLines = "notify.log-tail-lines"
    case notifyGiveUpHours = "notify.give-up-hours"
    case notifyDigestAbove = "notify.digest-above"
    case language = "ui.language"

    /// Where it stands on a page: the word before the dot.
    package var section: String { String(self.rawValue.prefix { $0 != "." }) }

    /// It is about who gets in or what stays in the audit: no API token changes it.
    package var isForPeople: Bool {
        switch self {
        case .signInIdleMinutes, .signInLongestHours, .signInPasswordLength, .signInSecondFactor, .signInLocal,
            .tokensLongestDays, .retentionAuditDays, .twoPersonForceStop, .twoPersonGrants, .breakGlassMinutes:
            true
        default: false
        }
    }
}

/// A value of a setting.
package enum SettingValue: Hashable, Sendable {
    case integer(Int64)
    case text(String)

    /// As it stands in the database and the audit.
    package var written: String {
        switch self {
        case .integer(let number): String(number)
        case .text(let text): text
        }
    }
}
