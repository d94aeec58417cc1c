// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a task did on one day, in the shape of S1-FR-5.2.
package struct DailyStats: Hashable, Sendable, Codable {
    package struct Counts: Hashable, Sendable, Codable {
        /// Ended executions; skipped fires and open ones are no part of it.
        package var total = 0
        package var success = 0
        package var failure = 0
        package var timeout = 0
        package var cancelled = 0
        package var averageDuration: Int64 = 0
        package var maximumDuration: Int64 = 0
        package var minimumDuration: Int64 = 0

        private enum CodingKeys: String, CodingKey {
            case total
            case success
            case failure
            case timeout
            case cancelled
            case averageDuration = "avg_duration_ms"
            case maximumDuration = "max_duration_ms"
            case minimumDuration = "min_duration_ms"
        }
    }

    /// Local day, `2026-11-21`.
    package var date: String
    /// The task's number.
    package var taskID: String
    package var taskName: String
    package var stats: Counts
    /// Ended executions by local hour, `00` to `23`; hours without any are left out.
    package var hourlyDistribution: [String: Int]
    /// RFC 3339; when the newest of them ended.
    package var lastUpdated: String

    /// Successes among ended executions, 0 to 1.
    package var successRate: Double {
        self.stats.total == 0 ? 0 : Double(self.stats.success) / Double(self.stats.total)
    }

    private enum CodingKeys: String, CodingKey {
        case date
        case taskID = "task_id"
        case taskName = "task_name"
        case stats
        case hourlyDistribution = "hourly_distribution"
        case lastUpdated = "last_updated"
    }
}
