// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

import struct Foundation.Data

extension PBTaskResult {
    init(_ report: Report) {
        self.init()
        self.sequence = report.sequence
        self.executionID = report.executionID.data
        self.runID = report.runID.data
        self.taskUid = report.jobUID.data
        self.taskID = String(report.jobID)
        self.taskName = report.jobName
        self.taskVersion = report.jobVersion
        self.kind = PBExecutionKind(report.kind)
        self.scheduledTime = report.nominal.milliseconds
        self.status = PBExecutionStatus(report.status)
        self.reason = PBExecutionReason(report.reason)
        if let detail = report.detail { self.error = detail }
        self.attempt = Int32(clamping: report.attempt)
        if let startedAt = report.startedAt { self.startedAt = startedAt.milliseconds }
        if let finishedAt = report.finishedAt { self.finishedAt = finishedAt.milliseconds }
        if let exitCode = report.exitCode { self.exitCode = Int32(clamping: exitCode) }
        if let parent = report.retryOf { self.retryOf = parent.data }
        if let coalesced = report.coalesced { self.coalesced = PBCoalescedRange(coalesced) }
        self.attemptResults = report.attempts.map { PBAttemptResult($0) }
        if let httpStatus = report.httpStatus { self.httpStatus = Int32(clamping: httpStatus) }
        self.outputBytes = report.outputBytes
        self.outputTruncated = report.isOutputTruncated
        self.inlineOutput = report.inlineOutput.map { PBOutputPiece($0) }
        self.outputs = report.outputs
    }

    /// Decodes a result, also one that says what this version does not know.
    ///
    /// Its number has to be counted, or nothing behind it would be heard. Without a status or a kind it is marked as unreadable;
    /// a reason becomes words.
    func decoded(_ field: String) throws(WireError) -> Report {
        let executionID: ExecutionID = try Fields.identifier(self.executionID, field + ".execution_id")
        var left: [String] = []
        var inlineOutput: [LogChunk] = []
        inlineOutput.reserveCapacity(self.inlineOutput.count)
        for piece in self.inlineOutput {
            let chunk = try Fields.understood(&left, or: LogChunk?.none) { () throws(WireError) in
                try piece.decoded(of: executionID, field + ".inline_output")
            }
            if let chunk { inlineOutput.append(chunk) }
        }
        var attempts: [AttemptRecord] = []
        for result in self.attemptResults {
            let record = try Fields.understood(&left, or: AttemptRecord?.none) { () throws(WireError) in
                try result.decoded(field + ".attempt_results")
            }
            if let record { attempts.append(record) }
        }
        var gaps: [String] = []
        let kind = try Fields.understood(&gaps, or: ExecutionKind.manual) { () throws(WireError) in
            try self.kind.decoded(field + ".kind")
        }
        let status = try Fields.understood(&gaps, or: ExecutionStatus.pending) { () throws(WireError) in
            try self.status.decoded(field + ".status")
        }
        var words: [String] = []
        let reason = try Fields.understood(&words, or: ExecutionReason?.none) { () throws(WireError) in
            try self.reason.decoded("reason")
        }
        if self.hasError { words.append(self.error) }
        var report = Report(
            sequence: try Fields.count(self.sequence, field + ".sequence"),
            executionID: executionID,
            runID: try Fields.identifier(self.runID, field + ".run_id"),
            jobUID: try Fields.identifier(self.taskUid, field + ".task_uid"),
            jobID: try Fields.number(self.taskID, field + ".task_id"),
            jobName: try Fields.label(self.taskName, field + ".task_name"),
            jobVersion: try Fields.count(self.taskVersion, field + ".task_version"),
            kind: kind,
            nominal: try Fields.instant(self.scheduledTime, field + ".scheduled_time"),
            status: status,
            reason: reason,
            detail: words.isEmpty ? nil : words.joined(separator: "; "),
            attempt: try Fields.count(self.attempt, field + ".attempt"),
            startedAt: self.hasStartedAt ? try Fields.instant(self.startedAt, field + ".started_at") : nil,
            finishedAt: self.hasFinishedAt ? try Fields.instant(self.finishedAt, field + ".finished_at") : nil,
            exitCode: self.hasExitCode ? Int(self.exitCode) : nil,
            httpStatus: self.hasHTTPStatus ? Int(self.httpStatus) : nil,
            retryOf: self.hasRetryOf ? try Fields.identifier(self.retryOf, field + ".retry_of") : nil,
            coalesced: self.hasCoalesced ? try self.coalesced.decoded(field + ".coalesced") : nil,
            attempts: attempts,
            outputBytes: try Fields.count(self.outputBytes, field + ".output_bytes"),
            isOutputTruncated: self.outputTruncated,
            inlineOutput: inlineOutput,
            outputs: self.outputs
        )
        report.unreadable = gaps.isEmpty ? nil : gaps.joined(separator: "; ")
        return report
    }
}

extension PBCoalescedRange {
    fileprivate init(_ range: CoalescedRange) {
        self.init()
        self.count = Int64(range.count)
        self.from = range.from.milliseconds
        self.through = range.through.milliseconds
    }

    fileprivate func decoded(_ field: String) throws(WireError) -> CoalescedRange {
        CoalescedRange(
            count: Int(try Fields.count(self.count, field + ".count")),
            from: try Fields.instant(self.from, field + ".from"),
            through: try Fields.instant(self.through, field + ".through")
        )
    }
}

extension PBOutputPiece {
    fileprivate init(_ chunk: LogChunk) {
        self.init()
        self.attempt = Int32(clamping: chunk.attempt)
        self.offset = chunk.offset
        self.stream = PBOutputStream(chunk.stream)
        self.bytes = Data(chunk.bytes)
    }

    fileprivate func decoded(of execution: ExecutionID, _ field: String) throws(WireError) -> LogChunk {
        LogChunk(
            executionID: execution,
            attempt: try Fields.count(self.attempt, field + ".attempt"),
            offset: try Fields.count(self.offset, field + ".offset"),
            stream: try self.stream.decoded(field + ".stream"),
            bytes: Array(self.bytes)
        )
    }
}
