// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a server sends with its jobs so that hosts plan as it does, each thing worked out once (R12).
package final class PlanBook: Sendable {
    /// Of the zones of this process.
    package static let shared = PlanBook(zones: ZoneDatabase.shared)

    private struct Claim {
        let schedule: ScheduleSpec
        let from: Timestamp
        let digest: UInt64
    }

    private struct Memory {
        var slices: [String: ZoneSlice] = [:]
        var claims: [JobUID: Claim] = [:]
    }

    /// More jobs than this are forgotten together and worked out anew.
    private static let claimLimit = 100_000

    private let zones: any ZoneSource
    private let revision: Int64
    private let memory = Mutex(Memory())

    /// - Parameters:
    ///   - zones: the server's.
    ///   - revision: of its arithmetic.
    package init(zones: any ZoneSource, revision: Int64 = PlanDigest.revision) {
        self.zones = zones
        self.revision = revision
    }

    /// The rules of the zones that these jobs are planned in, each once, by name; a zone that is not known here is left out.
    package func slices(for jobs: some Sequence<JobSnapshot>) -> [ZoneSlice] {
        Set(jobs.compactMap(\.schedule.zoneName)).sorted().compactMap { self.slice(named: $0) }
    }

    /// - Returns: nil when the zone is not known here.
    package func slice(named name: String) -> ZoneSlice? {
        if let known = self.memory.withLock({ $0.slices[name] }) { return known }
        guard let rules = try? self.zones.rules(named: name) else { return nil }
        let slice = ZoneSlice(rules)
        self.memory.withLock { $0.slices[name] = slice }
        return slice
    }

    package func rulesDigest(of jobs: some Sequence<JobSnapshot>) -> String {
        RulesDigest.of(self.slices(for: jobs), revision: self.revision)
    }

    /// What the fires of these jobs come out as here; jobs without a zone have nothing to disagree about.
    package func claims(for jobs: some Sequence<JobSnapshot>, at now: Timestamp) -> PlanClaims {
        let from = PlanDigest.reference(at: now)
        var digests: [JobUID: UInt64] = [:]
        for job in jobs { digests[job.uid] = self.digest(of: job, from: from) }
        return PlanClaims(from: from, digests: digests)
    }

    private func digest(of job: JobSnapshot, from: Timestamp) -> UInt64? {
        guard job.schedule.hasZone else { return nil }
        let known = self.memory.withLock { $0.claims[job.uid] }
        if let known, known.schedule == job.schedule, known.from == from { return known.digest }
        guard let schedule = try? CompiledSchedule(job.schedule, job: job.uid, zones: self.zones) else { return nil }
        let digest = PlanDigest.of(schedule, from: from, revision: self.revision)
        self.memory.withLock { memory in
            if memory.claims.count >= Self.claimLimit { memory.claims.removeAll() }
            memory.claims[job.uid] = Claim(schedule: job.schedule, from: from, digest: digest)
        }
        return digest
    }
}
