// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Decides what reports of many agents change: in sequence, each exactly once (R5).
///
/// A store loads what ``Keys`` names, hands it over, lets every batch be applied, and saves ``changes`` in the same
/// transaction. Invariant: the acknowledged sequence and the effects of all reports up to it commit together. So a batch
/// that arrives again, whole or in part, changes nothing, and a report that went missing stops what is behind it until
/// it comes.
package struct ReportIntake {
    /// What is stored about reports, as far as it is there.
    package struct Stored: Sendable {
        /// Agents that are enrolled, and where their reports stand.
        package var progress: [AgentID: ReportProgress] = [:]
        package var executions: [Execution] = []
        package var runs: [RunID: Run] = [:]
        /// Numbers of jobs, also of deleted ones.
        package var jobs: [JobUID: JobID] = [:]
        /// Jobs that have a number now.
        package var owners: [JobID: JobUID] = [:]

        package init(progress: [AgentID: ReportProgress] = [:], executions: [Execution] = []) {
            self.progress = progress
            self.executions = executions
        }
    }

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

        /// What else is needed of executions that are not stored, or are another agent's.
        package struct Origins: Hashable, Sendable {
            package let runs: [RunID]
            package let jobs: [JobUID]
            package let numbers: [JobID]

            package init(of batches: [ReportBatch], stored: [Execution]) {
                let owners = Dictionary(stored.map { ($0.id, $0.agentID) }) { first, _ in first }
                let reports = batches.flatMap { batch in
                    batch.reports.filter { owners[$0.executionID] != batch.agent }
                }
                // A fire's run follows from the fire.
                self.runs = Set(reports.filter { $0.kind != .cron }.map(\.runID)).sorted()
                self.jobs = Set(reports.map(\.jobUID)).sorted()
                self.numbers = Set(reports.map(\.jobID)).sorted()
            }
        }
    }

    package private(set) var changes = RecordChanges()
    private let now: Timestamp
    private var progress: [AgentID: ReportProgress]
    private var runs: [RunID: Run]
    private let jobs: [JobUID: JobID]
    private let owners: [JobID: JobUID]
    private var executions: [ExecutionID: Execution] = [:]
    /// Fires of a job on an agent that may be closed with others.
    private var fires: [JobOnAgent: Set<ExecutionID>] = [:]
    private var results: [(applied: AppliedReports, chunks: Range<Int>)] = []

    private struct JobOnAgent: Hashable {
        let job: JobUID
        let agent: AgentID
    }

    /// Begins with what is stored of the keys; what is not there is left out.
    package init(_ stored: Stored, at now: Timestamp) {
        self.progress = stored.progress
        self.runs = stored.runs
        self.jobs = stored.jobs
        self.owners = stored.owners
        self.now = now
        for execution in stored.executions { self.take(execution) }
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
        var refused: [RefusedReport] = []
        // An agent that was deleted has nothing stored: its word counts no more.
        let known = self.progress[agent]
        if var progress = known, progress.incarnation == batch.incarnation {
            for report in batch.reports where report.sequence > progress.acknowledged {
                guard report.sequence == progress.acknowledged + 1 else { break }
                do {
                    if let output = try self.apply(report, of: agent) {
                        ended.append((report.executionID, output.bytes, output.isTruncated))
                    }
                } catch {
                    refused.append(error)
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
            ended: ended,
            refused: refused
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
    /// - Throws: why the agent is not heard.
    private mutating func apply(_ said: Report, of agent: AgentID) throws(RefusedReport) -> OutputEnd? {
        let report: Report
        var stored = self.executions[said.executionID]
        switch ReportRules.judge(said, known: self.known(of: said), agent: agent, now: self.now) {
        case .refused(let refusal): throw RefusedReport(execution: said.executionID, refusal: refusal)
        case .heard(let heard): report = heard
        case .takesOver(let heard):
            report = heard
            if let stranger = stored { self.changes.remove(stranger) }
            stored = nil
        }
        if report.kind == .cron, stored == nil || report.coalesced != nil {
            self.changes.account(for: report.nominal, of: report.jobID, on: agent)
        }
        var end: OutputEnd?
        switch ExecutionMerge.decide(stored: stored, report: report, agent: agent, now: self.now) {
        case .keep: break
        case .write(let merged):
            if report.status.isTerminal {
                end = OutputEnd(bytes: report.outputBytes, isTruncated: report.isOutputTruncated)
            }
            if stored == nil { self.make(Run(of: report, at: self.now)) }
            self.take(self.changes.write(merged, over: stored, output: end))
        }
        if report.status.isTerminal, !report.outputs.isEmpty, stored?.reason != .moved,
            StepOutputs.isAcceptable(report.outputs)
        {
            self.changes.setOutputs(report.outputs, of: report.executionID)
        }
        for record in report.attempts { self.changes.add(record, of: report.executionID) }
        if let stored, stored.reason == .moved, stored.decidedBy == .server, report.status.isTerminal,
            report.attempt > 0
        {
            self.changes.add(AttemptRecord(report), of: report.executionID)
        }
        for chunk in report.inlineOutput where chunk.executionID == report.executionID { self.changes.add(chunk) }
        if let range = report.coalesced { self.close(range, with: report, of: agent) }
        return end
    }

    private func known(of report: Report) -> ReportRules.Known {
        ReportRules.Known(
            execution: self.executions[report.executionID],
            run: self.runs[report.runID],
            job: self.jobs[report.jobUID],
            owner: self.owners[report.jobID]
        )
    }

    private mutating func make(_ run: Run) {
        if self.runs[run.id] == nil { self.runs[run.id] = run }
        self.changes.make(run)
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

/// A report that was not heard.
package struct RefusedReport: Error, Hashable, Sendable {
    package let execution: ExecutionID
    package let refusal: ReportRules.Refusal
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

extension AttemptRecord {
    /// How the last attempt ended by a host's word that changes the record no more.
    fileprivate init(_ report: Report) {
        self.init(
            number: report.attempt,
            status: report.status,
            reason: report.reason,
            detail: report.detail,
            startedAt: report.startedAt,
            finishedAt: report.finishedAt,
            exitCode: report.exitCode,
            httpStatus: report.httpStatus,
            outputBytes: report.outputBytes,
            isOutputTruncated: report.isOutputTruncated
        )
    }
}
