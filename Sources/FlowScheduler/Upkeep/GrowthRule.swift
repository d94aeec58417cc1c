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
    /// - Parameter auditDays: how long the audit stays; 0 = for ever.
    package static func rules(retentionDays: Int, auditDays: Int = 400) -> [GrowthRule] {
        let history = Int64(max(1, retentionDays)) * Self.day
        return Growth.allCases.compactMap { growth in
            switch growth {
            case .executions, .output, .runs, .triggerKeys: GrowthRule(growth, age: history)
            // Statistics outlive the history they count (`semantics.md` 6).
            case .rollups: GrowthRule(growth, age: history + 400 * Self.day, interval: Self.hour)
            case .jobVersions, .groupSpans: GrowthRule(growth, age: history, interval: Self.hour)
            // A day to see what became of a token.
            case .joinTokens: GrowthRule(growth, age: Self.day, interval: 60_000)
            case .sessions: GrowthRule(growth, age: 0)
            case .notifications: GrowthRule(growth, age: min(history, 30 * Self.day), interval: Self.hour)
            // What every reader has read; an hour is for people who look.
            case .events: GrowthRule(growth, age: Self.hour, chunk: 500)
            // A month to see what a program that stopped working was signed in with.
            case .apiTokens: GrowthRule(growth, age: 30 * Self.day, interval: Self.hour)
            case .audit:
                auditDays == 0 ? nil : GrowthRule(growth, age: Int64(auditDays) * Self.day, interval: Self.hour)
            }
        }
    }
}
