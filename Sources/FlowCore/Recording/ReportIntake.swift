// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Decides what reports of many agents change: in sequence, each exactly once (R5).
///
/// A store loads what ``Keys`` names, hands it over, lets every batch be applied, and saves ``changes`` in the same
/// transaction. Invariant: the acknowledged sequence and the effects of all reports up to it commit together. So a batch
/// that arrives again, whole or in part, changes nothing, and a report that went missing stops what is behind it until
/// it comes.
package struct ReportIntake {
    /// What reports touch, each key once and sorted.
    package struct Keys: Hashable, Sendable {
        package let agents: [AgentID]
        package let executions: [ExecutionID]
        /// Of these, the PENDING fires that no start was tried of are needed too.
        package let ranges: [PendingRange]

        package init(of batches: [ReportBatch]) {
            self.agents = Set(batches.map(\.agent)).sorted()
            var executions: Set<ExecutionID> = []
            var ranges: [PendingRange] = []
            for batch in batches {
                for report in batch.reports {
                    executions.insert(report.executionID)
                    guard let range = report.coalesced else { continue }
                    ranges.append(PendingRange(agent: batch.agent, job: report.jobUID, fires: range))
                }
            }
            self.executions = executions.sorted()
            self.ranges = ranges
        }
    }

    package private(set) var changes = RecordChanges()
    private let now: Timestamp
    /// Agents that are enrolled, and where their reports stand.
    private var progress: [AgentID: ReportProgress]
    private var executions: [ExecutionID: Execution] = [:]
    /// Fires of a job on an agent that may be closed with others.
    private var fires: [JobOnAgent: Set<ExecutionID>] = [:]
    private var results: [(applied: AppliedReports, chunks: Range<Int>)] = []

    private struct JobOnAgent: Hashable {
        let job: JobUID
        let agent: AgentID
    }

    /// Begins with what is stored of the keys; what is not there is left out.
    package init(progress: [AgentID: ReportProgress], executions: [Execution], at now: Timestamp) {
        self.progress = progress
        self.now = now
        for execution in executions { self.take(execution) }
    }

    private mutating func take(_ execution: Execution) {
        self.executions[execution.id] = execution
        guard execution.kind == .cron, execution.status == .pending else { return }
        self.fires[JobOnAgent(job: execution.jobUID, agent: execution.agentID), default: []].insert(execution.id)
    }

    /// Applies one agent's reports, as far as they follow on what was applied before.
    package mutating func apply(_ batch: ReportBatch) {
        let agent = batch.agent
        let firstChange = self.changes.changed.count
        let firstChunk = self.changes.chunks.count
        var ended: [(id: ExecutionID, totalBytes: Int64, isTruncated: Bool)] = []
        // An agent that was deleted has nothing stored: its word counts no more.
        let known = self.progress[agent]
        if var progress = known, progress.incarnation == batch.incarnation {
            for report in batch.reports where report.sequence > progress.acknowledged {
                guard report.sequence == progress.acknowledged + 1 else { break }
                if let output = self.apply(report, of: agent) {
                    ended.append((report.executionID, output.bytes, output.isTruncated))
                }
                progress.acknowledged = report.sequence
            }
            if progress != known {
                self.progress[agent] = progress
                self.changes.acknowledge(progress.acknowledged, of: agent)
            }
        }
        let applied = AppliedReports(
            agent: agent,
            incarnation: known?.incarnation ?? "",
            acknowledged: self.progress[agent]?.acknowledged ?? 0,
            changed: Array(self.changes.changed[firstChange...]),
            ended: ended
        )
        self.results.append((applied, firstChunk..<self.changes.chunks.count))
    }

    /// What to answer, once the changes are saved.
    ///
    /// - Parameter isNew: for each of the saved output pieces, whether it was not there before.
    package func answers(chunks isNew: [Bool]) -> [AppliedReports] {
        self.results.map { result in
            var applied = result.applied
            applied.chunks = result.chunks.filter { isNew[$0] }.map { self.changes.chunks[$0] }
            return applied
        }
    }

    /// - Returns: the size of the output when the report ended its execution.
    private mutating func apply(_ report: Report, of agent: AgentID) -> OutputEnd? {
        let stored = self.executions[report.executionID]
        // An id names its agent; whoever reports another's execution is not heard, and not held up either.
        if let stored, stored.agentID != agent { return nil }
        var end: OutputEnd?
        switch ExecutionMerge.decide(stored: stored, report: report, agent: agent, now: self.now) {
        case .keep: break
        case .write(let merged):
            if report.status.isTerminal {
                end = OutputEnd(bytes: report.outputBytes, isTruncated: report.isOutputTruncated)
            }
            if stored == nil { self.changes.make(Run(of: report, at: self.now)) }
            self.take(self.changes.write(merged, over: stored, output: end))
        }
        for record in report.attempts { self.changes.add(record, of: report.executionID) }
        for chunk in report.inlineOutput where chunk.executionID == report.executionID { self.changes.add(chunk) }
        if let range = report.coalesced { self.close(range, with: report, of: agent) }
        return end
    }

    /// One record stands for every fire of the range: pending ones the server recorded meanwhile are decided with it.
    ///
    /// A fire that waits for its next attempt has its own story and is left alone.
    private mutating func close(_ range: CoalescedRange, with report: Report, of agent: AgentID) {
        let candidates = self.fires[JobOnAgent(job: report.jobUID, agent: agent)] ?? []
        for id in candidates.sorted() where id != report.executionID {
            guard let pending = self.executions[id], pending.status == .pending, pending.attempt == 0,
                range.from <= pending.nominal, pending.nominal <= range.through
            else { continue }
            var skipped = pending
            skipped.status = .skipped
            skipped.reason = .misfireCoalesced
            skipped.detail = report.detail
            skipped.agentSequence = report.sequence
            skipped.decidedBy = .agent
            skipped.cancelRequested = false
            skipped.updatedAt = self.now
            self.take(self.changes.write(skipped, over: pending))
        }
    }
}

/// Where an agent's reports stand (R5).
package struct ReportProgress: Hashable, Sendable {
    package var incarnation: String
    package var acknowledged: Int64

    package init(incarnation: String, acknowledged: Int64) {
        self.incarnation = incarnation
        self.acknowledged = acknowledged
    }
}

/// PENDING fires of one job on one agent.
package struct PendingRange: Hashable, Sendable {
    package let agent: AgentID
    package let job: JobUID
    package let fires: CoalescedRange

    package init(agent: AgentID, job: JobUID, fires: CoalescedRange) {
        self.agent = agent
        self.job = job
        self.fires = fires
    }
}
