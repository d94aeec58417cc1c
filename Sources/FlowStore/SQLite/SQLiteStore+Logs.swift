// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

extension SQLiteStore {
    package func appendLog(_ chunks: [LogChunk]) async throws {
        guard !chunks.isEmpty else { return }
        try await self.write("append_log") { db in
            let logs = LogTable(db)
            for chunk in chunks { try logs.insert(chunk) }
        }
    }

    package func log(_ id: ExecutionID, from offset: Int64, limit: Int) async throws -> LogSlice {
        try await self.read { db in
            let executions = ExecutionTable(db)
            guard let execution = try executions.find(id) else { throw StoreFault.noExecution(id) }
            let logs = LogTable(db)
            let output = try executions.output(of: id)
            // What a provisional state says is not final: the agent may still send output and the real end.
            let hasNoneToCome = execution.status == .skipped
            let hasEnded = execution.status.isTerminal && (!execution.isProvisional || hasNoneToCome)
            let attempt = try logs.newestAttempt(of: id)
            let arrived = try attempt.map { try logs.end(of: id, attempt: $0) } ?? 0
            // The report of the end travels beside the output and may overtake it. Of what was cut the end may never come.
            let isMissing = output.map { !$0.isTruncated && arrived < ($0.bytes ?? 0) } ?? false
            let isComplete = hasEnded && !isMissing
            return LogSlice(
                chunks: try attempt.map { try logs.chunks(of: id, attempt: $0, from: offset, limit: limit) } ?? [],
                totalBytes: hasEnded ? max(output?.bytes ?? 0, arrived) : arrived,
                isTruncated: isComplete && output?.isTruncated == true,
                isComplete: isComplete
            )
        }
    }
}
