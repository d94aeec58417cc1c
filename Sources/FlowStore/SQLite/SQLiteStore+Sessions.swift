// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

extension SQLiteStore {
    package func openSession(_ hello: Hello, address: String, at now: Timestamp) async throws -> AgentSessionStart {
        try await self.write("open_session") { db in
            let agents = AgentTable(db)
            let executions = ExecutionTable(db)
            guard let progress = try agents.progress(of: hello.agent) else { throw StoreFault.noAgent(hello.agent) }
            let isNew = progress.incarnation != hello.incarnation
            // A restored snapshot of the host repeats sequence numbers that were applied (R11): what it says from here on
            // is news, though its numbers are not.
            let isRolledBack = !isNew && hello.lastSequence < progress.acknowledged
            let acknowledged = isNew ? 0 : min(progress.acknowledged, hello.lastSequence)
            var interrupted: [Execution] = []
            if isNew || isRolledBack {
                var inference = Inference(db: db, snapshots: self.snapshots)
                let detail =
                    isNew
                    ? "The agent came back with a new ledger; whether this ran to its end is unknown."
                    : "The agent's ledger went back in time; whether this ran to its end is unknown."
                for execution in try executions.open(.running, of: hello.agent) {
                    try inference.infer(execution, .failure, .interrupted, detail, at: now)
                }
                try inference.finish()
                interrupted = inference.changed
                try executions.resetSequences(ofOpenOn: hello.agent)
            }
            let epoch = try agents.openSession(hello, address: address, acknowledged: acknowledged, at: now)
            return AgentSessionStart(
                epoch: epoch,
                acknowledgedSequence: acknowledged,
                cancels: try executions.cancels(of: hello.agent),
                interrupted: interrupted
            )
        }
    }
}
