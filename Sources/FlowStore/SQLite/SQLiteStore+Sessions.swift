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
            let position = ReportPosition(
                incarnation: progress.incarnation,
                stored: progress.acknowledged,
                hello: hello
            )
            let questions = position.hasGap ? try executions.underWay(of: hello.agent) : []
            var interrupted: [Execution] = []
            if position.ledger != .known {
                var inference = Inference(db: db, snapshots: self.snapshots)
                let detail =
                    position.ledger == .new
                    ? "The agent came back with a new ledger; whether this ran to its end is unknown."
                    : "The agent's ledger went back in time; whether this ran to its end is unknown."
                for execution in try executions.open(.running, of: hello.agent) {
                    try inference.infer(execution, .failure, .interrupted, detail, at: now)
                }
                try inference.finish()
                interrupted = inference.changed
                // What the agent says from here on is news, though its numbers may not be.
                try executions.resetSequences(ofOpenOn: hello.agent)
            }
            let epoch = try agents.openSession(
                hello,
                address: address,
                acknowledged: position.acknowledged,
                at: now
            )
            let cancels = try executions.cancels(of: hello.agent)
            return AgentSessionStart(
                epoch: epoch,
                acknowledgedSequence: position.acknowledged,
                cancels: cancels.map(\.id),
                forced: cancels.filter(\.force).map(\.id),
                interrupted: interrupted,
                questions: questions
            )
        }
    }
}
