// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// How far the output of each attempt of an execution is.
///
/// Reports of ends travel beside the output and may overtake it: an attempt's output is complete when its end is known and
/// everything up to it is here.
struct AttemptOutputs {
    struct State {
        /// Bytes the attempt wrote in all, as far as that is known.
        let totalBytes: Int64
        /// Where what is stored ends.
        let storedEnd: Int64
        let isTruncated: Bool
        let isComplete: Bool
    }

    /// The newest attempt that wrote something.
    let newest: Int?
    /// The newest attempt there is; 0 before the first start.
    let last: Int
    private let execution: Execution
    private let recorded: [AttemptRecord]
    private let db: Database

    init(_ execution: Execution, _ db: Database) throws {
        self.execution = execution
        self.db = db
        self.newest = try LogTable(db).newestAttempt(of: execution.id)
        self.last = max(execution.attempt, self.newest ?? 0)
        self.recorded = execution.attempt > 0 ? try AttemptTable(db).all(of: execution.id) : []
    }

    /// What a provisional state says is not final: the agent may still send output and the real end.
    private var hasEnded: Bool {
        self.execution.status.isTerminal && (!self.execution.isProvisional || self.execution.status == .skipped)
    }

    func state(of attempt: Int) throws -> State {
        let arrived = try LogTable(self.db).end(of: self.execution.id, attempt: attempt)
        let end = try self.end(of: attempt)
        // Of what was cut the end may never come, and what is missing of an attempt before the last is not waited for
        // when all is over.
        let isMissing = (end?.bytes ?? 0) > arrived && end?.isTruncated != true
        let isComplete = end != nil && (!isMissing || (self.hasEnded && attempt < self.last))
        return State(
            totalBytes: max(end?.bytes ?? 0, arrived),
            storedEnd: arrived,
            isTruncated: isComplete && end?.isTruncated == true,
            isComplete: isComplete
        )
    }

    /// Whether nothing more comes of any attempt.
    func isOver() throws -> Bool { self.hasEnded ? try self.state(of: self.last).isComplete : false }

    /// - Returns: nil while the attempt goes on.
    private func end(of attempt: Int) throws -> OutputEnd? {
        if let record = self.recorded.first(where: { $0.number == attempt }) {
            return OutputEnd(bytes: record.outputBytes, isTruncated: record.isOutputTruncated)
        }
        // An agent of an earlier version says nothing of the attempts before the last.
        guard attempt >= self.last else { return OutputEnd(bytes: 0, isTruncated: false) }
        guard self.hasEnded else { return nil }
        guard attempt == self.last else { return OutputEnd(bytes: 0, isTruncated: false) }
        let output = try ExecutionTable(self.db).output(of: self.execution.id)
        return OutputEnd(bytes: output?.bytes ?? 0, isTruncated: output?.isTruncated ?? false)
    }
}
