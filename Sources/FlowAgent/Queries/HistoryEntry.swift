// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// One execution as a host remembers it.
package struct HistoryEntry: Hashable, Sendable, Codable {
    package var executionID: String
    /// The task's number.
    package var taskID: String
    package var taskName: String
    /// Upper-case word such as `SUCCESS`.
    package var status: String
    package var reason: String?
    package var detail: String?
    package var attempt: Int
    /// RFC 3339 with the host's offset.
    package var scheduledTime: String
    package var startTime: String?
    package var endTime: String?
    package var durationMilliseconds: Int64?
    package var exitCode: Int?
    /// Of the answer an HTTP job got.
    package var httpStatus: Int?
    /// Of an execution that was retried: how its attempts ended so far, in order.
    package var attempts: [HistoryAttempt]?

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case taskID = "task_id"
        case taskName = "task_name"
        case status
        case reason
        case detail
        case attempt
        case scheduledTime = "scheduled_time"
        case startTime = "start_time"
        case endTime = "end_time"
        case durationMilliseconds = "duration_ms"
        case exitCode = "exit_code"
        case httpStatus = "http_status"
        case attempts
    }

    init(_ row: Row, attempts: [AttemptRecord], days: LocalDays) {
        let started = (row[10] as Int64?).map(Timestamp.init(milliseconds:))
        let finished = (row[11] as Int64?).map(Timestamp.init(milliseconds:))
        self.executionID = ExecutionID(uuid: row[0]).description
        self.taskID = (row[2] as Int64?).map { String($0) } ?? ""
        self.taskName = row[3] ?? ""
        self.status = ExecutionStatus(rawValue: row[6])?.name ?? "UNKNOWN"
        self.reason = row[7]
        self.detail = row[8]
        self.attempt = row[9]
        self.scheduledTime = days.rfc3339(Timestamp(milliseconds: row[5]))
        self.startTime = started.map(days.rfc3339)
        self.endTime = finished.map(days.rfc3339)
        if let started, let finished { self.durationMilliseconds = max(0, finished.milliseconds(since: started)) }
        self.exitCode = row[12]
        self.httpStatus = row[13]
        if !attempts.isEmpty { self.attempts = attempts.map { HistoryAttempt($0, days: days) } }
    }
}

/// One attempt of an execution as a host remembers it.
package struct HistoryAttempt: Hashable, Sendable, Codable {
    package var attempt: Int
    package var status: String
    package var reason: String?
    package var detail: String?
    package var startTime: String?
    package var endTime: String?
    package var exitCode: Int?
    package var httpStatus: Int?

    private enum CodingKeys: String, CodingKey {
        case attempt
        case status
        case reason
        case detail
        case startTime = "start_time"
        case endTime = "end_time"
        case exitCode = "exit_code"
        case httpStatus = "http_status"
    }

    init(_ record: AttemptRecord, days: LocalDays) {
        self.attempt = record.number
        self.status = record.status.name
        self.reason = record.reason?.rawValue
        self.detail = record.detail
        self.startTime = record.startedAt.map(days.rfc3339)
        self.endTime = record.finishedAt.map(days.rfc3339)
        self.exitCode = record.exitCode
        self.httpStatus = record.httpStatus
    }
}
