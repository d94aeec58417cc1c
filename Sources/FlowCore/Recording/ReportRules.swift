// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What an agent may report.
///
/// Identifiers of fires are computed from what everybody may know, and an agent's host may be in other hands. So a report
/// speaks for the reporting agent's own executions only, and says of them only what can be.
package enum ReportRules {
    /// Why a report is not heard.
    ///
    /// It counts as taken all the same, so that it holds up nothing behind it.
    package enum Refusal: String, Hashable, Sendable, CaseIterable {
        /// The execution is another agent's.
        case notOwner = "not_owner"
        /// The identifiers do not follow from what the report says.
        case wrongIdentifier = "wrong_identifier"
        /// The job's number belongs to another job.
        case otherJob = "other_job"
        /// It says that it joins a run that is known here, and the agent is none of that run's targets.
        case otherRun = "other_run"
        /// The fire lies further ahead than any clock that works.
        case future
        /// It says what only a newer server knows.
        case notUnderstood = "not_understood"
    }

    package enum Verdict: Hashable, Sendable {
        /// The report, with times and sizes that cannot be put right.
        case heard(Report)
        /// As ``heard(_:)``, and the stored record goes: somebody else took this identifier, which is provably this agent's.
        case takesOver(Report)
        case refused(Refusal)
    }

    /// What is stored about what a report names.
    package struct Known: Hashable, Sendable {
        package var execution: Execution?
        package var run: Run?
        /// The number of the job, by its uid; nil when no version of it was ever stored here.
        package var job: JobID?
        /// Whose number the report carries.
        package var owner: JobUID?

        package init(execution: Execution? = nil, run: Run? = nil, job: JobID? = nil, owner: JobUID? = nil) {
            self.execution = execution
            self.run = run
            self.job = job
            self.owner = owner
        }
    }

    /// How far ahead of the server's clock a fire may lie that the server did not plan itself; milliseconds.
    ///
    /// An agent's clock follows its server's within seconds, and drifts by seconds a day without it (R7).
    package static let longestLead: Int64 = 3_600_000
    /// By how much clocks of both sides may differ about when an execution ran; milliseconds.
    private static let clockTolerance: Int64 = 600_000
    /// Output that travels inside a report, of all its attempts; bytes.
    ///
    /// Agents send longer output on streams of its own.
    private static let inlineLimit = 1 << 20
    /// Words for people; bytes.
    private static let detailLimit = 4096

    /// Judges a report.
    ///
    /// - Parameters:
    ///   - report: what the agent says.
    ///   - known: what is stored.
    ///   - agent: who says it.
    ///   - now: the server's time.
    package static func judge(_ report: Report, known: Known, agent: AgentID, now: Timestamp) -> Verdict {
        if report.unreadable != nil { return .refused(.notUnderstood) }
        if let stored = known.execution, stored.agentID == agent {
            return .heard(self.mended(report, of: stored, now: now))
        }
        // A fire's identifier says whose it is, so of two who claim it one can be believed.
        let isOwn = self.isOwnFire(report, of: agent)
        if known.execution != nil, !isOwn { return .refused(.notOwner) }
        if let refusal = self.refusal(of: report, isOwnFire: isOwn, known: known, now: now) { return .refused(refusal) }
        var mended = self.mended(report, of: nil, now: now)
        mended.jobID = known.job ?? report.jobID
        return known.execution == nil ? .heard(mended) : .takesOver(mended)
    }

    /// Whether the identifiers are those of this fire on this agent.
    private static func isOwnFire(_ report: Report, of agent: AgentID) -> Bool {
        guard report.kind == .cron else { return false }
        let id = DeterministicID.execution(kind: .cron, job: report.jobUID, nominal: report.nominal, agent: agent)
        return report.executionID == id
            && report.runID == DeterministicID.run(kind: .cron, job: report.jobUID, nominal: report.nominal)
    }

    /// About an execution that nobody here knows.
    private static func refusal(of report: Report, isOwnFire: Bool, known: Known, now: Timestamp) -> Refusal? {
        if report.nominal.milliseconds(since: now) > self.longestLead { return .future }
        if known.job == nil, let owner = known.owner, owner != report.jobUID { return .otherJob }
        if report.kind == .cron { return isOwnFire ? nil : .wrongIdentifier }
        // Somebody asked for it before this database was restored from a backup: the trigger that went into the identifier is
        // gone, the time in it is not.
        guard report.executionID.nominal == report.nominal else { return .wrongIdentifier }
        guard let run = known.run else { return nil }
        let isSame = run.isFromReport && run.jobUID == report.jobUID && run.nominal == report.nominal
        return isSame ? nil : .otherRun
    }

    private static func mended(_ report: Report, of stored: Execution?, now: Timestamp) -> Report {
        var report = report
        // Nothing runs before its nominal time or after now, but for what the clocks differ.
        let earliest = report.nominal.advanced(byMilliseconds: -self.clockTolerance)
        let latest = max(earliest, now.advanced(byMilliseconds: self.clockTolerance))
        report.startedAt = report.startedAt.map { min(max($0, earliest), latest) }
        // A clock that was set back between start and end makes an end before its start.
        let start = report.startedAt ?? earliest
        report.finishedAt = report.finishedAt.map { min(max($0, start), max(start, latest)) }
        if let stored, stored.jobUID != report.jobUID { report.coalesced = nil }
        if let detail = report.detail, detail.utf8.count > self.detailLimit {
            report.detail = String(decoding: detail.utf8.prefix(self.detailLimit), as: UTF8.self) + "…"
        }
        var size = 0
        report.inlineOutput = report.inlineOutput.filter { chunk in
            size += chunk.bytes.count
            return size <= self.inlineLimit && chunk.executionID == report.executionID
        }
        return report
    }
}
