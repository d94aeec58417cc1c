// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// How long one kind of stored thing stays, and how it goes.
package struct GrowthRule: Hashable, Sendable {
    package let growth: Growth
    /// Age from which a thing may go; milliseconds.
    package let age: Int64
    /// Rows one step looks at.
    package let chunk: Int
    /// Pause between two walks that left nothing; milliseconds.
    package let interval: Int64

    package init(_ growth: Growth, age: Int64, chunk: Int = 250, interval: Int64 = 30_000) {
        self.growth = growth
        self.age = age
        self.chunk = chunk
        self.interval = interval
    }

    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 24 * Self.hour

    /// The rules of a server that keeps its history so many days: one for each kind there is.
    ///
    /// A step of 250 executions takes the writer for 5 to 25 ms, and ``Upkeep`` rests twice as long after it: 3,000 a second
    /// and more go, three times what the product admits.
    ///
    package static func rules(_ settings: Settings) -> [GrowthRule] {
        let history = max(1, settings.integer(.retentionDays)) * Self.day
        let statistics = settings.integer(.retentionStatisticsDays) * Self.day
        let notifications = settings.integer(.retentionNotificationDays) * Self.day
        let auditDays = settings.integer(.retentionAuditDays)
        return Growth.allCases.compactMap { growth in
            switch growth {
            case .executions, .output, .runs, .triggerKeys: GrowthRule(growth, age: history)
            // Statistics outlive the history they count (`semantics.md` 6).
            case .rollups: GrowthRule(growth, age: history + statistics, interval: Self.hour)
            case .jobVersions, .groupSpans, .hostStatistics, .backfills, .approvals:
                GrowthRule(growth, age: history, interval: Self.hour)
            // A day to see what became of a token.
            case .joinTokens: GrowthRule(growth, age: Self.day, interval: 60_000)
            case .sessions: GrowthRule(growth, age: 0)
            case .notifications: GrowthRule(growth, age: min(history, notifications), interval: Self.hour)
            // What every reader has read; the rest is for people who look.
            case .events: GrowthRule(growth, age: settings.integer(.retentionEventHours) * Self.hour, chunk: 500)
            // A month to see what a program that stopped working was signed in with.
            case .apiTokens: GrowthRule(growth, age: 30 * Self.day, interval: Self.hour)
            case .hookRepeats: GrowthRule(growth, age: Hook.repeatWindow, chunk: 1000)
            case .hookCalls: GrowthRule(growth, age: min(history, 30 * Self.day), interval: Self.hour)
            case .audit:
                auditDays == 0 ? nil : GrowthRule(growth, age: auditDays * Self.day, interval: Self.hour)
            }
        }
    }

    /// The rules of an installation with these two settings, and the others as they are by default.
    package static func rules(retentionDays: Int, auditDays: Int = 400) -> [GrowthRule] {
        self.rules(
            Settings(fixed: [
                .retentionDays: Settings.Fixed(.integer(Int64(retentionDays)), from: .file),
                .retentionAuditDays: Settings.Fixed(.integer(Int64(auditDays)), from: .file),
            ])
        )
    }
}
