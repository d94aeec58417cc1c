// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What an agent says happened to one execution.
///
/// Numbered, durable in its outbox until acknowledged (R5).
package struct Report: Hashable, Sendable, Codable {
    /// Position in the agent's outbox; gapless within an incarnation.
    package var sequence: Int64
    package var executionID: ExecutionID
    package var runID: RunID
    package var jobUID: JobUID
    package var jobID: JobID
    package var jobName: String
    package var jobVersion: Int64
    package var kind: ExecutionKind
    package var nominal: Timestamp
    package var status: ExecutionStatus
    package var reason: ExecutionReason?
    package var detail: String?
    package var attempt: Int
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    package var exitCode: Int?
    package var httpStatus: Int?
    package var retryOf: ExecutionID?
    /// Set on SKIPPED(MISFIRE_COALESCED): this record stands for every fire of the range that has none of its own.
    package var coalesced: CoalescedRange?
    /// How attempts ended that the execution's own fields do not keep: the one before a retry, and those after one.
    ///
    /// One, where the report tells of its end; all of them in an answer to a server that lost its records.
    package var attempts: [AttemptRecord]
    /// Output so far in bytes, and whether the middle was cut; set on terminal reports.
    package var outputBytes: Int64
    package var isOutputTruncated: Bool
    /// The whole output of a short run, so that it needs no log stream of its own.
    package var inlineOutput: [LogChunk]
    /// What the last attempt hands on (``StepOutputs``); set on terminal reports.
    package var outputs: [String: String]
    /// What a newer agent says in it that this server does not know, in words: its number counts, and nothing else of it.
    package var unreadable: String?

    package init(
        sequence: Int64 = 0,
        executionID: ExecutionID,
        runID: RunID,
        jobUID: JobUID,
        jobID: JobID,
        jobName: String,
        jobVersion: Int64,
        kind: ExecutionKind,
        nominal: Timestamp,
        status: ExecutionStatus,
        reason: ExecutionReason? = nil,
        detail: String? = nil,
        attempt: Int = 0,
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil,
        exitCode: Int? = nil,
        httpStatus: Int? = nil,
        retryOf: ExecutionID? = nil,
        coalesced: CoalescedRange? = nil,
        attempts: [AttemptRecord] = [],
        outputBytes: Int64 = 0,
        isOutputTruncated: Bool = false,
        inlineOutput: [LogChunk] = [],
        outputs: [String: String] = [:]
    ) {
        self.sequence = sequence
        self.executionID = executionID
        self.runID = runID
        self.jobUID = jobUID
        self.jobID = jobID
        self.jobName = jobName
        self.jobVersion = jobVersion
        self.kind = kind
        self.nominal = nominal
        self.status = status
        self.reason = reason
        self.detail = detail
        self.attempt = attempt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.exitCode = exitCode
        self.httpStatus = httpStatus
        self.retryOf = retryOf
        self.coalesced = coalesced
        self.attempts = attempts
        self.outputBytes = outputBytes
        self.isOutputTruncated = isOutputTruncated
        self.inlineOutput = inlineOutput
        self.outputs = outputs
    }
}

/// Fires that were missed together: one record instead of one each (`semantics.md` 6, misfire).
package struct CoalescedRange: Hashable, Sendable, Codable {
    package let count: Int
    /// Nominal time of the first and the last fire of the range, both included.
    package let from: Timestamp
    package let through: Timestamp

    package init(count: Int, from: Timestamp, through: Timestamp) {
        self.count = count
        self.from = from
        self.through = through
    }
}

/// Reports of one agent in sequence order.
package struct ReportBatch: Hashable, Sendable, Codable {
    package let agent: AgentID
    package let incarnation: String
    package let reports: [Report]

    package init(agent: AgentID, incarnation: String, reports: [Report]) {
        self.agent = agent
        self.incarnation = incarnation
        self.reports = reports
    }
}

/// Where a piece of output came from.
package enum OutputStream: String, Codable, Sendable {
    case standardOutput = "o"
    case standardError = "e"
}

/// A piece of an execution's output.
///
/// Offsets count the bytes of both streams of one attempt in the order in which they were read; a jump between two chunks
/// is output that the cap cut.
package struct LogChunk: Hashable, Sendable, Codable {
    package var executionID: ExecutionID
    package var attempt: Int
    package var offset: Int64
    package var stream: OutputStream
    package var bytes: [UInt8]

    package init(executionID: ExecutionID, attempt: Int, offset: Int64, stream: OutputStream, bytes: [UInt8]) {
        self.executionID = executionID
        self.attempt = attempt
        self.offset = offset
        self.stream = stream
        self.bytes = bytes
    }
}
