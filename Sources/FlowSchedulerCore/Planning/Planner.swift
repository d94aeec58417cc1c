// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Decides which fires the server makes durable, and when.
///
/// A value without I/O. Every fire leaves here ``lead`` before its nominal time and comes back with what the store's
/// compare-and-set made of it (R3): this is a cache of the schedule, and being wrong about it costs a lost
/// compare-and-set, never a lost or doubled fire. One fire per job is in flight at a time.
package struct Planner: Sendable {
    /// How long before its nominal time a fire becomes durable and its orders leave; milliseconds (`semantics.md` 3).
    package static let lead: Int64 = 2000
    /// A server that was away longer than this leaves the missed fires to the agents' own accounts; milliseconds.
    package static let catchUp: Int64 = 60_000
    /// How long a fire waits after the store failed; milliseconds.
    private static let retryDelay: Int64 = 500

    private struct Entry: Sendable {
        let id: JobID
        let version: Int64
        let plan: SharedSchedule
        /// The next fire that is not known to be durable.
        var next: Timestamp
        var isInFlight = false
        /// The rules of the zone have changed since `next` was stored, and it is no fire any more: the schedule moves on to
        /// one that is (R12).
        var isStale = false
    }

    /// A schedule of one job, or of many that say the same.
    private final class SharedSchedule: Sendable {
        let schedule: CompiledSchedule
        init(_ schedule: CompiledSchedule) { self.schedule = schedule }
    }

    private var entries: [JobUID: Entry] = [:]
    private var timers = TimerQueue<JobUID>()

    package init() {}

    /// Jobs that will fire some time.
    package var jobCount: Int { self.entries.count }

    /// Takes a new or changed job.
    ///
    /// - Returns: what is wrong with the schedule when it cannot be planned; nothing fires then.
    @discardableResult
    package mutating func update(_ job: Job) -> ScheduleError? {
        if let known = self.entries[job.uid], known.version > job.version { return nil }
        guard let plan = JobPlan(job) else {
            self.remove(job.uid)
            return nil
        }
        var shared: [ScheduleSpec: SharedSchedule] = [:]
        return self.update(plan, &shared)
    }

    /// Takes many jobs, as a server does when it starts; those that fire alike share what their schedule was compiled to.
    ///
    /// - Returns: those that cannot be planned, and why; nothing fires of them.
    @discardableResult
    package mutating func update(_ plans: some Sequence<JobPlan>) -> [(plan: JobPlan, error: ScheduleError)] {
        var shared: [ScheduleSpec: SharedSchedule] = [:]
        var faults: [(plan: JobPlan, error: ScheduleError)] = []
        for plan in plans {
            if let known = self.entries[plan.uid], known.version > plan.version { continue }
            if let error = self.update(plan, &shared) { faults.append((plan, error)) }
        }
        return faults
    }

    private mutating func update(
        _ job: JobPlan,
        _ shared: inout [ScheduleSpec: SharedSchedule]
    ) -> ScheduleError? {
        do {
            let plan = try Self.compile(job, &shared)
            let isStale =
                plan.schedule.zone?.isFixed == false
                && plan.schedule.next(after: job.next.advanced(byMilliseconds: -1)) != job.next
            self.entries[job.uid] = Entry(
                id: job.id,
                version: job.version,
                plan: plan,
                next: job.next,
                isStale: isStale
            )
            self.arm(job.uid)
            return nil
        } catch {
            self.remove(job.uid)
            return error
        }
    }

    private static func compile(
        _ job: JobPlan,
        _ shared: inout [ScheduleSpec: SharedSchedule]
    ) throws(ScheduleError) -> SharedSchedule {
        // What `H` stands for depends on the job.
        guard case .cron(let text, _, _) = job.schedule, !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "h") })
        else { return SharedSchedule(try CompiledSchedule(job.schedule, job: job.uid)) }
        if let known = shared[job.schedule] { return known }
        let plan = SharedSchedule(try CompiledSchedule(job.schedule, job: job.uid))
        shared[job.schedule] = plan
        return plan
    }

    package mutating func remove(_ job: JobUID) {
        self.entries[job] = nil
        self.timers.remove(job)
    }

    /// Forgets the jobs of some units of work: another server plans them.
    package mutating func remove(of units: Set<WorkUnit>) {
        for uid in self.entries.keys where units.contains(WorkUnit(of: uid)) { self.remove(uid) }
    }

    /// When to plan next; nil when nothing is scheduled.
    package mutating func nextWake() -> Timestamp? { self.timers.next() }

    /// Fires that are due to be made durable now, in order of time.
    ///
    /// - Parameter limit: the most there may be; see ``FireBatch``.
    package mutating func plan(now: Timestamp, limit: Int = FireBatch.first) -> [PlannedFire] {
        var fires: [PlannedFire] = []
        while fires.count < limit, let uid = self.timers.popDue(at: now) {
            guard var entry = self.entries[uid], !entry.isInFlight else { continue }
            let isMissed = now.milliseconds(since: entry.next) > Self.catchUp
            // One step over the whole downtime: a job of every second and a day away must not make 86,400 rows.
            var reference = isMissed ? now.advanced(byMilliseconds: -Self.catchUp) : entry.next
            if entry.isStale { reference = min(reference, now) }
            fires.append(
                PlannedFire(
                    job: uid,
                    jobID: entry.id,
                    version: entry.version,
                    nominal: entry.next,
                    next: entry.plan.schedule.next(after: reference),
                    isMissed: isMissed || entry.isStale,
                    isStale: entry.isStale
                )
            )
            entry.isInFlight = true
            self.entries[uid] = entry
        }
        return fires
    }

    /// Takes the store's answers to the fires of one ``plan(now:)``.
    ///
    /// - Returns: jobs that have another version than the one planned; they do not fire until ``update(_:)`` takes that one.
    @discardableResult
    package mutating func settle(_ fires: [PlannedFire], outcomes: [FireOutcome]) -> [JobUID] {
        var edited: [JobUID] = []
        for (fire, outcome) in zip(fires, outcomes) {
            switch outcome {
            case .fired, .movedOn, .owed: self.settle(fire, next: fire.next)
            case .held: self.hold(fire)
            case .superseded(let next, let version):
                if version == nil || version == fire.version {
                    self.settle(fire, next: next)
                } else if self.entries[fire.job]?.version == fire.version {
                    edited.append(fire.job)
                }
            }
        }
        return edited
    }

    /// The store could not say what it did: the same fires are tried again, which is harmless (R3).
    package mutating func failed(_ fires: [PlannedFire], now: Timestamp) {
        for fire in fires {
            guard let entry = self.entries[fire.job], entry.isInFlight, entry.next == fire.nominal else { continue }
            self.entries[fire.job]?.isInFlight = false
            self.timers.set(fire.job, at: now.advanced(byMilliseconds: Self.retryDelay))
        }
    }

    /// Fires the job again a little later: what is stored of it could not be read.
    package mutating func retry(_ job: JobUID, now: Timestamp) {
        guard self.entries[job]?.isInFlight == true else { return }
        self.entries[job]?.isInFlight = false
        self.timers.set(job, at: now.advanced(byMilliseconds: Self.retryDelay))
    }

    /// The scheduler stands still: the same fire is due, and late, when it goes on.
    private mutating func hold(_ fire: PlannedFire) {
        guard let entry = self.entries[fire.job], entry.isInFlight, entry.next == fire.nominal else { return }
        self.entries[fire.job]?.isInFlight = false
        self.arm(fire.job)
    }

    private mutating func settle(_ fire: PlannedFire, next: Timestamp?) {
        // The job may have been changed meanwhile; the new entry is not in flight and knows its own next fire.
        guard let entry = self.entries[fire.job], entry.isInFlight, entry.next == fire.nominal else { return }
        guard let next else {
            self.remove(fire.job)
            return
        }
        self.entries[fire.job]?.isInFlight = false
        self.entries[fire.job]?.isStale = false
        self.entries[fire.job]?.next = next
        self.arm(fire.job)
    }

    private mutating func arm(_ job: JobUID) {
        guard let entry = self.entries[job] else { return }
        self.timers.set(job, at: entry.isStale ? .distantPast : entry.next.advanced(byMilliseconds: -Self.lead))
    }
}
