// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Makes the executions and orders of one run, for fires and triggers alike.
struct ExecutionStart {
    let db: Database
    let snapshots: SnapshotCache
    let run: Run
    let kind: ExecutionKind
    let deadline: Timestamp
    let now: Timestamp
    var retryOf: ExecutionID?

    /// The PENDING record on an agent, or the one that agent has already reported.
    func record(_ id: ExecutionID, on agent: AgentID) throws -> Execution {
        let execution = Execution(
            id: id,
            runID: self.run.id,
            jobID: self.run.jobID,
            jobUID: self.run.jobUID,
            jobName: self.run.jobName,
            jobVersion: self.run.jobVersion,
            agentID: agent,
            kind: self.kind,
            nominal: self.run.nominal,
            retryOf: self.retryOf,
            updatedAt: self.now
        )
        let table = ExecutionTable(self.db)
        if try table.insert(execution, deadline: self.deadline) { return execution }
        return try table.find(id) ?? execution
    }

    /// Stores the order and says what it tells the agent.
    ///
    /// - Returns: nil when the job's version is not known here, so that nothing could be ordered.
    func order(_ execution: Execution) throws -> Order? {
        guard
            let job = try self.snapshots.snapshot(self.run.jobUID, version: self.run.jobVersion, self.db)
        else { return nil }
        try OrderTable(self.db, self.snapshots).insert(execution.id, for: execution.agentID)
        return Order(
            executionID: execution.id,
            runID: self.run.id,
            job: job,
            kind: self.kind,
            nominal: self.run.nominal,
            parameters: self.run.parameters,
            retryOf: self.retryOf,
            deadline: self.deadline
        )
    }
}
