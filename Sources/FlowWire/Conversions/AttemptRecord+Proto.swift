// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBAttemptResult {
    init(_ record: AttemptRecord) {
        self.init()
        self.attempt = Int32(clamping: record.number)
        self.status = PBExecutionStatus(record.status)
        self.reason = PBExecutionReason(record.reason)
        if let detail = record.detail { self.error = detail }
        if let startedAt = record.startedAt { self.startedAt = startedAt.milliseconds }
        if let finishedAt = record.finishedAt { self.finishedAt = finishedAt.milliseconds }
        if let exitCode = record.exitCode { self.exitCode = Int32(clamping: exitCode) }
        if let httpStatus = record.httpStatus { self.httpStatus = Int32(clamping: httpStatus) }
        self.outputBytes = record.outputBytes
        self.outputTruncated = record.isOutputTruncated
    }

    func decoded(_ field: String) throws(WireError) -> AttemptRecord {
        AttemptRecord(
            number: try Fields.count(self.attempt, field + ".attempt"),
            status: try self.status.decoded(field + ".status"),
            reason: try self.reason.decoded(field + ".reason"),
            detail: self.hasError ? self.error : nil,
            startedAt: self.hasStartedAt ? try Fields.instant(self.startedAt, field + ".started_at") : nil,
            finishedAt: self.hasFinishedAt ? try Fields.instant(self.finishedAt, field + ".finished_at") : nil,
            exitCode: self.hasExitCode ? Int(self.exitCode) : nil,
            httpStatus: self.hasHTTPStatus ? Int(self.httpStatus) : nil,
            outputBytes: try Fields.count(self.outputBytes, field + ".output_bytes"),
            isOutputTruncated: self.outputTruncated
        )
    }
}
