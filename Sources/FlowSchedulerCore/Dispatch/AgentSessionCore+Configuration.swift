// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// How an agent comes to the jobs that it should have (R13).
extension AgentSessionCore {
    mutating func push(_ configuration: AgentConfiguration, now: Timestamp) -> [Effect] {
        guard configuration.version >= self.desiredVersion else { return [] }
        let jobs = Self.byUID(configuration)
        let gone = Set(self.desired.keys).union(self.known.keys).subtracting(jobs.keys)
        self.desired = jobs
        self.desiredVersion = configuration.version
        return self.push(Set(jobs.keys).union(gone), now: now)
    }

    /// Whether changes say all that happened to this agent's configuration since it was last told.
    package func canFollow(_ changes: ConfigurationChanges) -> Bool {
        changes.since <= self.desiredVersion && !changes.moved.contains(self.agent)
    }

    mutating func push(_ changes: ConfigurationChanges, now: Timestamp) -> [Effect] {
        guard changes.version > self.desiredVersion, self.canFollow(changes) else { return [] }
        for job in changes.jobs { self.desired[job.uid] = job.agents.contains(self.agent) ? job.snapshot : nil }
        self.desiredVersion = changes.version
        return self.push(Set(changes.jobs.map(\.uid)), now: now)
    }

    /// Sends what the agent does not have of these jobs.
    mutating func push(_ jobs: Set<JobUID>, now: Timestamp) -> [Effect] {
        let upserts = jobs.compactMap { self.desired[$0] }.filter { self.known[$0.uid] != $0.version }
            .sorted { $0.uid < $1.uid }
        let removals = jobs.filter { self.desired[$0] == nil && self.known[$0] != nil }.sorted()
        guard !upserts.isEmpty || !removals.isEmpty else { return [] }
        let update = self.update(
            version: self.desiredVersion,
            base: self.pushedVersion,
            upserts: upserts,
            removals: removals,
            now: now
        )
        for job in upserts { self.known[job.uid] = job.version }
        for uid in removals { self.known[uid] = nil }
        self.pushed(at: now)
        self.pushes = 1
        return [.send(.config(update))]
    }

    mutating func pushAll(now: Timestamp) -> [Effect] {
        self.known = self.desired.mapValues(\.version)
        self.pushed(at: now)
        self.pushes += 1
        let jobs = self.desired.values.sorted { $0.uid < $1.uid }
        return [.send(.config(self.update(version: self.desiredVersion, base: nil, upserts: jobs, now: now)))]
    }

    /// An update as this agent can take it: with the rules that it is not known to have (R12).
    mutating func update(
        version: Int64,
        base: Int64?,
        upserts: [JobSnapshot],
        removals: [JobUID] = [],
        now: Timestamp
    ) -> ConfigUpdate {
        guard self.presence.takesRules else {
            self.noteAdapted()
            let adapted = upserts.map { $0.withoutForeignRules(self.plans) }
            return ConfigUpdate(version: version, base: base, upserts: adapted, removals: removals)
        }
        var zones = self.plans.slices(for: upserts)
        if base != nil { zones.removeAll { self.toldZones.contains($0.name) } }
        self.toldZones.formUnion(zones.map(\.name))
        return ConfigUpdate(
            version: version,
            base: base,
            upserts: upserts,
            removals: removals,
            zones: zones,
            plans: self.plans.claims(for: upserts, at: now)
        )
    }

    /// What a host that takes no rules is told without a schedule of its own.
    mutating func noteAdapted() {
        guard !self.presence.takesRules else { return }
        let adapted = self.desired.values.filter { $0.withoutForeignRules(self.plans) != $0 }
        self.presence.orderedJobs = Set(adapted.map(\.uid))
    }

    mutating func pushed(at now: Timestamp) {
        self.pushedVersion = self.desiredVersion
        self.pushedAt = now
        self.hasReceivedPush = false
    }

    /// How far a version of a job has come to this agent (S1-FR-2.1).
    package func rollout(of job: JobUID, version: Int64) -> JobRollout {
        guard self.known[job] == version else { return .waiting }
        if self.presence.configVersion == self.pushedVersion { return .applied }
        guard self.pushedAt != nil else { return .failed }
        return self.hasReceivedPush ? .acknowledged : .sent
    }

    /// The least between two answers to a pull; milliseconds.
    private static let pullInterval: Int64 = 1000

    /// The agent asks for all of it; more often than it could be sent, the first answer has to do.
    mutating func pull(now: Timestamp) -> [Effect] {
        if let pulledAt, now.milliseconds(since: pulledAt) < Self.pullInterval { return [] }
        self.pulledAt = now
        return self.pushAll(now: now)
    }
}
