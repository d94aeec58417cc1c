// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// One function for fire times on both ends (R12): the zone rules that the server sends, and what is done where the fires
/// come out otherwise all the same.
extension AgentCore {
    /// A schedule that has no fires, for jobs that are off and could not be planned anyway.
    static let noFires = try? CompiledSchedule(.manual, job: CronBatch.job)

    /// The jobs of an update whose fires are another's to decide: its plan for them is not the one that comes out here.
    ///
    /// The same code gives the same plan from the same rules, so this is about a server of another version.
    func disputed(in update: ConfigUpdate) -> [JobUID] {
        guard let plans = update.plans, self.configuration.followsServerRules else { return [] }
        return update.upserts.filter { job in
            guard let claim = plans.digests[job.uid],
                let schedule = try? CompiledSchedule(job.schedule, job: job.uid, zones: self.zones)
            else { return false }
            return PlanDigest.of(schedule, from: plans.from, revision: self.configuration.planRevision) != claim
        }
        .map(\.uid)
    }

    /// Takes the rules of an update; schedules follow when the update is durable.
    mutating func takeZones(of update: ConfigUpdate) {
        guard self.configuration.followsServerRules else { return }
        if update.base == nil { self.zones.replace(by: update.zones) } else { self.zones.take(update.zones) }
    }

    /// Whether what was to be decided of a job still is, now that its configuration in force is another one.
    ///
    /// - Parameters:
    ///   - known: as it was.
    ///   - end: when the configuration came.
    func continues(_ known: JobState, until end: Timestamp) -> Bool {
        guard let job = self.jobs[known.snapshot.uid] else { return true }
        guard known.snapshot.schedule == job.snapshot.schedule, known.snapshot.isEnabled || !job.snapshot.isEnabled
        else { return false }
        switch (known.schedule, job.schedule) {
        // Until now its fires were the server's, or nobody's.
        case (nil, .some): return false
        case (.some(let old), .some(let new)):
            guard let old = old.zone, let new = new.zone else { return true }
            // A fire is found by the rules around it; no rule reaches further than that.
            return old.agrees(
                with: new,
                from: known.cursor.advanced(byMilliseconds: -Self.reach),
                through: end.advanced(byMilliseconds: Self.reach)
            )
        case (_, nil): return true
        }
    }

    /// Two days; milliseconds.
    private static let reach: Int64 = 2 * 86_400_000

    /// The server has a fire that is none here: where it has not sent the rules it goes by, its times count from now on.
    mutating func yieldPlan(of job: JobSnapshot) {
        guard self.configuration.followsServerRules, let zone = job.schedule.zoneName,
            self.zones.slice(named: zone) == nil,
            self.jobs[job.uid]?.isOrdered == false
        else { return }
        self.jobs[job.uid]?.isOrdered = true
        self.jobs[job.uid]?.schedule = nil
        self.timers.remove(.fire(job.uid))
        self.pipeline.add(.setOrdered([job.uid]))
        self.effects.append(.note(.leftToServer([job.uid])))
    }

    /// ``RulesDigest`` of what the server sent for the jobs that are here.
    var rulesDigest: String {
        RulesDigest.of(
            self.zoneUse.names.compactMap { self.zones.slice(named: $0) },
            revision: self.configuration.planRevision
        )
    }

    /// Says what of the server's word counts here against this host's own, when that has changed.
    mutating func noteRules(disputed: [JobUID]) {
        let foreign = self.foreignZones
        if foreign != self.notedZones, !foreign.isEmpty { self.effects.append(.note(.foreignZones(foreign))) }
        self.notedZones = foreign
        if !disputed.isEmpty { self.effects.append(.note(.leftToServer(disputed))) }
    }

    /// Zones of the jobs here that the host's own files lack, or know otherwise.
    var foreignZones: [String] {
        Array(self.zoneUse.names.filter { self.zones.isForeign($0) }.sorted().prefix(Heartbeat.listLimit))
    }

    var orderedJobs: [JobUID] {
        Array(self.jobs.values.lazy.filter(\.isOrdered).map(\.snapshot.uid).sorted().prefix(Heartbeat.listLimit))
    }
}
