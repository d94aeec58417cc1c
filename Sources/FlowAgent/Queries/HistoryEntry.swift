// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
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
    }

    init(_ row: Row, days: LocalDays) {
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
    }
}

/// Output that a host kept of one execution.
package struct LocalLog: Hashable, Sendable {
    package let executionID: ExecutionID
    /// In order; a jump between two offsets is output that was cut.
    package let chunks: [LogChunk]

    init(_ id: ExecutionID, blob: Data) {
        self.executionID = id
        self.chunks = OutputBlob.decode(Array(blob), execution: id)
    }
}
