// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// States the server infers within one transaction: provisional, until an agent says what happened (`semantics.md` 2).
struct Inference {
    private let db: Database
    private let snapshots: SnapshotCache
    private var rollups = RollupLedger()
    private(set) var changed: [Execution] = []

    init(db: Database, snapshots: SnapshotCache) {
        self.db = db
        self.snapshots = snapshots
    }

    /// Closes or changes one execution that the transaction has read, and takes its order out.
    mutating func infer(
        _ execution: Execution,
        _ status: ExecutionStatus,
        _ reason: ExecutionReason,
        _ detail: String,
        at now: Timestamp
    ) throws {
        var inferred = execution
        inferred.status = status
        inferred.reason = reason
        inferred.detail = detail
        inferred.decidedBy = .server
        // When it ended is not known, so it has no duration either.
        inferred.finishedAt = nil
        inferred.exitCode = nil
        if status.isTerminal { inferred.cancelRequested = false }
        inferred.updatedAt = now
        try ExecutionTable(self.db).update(inferred, from: execution)
        if execution.status == .pending, status != .pending {
            try OrderTable(self.db, self.snapshots).delete(execution.id, for: execution.agentID)
        }
        self.rollups.replace(execution, with: inferred)
        self.changed.append(inferred)
    }

    /// Writes what gathered; once, at the end.
    func finish() throws { try RollupTable(self.db).apply(self.rollups) }
}
