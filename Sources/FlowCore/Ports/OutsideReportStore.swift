// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Results of programs that run a task without an agent of ours (S0: `POST /api/task/report`).
package protocol OutsideReportStore: Sendable {
    /// Keeps a result as a run with one execution.
    ///
    /// - Returns: the record; of a report that came before, the one that it made.
    func record(_ report: OutsideReport, by change: Change) async throws -> Execution
}

/// How a task went that somebody else has run.
package struct OutsideReport: Hashable, Sendable {
    package let job: JobID
    package let start: Timestamp
    package let end: Timestamp
    package let output: [UInt8]
    package let isSuccess: Bool
    /// Who says so.
    package let caller: String

    package init(
        job: JobID,
        start: Timestamp,
        end: Timestamp,
        output: [UInt8],
        isSuccess: Bool,
        caller: String
    ) {
        self.job = job
        self.start = start
        self.end = end
        self.output = output
        self.isSuccess = isSuccess
        self.caller = caller
    }

    /// What stands in the place of a host: none of ours ran it.
    package static let host = "outside"
    package static let source = "report"
}
