// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ReportPosition {
    /// What became of the executions that ran under another ledger; nil when it is the same one (R11).
    package var interruption: Inference? {
        let detail: String
        switch self.ledger {
        case .known: return nil
        case .new: detail = "The agent came back with a new ledger; whether this ran to its end is unknown."
        case .rolledBack: detail = "The agent's ledger went back in time; whether this ran to its end is unknown."
        }
        return Inference(.failure, .interrupted, detail)
    }

    /// Decides about the open executions of the agent: running ones are interrupted, and waiting ones forget which report
    /// they come from, because what the agent says from here on is news, though its numbers may not be.
    package func changes(of open: [Execution], at now: Timestamp) -> (changes: RecordChanges, interrupted: [Execution])
    {
        var changes = RecordChanges()
        guard let interruption = self.interruption else { return (changes, []) }
        changes.infer(interruption, for: open.filter { $0.status == .running }, at: now)
        let interrupted = changes.changed
        for execution in open where execution.status == .pending && execution.agentSequence != 0 {
            var forgotten = execution
            forgotten.agentSequence = 0
            changes.write(forgotten, over: execution)
        }
        return (changes, interrupted)
    }
}
