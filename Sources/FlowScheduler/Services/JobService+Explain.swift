// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSchedulerCore

extension JobService {
    /// Says what happened, or will happen, with a job at an instant, and which rule decided.
    ///
    /// Who asks learns of hosts and executions in their own groups only.
    ///
    /// - Parameter kept: has the Chinese of what hosts say in English; nil = it stays English.
    package func explain(
        _ id: JobID,
        at instant: Timestamp,
        kept: KeptTexts? = nil,
        as principal: Principal
    ) async throws -> FireExplanation {
        let job = try await self.get(id, as: principal)
        let scope = try principal.require(.executionsRead)
        let schedule = try Self.compile(job)
        let second = Timestamp(seconds: instant.seconds)
        let end = second.advanced(byMilliseconds: 1000)
        var query = ExecutionQuery(page: PageRequest(size: 500), job: id, from: second, until: end, scope: scope)
        let executions = try await self.store.executions(query).items
        query.until = second
        query.from = second.advanced(byMilliseconds: -Self.lookBack)
        query.page = PageRequest(size: 200)
        var neighbours = try await self.store.executions(query).items
        neighbours += try await self.coalescedRecords(of: id, after: end, in: scope)
        let hosts = try await self.hosts(of: job, kept: kept, in: scope)
        let facts = FireFacts(
            job: job,
            schedule: schedule,
            at: instant,
            now: self.clock.now,
            hosts: hosts,
            executions: executions,
            neighbours: neighbours,
            stop: try await self.store.schedulerStop(at: instant),
            maintenances: try await self.store.maintenances(at: instant),
            makeUps: try await self.makeUps(of: id, from: second, until: end, on: hosts),
            waves: try await self.waves(of: executions)
        )
        return FireExplanation(facts)
    }

    private func waves(of executions: [Execution]) async throws -> [ExecutionID: (wave: Int, count: Int)] {
        guard let store = self.store as? any WaveStore else { return [:] }
        var waves: [ExecutionID: (wave: Int, count: Int)] = [:]
        for run in Set(executions.filter { $0.reason == .waitingWave }.map(\.runID)) {
            guard let note = try await store.rollout(of: run) else { continue }
            for (id, wave) in note.wave { waves[id] = (wave, note.rollout.count) }
        }
        return waves
    }

    /// A run may last a week, but what is in the way of the next is rarely older than a day; milliseconds.
    private static let lookBack: Int64 = 86_400_000

    /// The records in which missed fires were put together follow the fires; the nearest ones are looked for first.
    private func coalescedRecords(of id: JobID, after: Timestamp, in scope: Scope) async throws -> [Execution] {
        for reach: Int64 in [60_000, 3_600_000, 7 * 86_400_000] {
            let query = ExecutionQuery(
                page: PageRequest(size: 500),
                job: id,
                from: after,
                until: after.advanced(byMilliseconds: reach),
                scope: scope
            )
            let found = try await self.store.executions(query).items
            if found.contains(where: { $0.reason == .misfireCoalesced }) { return found }
        }
        return []
    }

    /// What backfills did about an instant, on hosts that the caller may see.
    private func makeUps(
        of id: JobID,
        from: Timestamp,
        until: Timestamp,
        on hosts: [FireFacts.Host]
    ) async throws -> [Execution] {
        guard let backfills = self.store as? any BackfillStore else { return [] }
        let seen = Set(hosts.map(\.id))
        return try await backfills.makeUps(of: id, from: from, until: until).filter { seen.contains($0.agentID) }
    }

    func hosts(of job: Job, kept: KeptTexts?, in scope: Scope) async throws -> [FireFacts.Host] {
        var members: Set<AgentID> = []
        for summary in try await self.store.groups()
        where job.definition.groups.contains(summary.group.id) && scope.contains(summary.group.id) {
            members.formUnion(summary.agents)
        }
        let presences = self.gateway.presences
        return try await self.store.agents().filter { members.contains($0.id) }.map { agent in
            FireFacts.Host(
                id: agent.id,
                name: agent.name,
                isOnline: presences[agent.id] != nil,
                lastSeen: agent.lastSeen,
                trouble: presences[agent.id]?.trouble.map { .init(zh: kept?.chinese($0) ?? $0, en: $0) }
            )
        }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }
}
