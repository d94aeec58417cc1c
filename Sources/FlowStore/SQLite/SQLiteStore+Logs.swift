// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

extension SQLiteStore {
    package func appendLog(_ pieces: [LogPiece]) async throws -> [LogPieceOutcome] {
        guard !pieces.isEmpty else { return [] }
        return try await self.write("append_log") { db in try pieces.map { try Self.append($0, db) } }
    }

    private static func append(_ piece: LogPiece, _ db: Database) throws -> LogPieceOutcome {
        let id = piece.attempt.execution
        guard let execution = try ExecutionTable(db).find(id) else { return .unknownExecution }
        guard execution.agentID == piece.agent else { return .notOwner }
        let logs = LogTable(db)
        let added = try piece.chunks.filter { try logs.insert($0, of: piece.attempt) }
        let state = try self.state(of: execution, db)
        return .stored(
            added: added,
            end: state.isComplete ? LogEnd(totalBytes: state.totalBytes, isTruncated: state.isTruncated) : nil
        )
    }

    package func logHeads(_ attempts: [LogAttempt]) async throws -> [LogHead?] {
        try await self.read { db in
            let executions = ExecutionTable(db)
            let logs = LogTable(db)
            return try attempts.map { attempt in
                guard let execution = try executions.find(attempt.execution) else { return nil }
                return LogHead(
                    owner: execution.agentID,
                    end: try logs.end(of: attempt.execution, attempt: attempt.attempt),
                    storedBytes: try logs.size(of: attempt)
                )
            }
        }
    }

    package func log(_ id: ExecutionID, from offset: Int64, limit: Int) async throws -> LogSlice {
        try await self.read { db in
            guard let execution = try ExecutionTable(db).find(id) else { throw StoreFault.noExecution(id) }
            let state = try Self.state(of: execution, db)
            let logs = LogTable(db)
            return LogSlice(
                chunks: try state.attempt.map {
                    try logs.chunks(of: id, attempt: $0, from: offset, limit: limit)
                } ?? [],
                totalBytes: state.totalBytes,
                isTruncated: state.isTruncated,
                isComplete: state.isComplete
            )
        }
    }

    /// How far the output of an execution is.
    private struct LogState {
        /// The newest attempt that has any.
        let attempt: Int?
        let totalBytes: Int64
        let isTruncated: Bool
        let isComplete: Bool
    }

    private static func state(of execution: Execution, _ db: Database) throws -> LogState {
        let logs = LogTable(db)
        let output = try ExecutionTable(db).output(of: execution.id)
        // What a provisional state says is not final: the agent may still send output and the real end.
        let hasNoneToCome = execution.status == .skipped
        let hasEnded = execution.status.isTerminal && (!execution.isProvisional || hasNoneToCome)
        let attempt = try logs.newestAttempt(of: execution.id)
        let arrived = try attempt.map { try logs.end(of: execution.id, attempt: $0) } ?? 0
        // The report of the end travels beside the output and may overtake it. The end of output that was cut may never
        // come.
        let isMissing = output.map { !$0.isTruncated && arrived < ($0.bytes ?? 0) } ?? false
        let isComplete = hasEnded && !isMissing
        return LogState(
            attempt: attempt,
            totalBytes: hasEnded ? max(output?.bytes ?? 0, arrived) : arrived,
            isTruncated: isComplete && output?.isTruncated == true,
            isComplete: isComplete
        )
    }
}
