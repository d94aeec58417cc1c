// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What is known about a job at an instant.
package struct FireFacts: Sendable {
    package struct Host: Hashable, Sendable {
        package let id: AgentID
        package let name: String
        package let isOnline: Bool
        package let lastSeen: Timestamp?
        /// What keeps a connected host from starting anything, as it goes on behind "the host".
        package let trouble: FireExplanation.Text?

        package init(
            id: AgentID,
            name: String,
            isOnline: Bool,
            lastSeen: Timestamp?,
            trouble: FireExplanation.Text? = nil
        ) {
            self.id = id
            self.name = name
            self.isOnline = isOnline
            self.lastSeen = lastSeen
            self.trouble = trouble
        }
    }

    /// What the schedule says about the instant.
    package enum Timing: Hashable, Sendable {
        case due
        /// The fires before and after it, where there are any.
        case between(Timestamp?, Timestamp?)
        /// It would be due, if it were not for these limits; the fires before and after it.
        case outside(ScheduleLimits, Timestamp?, Timestamp?)
        /// Somebody triggers it, or other jobs when they end.
        case unscheduled(waitsForOthers: Bool)
        case delay(seconds: Int64)
    }

    package let at: Timestamp
    package let now: Timestamp
    package let timing: Timing
    package let isEnabled: Bool
    /// Why it rests, if nobody switched it off.
    package let hold: JobHold?
    package let createdAt: Timestamp
    /// When the version in force was made.
    package let changedAt: Timestamp
    package let jitterSeconds: Int64
    package let placement: Placement?
    /// The pool whose places the job shares.
    package let pool: PoolUse?
    /// What hosts do without a connection to a server.
    package let offline: OfflinePolicy
    /// In the order in which they are named.
    package let hosts: [Host]
    /// Records with the instant as their nominal time.
    package let executions: [Execution]
    /// Records of the job around the instant, for what ran meanwhile and for what was put together.
    package let neighbours: [Execution]
    /// The scheduler's stop that the instant lies in.
    package let stop: SchedulerStop?
    /// The hosts that were, or will be, in maintenance at the instant.
    package let maintenances: [AgentID: MaintenancePeriod]
    /// Records of backfills that were for the instant.
    package let makeUps: [Execution]
    /// In which of how many waves records of the instant are.
    package let waves: [ExecutionID: (wave: Int, count: Int)]

    /// - Parameters:
    ///   - instant: what is asked about; a fire within the same second counts as meant.
    ///   - neighbours: other records of the job with a nominal time around the instant.
    package init(
        job: Job,
        schedule: CompiledSchedule,
        at instant: Timestamp,
        now: Timestamp,
        hosts: [Host],
        executions: [Execution],
        neighbours: [Execution],
        stop: SchedulerStop? = nil,
        maintenances: [AgentID: MaintenancePeriod] = [:],
        makeUps: [Execution] = [],
        waves: [ExecutionID: (wave: Int, count: Int)] = [:]
    ) {
        let fire = schedule.next(after: instant.advanced(byMilliseconds: -1)).flatMap { next in
            next.seconds == instant.seconds ? next : nil
        }
        self.at = fire ?? instant
        self.now = now
        self.isEnabled = job.isEnabled
        self.hold = job.hold
        self.createdAt = job.createdAt
        self.changedAt = job.updatedAt
        self.jitterSeconds = job.definition.policies.jitterMilliseconds / 1000
        self.placement = job.definition.placement
        self.pool = job.definition.policies.pool
        self.offline = job.definition.policies.offline
        self.hosts = hosts
        self.executions = executions
        self.neighbours = neighbours
        self.stop = stop
        self.maintenances = maintenances
        self.makeUps = makeUps
        self.waves = waves
        if let pause = schedule.delayMilliseconds {
            self.timing = .delay(seconds: pause / 1000)
        } else if fire != nil {
            self.timing = .due
        } else if schedule.isReboot || job.definition.schedule == .manual {
            self.timing = .unscheduled(waitsForOthers: job.definition.dependencies != nil)
        } else if let limits = schedule.obstacle(at: instant) {
            self.timing = .outside(limits, schedule.last(before: instant), schedule.next(after: instant))
        } else {
            self.timing = .between(schedule.last(before: instant), schedule.next(after: instant))
        }
    }
}

extension CompiledSchedule {
    /// The last fire before an instant; nil when there is none in the last year.
    ///
    /// Looks back in steps that grow, so that a schedule of every second is not counted through a year.
    package func last(before instant: Timestamp) -> Timestamp? {
        var reach: Int64 = 2000
        while reach <= 400 * 86_400_000 {
            var cursor = instant.advanced(byMilliseconds: -reach)
            var last: Timestamp?
            while let next = self.next(after: cursor), next < instant {
                last = next
                cursor = next
            }
            if let last { return last }
            reach *= 4
        }
        return nil
    }
}
