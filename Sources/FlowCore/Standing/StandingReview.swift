// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Decides whether a job goes on, or off, because of the time (`semantics.md` 6).
///
/// A value without I/O: a store gathers ``Facts`` and carries out the ``Verdict`` in one transaction.
package enum StandingReview {
    /// How a job stands that has fired for the last time.
    package struct Facts: Hashable, Sendable {
        /// An execution of it is PENDING or RUNNING.
        package var isUnderWay: Bool
        /// A host that is away owes an account of its fires.
        package var isOwed: Bool
        /// Every host of its groups has said what became of the last fire.
        package var isAccounted: Bool

        package init(isUnderWay: Bool, isOwed: Bool, isAccounted: Bool) {
            self.isUnderWay = isUnderWay
            self.isOwed = isOwed
            self.isAccounted = isAccounted
        }
    }

    package enum Verdict: Hashable, Sendable {
        /// There is nothing to look after.
        case none
        case look(at: Timestamp)
        /// The time it was paused until has come.
        case resume
        /// Its last fire is over everywhere: it switches itself off.
        case finish
    }

    /// How long after its last chance a host may still say what became of a fire that this server did not record; milliseconds.
    private static let patience: Int64 = 60_000
    /// How long after its last fire a job is first looked at; milliseconds.
    ///
    /// Not at once: where thousands fire for the last time, hosts and server have something better to do in these seconds.
    static let settling: Int64 = 5_000

    /// - Parameter facts: read only for a job that has fired for the last time.
    package static func decide(
        _ job: Job,
        at now: Timestamp,
        facts: () throws -> Facts
    ) rethrows -> Verdict {
        guard let due = job.reviewAt else { return .none }
        guard due <= now else { return .look(at: due) }
        if job.hold != nil { return .resume }
        let known = try facts()
        // The fire is not made durable yet, runs somewhere, or waits for a host that is away: it must still get its turn.
        guard job.nextFire == nil, !known.isUnderWay, !known.isOwed else { return self.later(due, now) }
        if known.isAccounted { return .finish }
        let policies = job.definition.policies
        let last = policies.catchUpWindowMilliseconds.saturating(plus: policies.misfireThresholdMilliseconds)
            .saturating(plus: policies.jitterMilliseconds + self.patience)
        return now >= due.advanced(byMilliseconds: last - self.settling) ? .finish : self.later(due, now)
    }

    /// Soon for what ends soon, once a minute for what takes hours.
    private static func later(_ due: Timestamp, _ now: Timestamp) -> Verdict {
        let pause = min(max(now.milliseconds(since: due) / 4, 500), 60_000)
        return .look(at: now.advanced(byMilliseconds: pause))
    }
}

extension Job {
    /// When the server looks whether the job goes on or off by itself; nil = never.
    package var reviewAt: Timestamp? {
        if let hold { return hold.until }
        guard self.isEnabled, let end = self.definition.schedule.end else { return nil }
        return end.advanced(byMilliseconds: StandingReview.settling)
    }
}

extension Job {
    /// The last fire of a schedule that has an end; nil when there is none that can be named.
    package var lastFire: Timestamp? {
        guard let end = self.definition.schedule.end else { return nil }
        return try? CompiledSchedule(self.definition.schedule, job: self.uid)
            .last(before: end.advanced(byMilliseconds: 1))
    }
}

extension ScheduleSpec {
    /// The last instant at which it may fire; nil = it has no end.
    package var end: Timestamp? {
        switch self {
        case .once(let instant): instant
        case .limited(_, let limits): limits.notAfter
        case .cron, .every, .delay, .manual: nil
        }
    }
}
