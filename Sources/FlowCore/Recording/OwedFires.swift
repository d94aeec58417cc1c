// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Fires of a job that a host owes an account of since it went away: one row, however many there are.
///
/// A host that is away runs its jobs on its own, or was off and says at its return in one record what it missed. A PENDING
/// record per fire would be 86,400 a day for a job of every second, all to be closed at once.
package struct OwedFires: Hashable, Sendable {
    package let agent: AgentID
    package let job: JobID
    package let jobUID: JobUID
    /// The version of the newest of these fires.
    package let jobVersion: Int64
    /// Nominal time of the first fire that is owed.
    package let since: Timestamp
    /// When the host came back, or the job was disabled, deleted or taken from it; nil = it goes on.
    package let until: Timestamp?
    /// They are of several versions, or of several absences: nobody can count them afterwards.
    package let isMixed: Bool

    package init(
        agent: AgentID,
        job: JobID,
        jobUID: JobUID,
        jobVersion: Int64,
        since: Timestamp,
        until: Timestamp? = nil,
        isMixed: Bool = false
    ) {
        self.agent = agent
        self.job = job
        self.jobUID = jobUID
        self.jobVersion = jobVersion
        self.since = since
        self.until = until
        self.isMixed = isMixed
    }

    /// A host is asked about the first fires of so many jobs when it is back.
    package static let questionLimit = 1000

    /// The execution that the first of them is.
    package var firstID: ExecutionID {
        DeterministicID.execution(kind: .cron, job: self.jobUID, nominal: self.since, agent: self.agent)
    }

    /// Counting stops here; the number is then the least there are.
    package static let countLimit = 20_000

    /// How many fires of a schedule lie in `[since, through]`, at most ``countLimit``; nil when that can't be said.
    package func count(_ schedule: CompiledSchedule?, through: Timestamp) -> Int? {
        guard !self.isMixed, let schedule else { return nil }
        var count = 0
        var cursor = self.since.advanced(byMilliseconds: -1)
        while count < Self.countLimit, let next = schedule.next(after: cursor), next <= through {
            count += 1
            cursor = next
        }
        return count
    }

    /// Why nobody is waited for any longer.
    package enum Ending: Hashable, Sendable {
        /// Away for longer than hosts keep their own records.
        case gaveUp
        /// It is back, has reported what it had to report, and said nothing of these: its ledger is new, or the job was new to it.
        case silent
        case agentDeleted

        fileprivate var words: String {
            switch self {
            case .gaveUp: "the host did not come back before the time to wait for it was over"
            case .silent: "the host came back and gave no account of them"
            case .agentDeleted: "the host was deleted"
            }
        }
    }

    /// The one record that stands for all of them, and its run.
    ///
    /// Its time is that of the first. Provisional like everything a server concludes: should the host have run that fire after
    /// all, its report replaces it.
    ///
    /// - Parameters:
    ///   - job: the version ``jobVersion``.
    ///   - through: until when, where ``until`` does not say it.
    package func record(
        of job: JobSnapshot,
        _ ending: Ending,
        through: Timestamp,
        at now: Timestamp
    ) -> (Run, Execution) {
        let through = self.until ?? through
        let run = Run(
            id: DeterministicID.run(kind: .cron, job: self.jobUID, nominal: self.since),
            jobID: self.job,
            jobUID: self.jobUID,
            jobName: job.name,
            jobVersion: self.jobVersion,
            type: .schedule,
            nominal: self.since,
            source: "scheduler",
            createdAt: now
        )
        let count = self.count(try? CompiledSchedule(job.schedule, job: self.jobUID), through: through)
        let number: String
        switch count {
        case nil: number = "Fires"
        case 1?: number = "1 fire"
        case .some(let count): number = (count >= Self.countLimit ? "At least " : "") + "\(count) fires"
        }
        let execution = Execution(
            id: self.firstID,
            runID: run.id,
            jobID: self.job,
            jobUID: self.jobUID,
            jobName: job.name,
            jobVersion: self.jobVersion,
            agentID: self.agent,
            kind: .cron,
            nominal: self.since,
            status: .skipped,
            reason: .agentOffline,
            detail: "\(number) from \(self.since) through \(through): \(ending.words).",
            updatedAt: now
        )
        return (run, execution)
    }
}

/// Reports of fires that nobody here knew: with the first of them a host begins to account for what it owes.
package struct OwedAccount: Hashable, Sendable {
    package let agent: AgentID
    package let job: JobID
    /// Nominal times.
    package var fires: ClosedRange<Timestamp>

    package init(agent: AgentID, job: JobID, fires: ClosedRange<Timestamp>) {
        self.agent = agent
        self.job = job
        self.fires = fires
    }

    /// Whether it speaks of these fires: an agent reports in order, so what follows is accounted for by what it sends next.
    package func covers(_ owed: OwedFires) -> Bool {
        self.agent == owed.agent && self.job == owed.job && self.fires.upperBound >= owed.since
            && owed.until.map { self.fires.lowerBound <= $0 } ?? true
    }
}
