// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowSchedulerCore

/// How far the present version of a job has come.
package struct RolloutView: Hashable, Sendable {
    package struct Host: Hashable, Sendable {
        package let agent: AgentID
        package let state: JobRollout
        package let isConnected: Bool
        /// Nil for a host that is not connected, and for a job without cron.
        package let plan: PlanOrigin?
    }

    package let version: Int64
    /// By id.
    package let hosts: [Host]
}

extension JobService {
    /// The hosts that a job reaches, and whether they have its present version (S1-FR-2.1).
    ///
    /// A host that is not connected is told when it connects.
    package func rollout(_ id: JobID, as principal: Principal) async throws -> RolloutView {
        let job = try await self.get(id, as: principal)
        let reached = try await self.store.agents(inAnyOf: job.definition.groups)
        let agents = try await self.visible(reached, of: job, as: principal)
        let states = await self.gateway.rollout(of: job.uid, version: job.version, on: agents)
        let presences = self.gateway.presences
        let hosts = agents.sorted().map {
            RolloutView.Host(
                agent: $0,
                state: states[$0] ?? .waiting,
                isConnected: states[$0] != nil,
                plan: presences[$0]?.plan(of: job.uid, job.definition.schedule)
            )
        }
        return RolloutView(version: job.version, hosts: hosts)
    }

    /// Those of these hosts that are, in a group of the job, within sight.
    func visible(_ agents: [AgentID], of job: Job, as principal: Principal) async throws -> [AgentID] {
        let scope = principal.scope(of: .jobsRead)
        if scope == .all { return agents }
        let shared = job.definition.groups.filter { scope.contains($0) }
        let seen = Set(try await self.store.agents(inAnyOf: shared))
        return agents.filter { seen.contains($0) }
    }
}
