// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What is stored around a backfill at the moment at which it is looked at.
package struct BackfillFacts: Sendable {
    /// Nil when it has been deleted.
    package var job: Job?
    /// The next time; nil when all had their turn.
    package var next: Timestamp?
    package var isSchedulerStopped: Bool
    /// Runs of this backfill that have not ended.
    package var openRuns: Int
    /// Runs of the job under way, this backfill's included.
    package var jobRuns: Int

    package init(
        job: Job?,
        next: Timestamp? = nil,
        isSchedulerStopped: Bool = false,
        openRuns: Int = 0,
        jobRuns: Int = 0
    ) {
        self.job = job
        self.next = next
        self.isSchedulerStopped = isSchedulerStopped
        self.openRuns = openRuns
        self.jobRuns = jobRuns
    }
}

/// What becomes of a backfill now.
package enum BackfillDecision: Hashable, Sendable {
    case end(Backfill.Ending)
    case done
    case wait(Backfill.Wait)
    /// This time has its turn.
    case look(Timestamp)
}

extension Backfill {
    package func decide(_ facts: BackfillFacts, at now: Timestamp) -> BackfillDecision {
        guard let job = facts.job, job.uid == self.jobUID else { return .end(.deleted) }
        if let ending = Self.obstacle(of: job) { return .end(ending) }
        guard let next = facts.next else { return facts.openRuns == 0 ? .done : .wait(.running) }
        if facts.isSchedulerStopped { return .wait(.stopped) }
        if facts.openRuns >= self.pace.concurrency { return .wait(.running) }
        // A run that its host would only skip would leave the very hole that is to be filled.
        if facts.jobRuns >= job.definition.policies.room { return .wait(.overlap) }
        let due = self.progress.startedAt?.advanced(byMilliseconds: self.pace.interval) ?? now
        return due > now ? .wait(.rate) : .look(next)
    }

    /// Why a job's past times can't be made up for; nil when they can.
    ///
    /// A job that has finished had its last fire, which says nothing of those before.
    package static func obstacle(of job: Job) -> Ending? {
        if !job.isEnabled, job.hold?.kind != .finished { return job.hold == nil ? .disabled : .paused }
        switch job.definition.schedule.base {
        case .cron, .every: return nil
        case .delay, .once, .manual, .limited: return .unscheduled
        }
    }

    package mutating func end(_ state: State, because ending: Ending? = nil, at now: Timestamp) {
        self.state = state
        self.ending = ending
        self.waiting = nil
        self.endedAt = now
    }
}

/// Who takes part in one time of a backfill.
package enum BackfillTurn: Hashable, Sendable {
    case wait(Backfill.Wait)
    /// Every host has started it before.
    case alreadyRan
    /// It runs on the first; the others are away. Without any of the first nothing runs.
    case begin(on: [AgentID], away: [AgentID])

    /// Of a job that runs on each host.
    ///
    /// - Parameters:
    ///   - targets: of the job's groups, ascending.
    ///   - hosts: which of all hosts are there.
    ///   - taken: those that have started this time, or have it before them.
    ///   - owing: those that have not said yet what they ran by themselves.
    package static func each(
        of targets: [AgentID],
        _ hosts: BackfillHosts,
        taken: Set<AgentID>,
        owing: Set<AgentID>
    ) -> BackfillTurn {
        let left = targets.filter { !taken.contains($0) }
        guard !left.isEmpty else { return targets.isEmpty ? .wait(.noHost) : .alreadyRan }
        guard targets.contains(where: hosts.online.contains) else { return .wait(.noHost) }
        let there = left.filter(hosts.online.contains)
        guard there.allSatisfy({ hosts.settled.contains($0) && !owing.contains($0) }) else { return .wait(.settling) }
        return .begin(on: there, away: left.filter { !hosts.online.contains($0) })
    }
}

/// Which hosts are there.
package struct BackfillHosts: Sendable {
    package let online: Set<AgentID>
    /// Those that have been there for so long that they have told what they ran by themselves.
    package let settled: Set<AgentID>

    /// How long a host may take for that; milliseconds.
    package static let patience: Int64 = 60_000

    package init(online: Set<AgentID>, settled: Set<AgentID>) {
        self.online = online
        self.settled = settled
    }
}

extension Execution {
    /// Whether it has started, or may still: what it was for is not to be done once more.
    package var isTakenUp: Bool {
        switch self.status {
        case .pending, .running, .success, .failure, .timeout: true
        case .cancelled, .skipped: self.attempt > 0
        }
    }
}
