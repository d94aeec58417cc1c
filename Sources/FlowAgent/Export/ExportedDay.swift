// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One execution in `executions/DATE.json` (S1-LOC-1).
struct ExportedExecution: Encodable {
    var id: String
    var taskID: String
    var taskName: String
    /// In lower case, as S1 writes it.
    var status: String
    var start: String?
    var end: String?
    var durationMilliseconds: Int64?
    var exitCode: Int?
    /// Whether the server has its last report.
    var isSynced: Bool

    private enum CodingKeys: String, CodingKey {
        case id = "execution_id"
        case taskID = "task_id"
        case taskName = "task_name"
        case status
        case start = "start_time"
        case end = "end_time"
        case durationMilliseconds = "duration_ms"
        case exitCode = "exit_code"
        case isSynced = "synced"
    }

    /// All members are always there: null for what is not known yet.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.id, forKey: .id)
        try container.encode(self.taskID, forKey: .taskID)
        try container.encode(self.taskName, forKey: .taskName)
        try container.encode(self.status, forKey: .status)
        try container.encode(self.start, forKey: .start)
        try container.encode(self.end, forKey: .end)
        try container.encode(self.durationMilliseconds, forKey: .durationMilliseconds)
        try container.encode(self.exitCode, forKey: .exitCode)
        try container.encode(self.isSynced, forKey: .isSynced)
    }
}

/// `daily_stats/DATE.json` (S1-LOC-2).
struct ExportedStatistics: Encodable {
    struct Task: Encodable {
        var name: String
        var stats: DailyStats.Counts
        /// All hours, `00` to `23`.
        var hourly: [String: Int]

        private enum CodingKeys: String, CodingKey {
            case name = "task_name"
            case stats
            case hourly
        }

        init(_ stats: DailyStats) {
            self.name = stats.taskName
            self.stats = stats.stats
            self.hourly = stats.hourlyDistribution
            for hour in 0..<24 { self.hourly[(hour < 10 ? "0" : "") + String(hour), default: 0] += 0 }
        }
    }

    var date: String
    var clientID: String
    /// By number.
    var tasks: [String: Task]
    /// Whether the server has the reports of all that is counted.
    var isSynced: Bool

    private enum CodingKeys: String, CodingKey {
        case date
        case clientID = "client_id"
        case tasks
        case isSynced = "synced_to_server"
    }
}

/// One execution in `pending_sync.json` (S1-LOC-3).
struct PendingExecution: Encodable {
    var id: String
    var taskID: String

    private enum CodingKeys: String, CodingKey {
        case id = "execution_id"
        case taskID = "task_id"
        case retries = "retry_count"
        case lastAttempt = "last_sync_attempt"
    }

    /// How often it was tried is not kept: reports wait for a connection, and then go in their order until acknowledged.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.id, forKey: .id)
        try container.encode(self.taskID, forKey: .taskID)
        try container.encode(0, forKey: .retries)
        try container.encodeNil(forKey: .lastAttempt)
    }
}
