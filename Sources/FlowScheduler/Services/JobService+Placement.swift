// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension JobService {
    /// Where a run of a job would go if it began now, one record for each slot; nothing for a job that runs on each host.
    package func placement(of id: JobID, as principal: Principal) async throws -> (job: Job, records: [PlacementRecord])
    {
        // Hosts are named: whoever may not see all groups of the job may not see all hosts either.
        try principal.require(.executionsRead)
        let job = try await self.existing(id, as: principal)
        guard job.definition.placement?.isCoordinated == true, let store = self.store as? any PlacementStore else {
            return (job, [])
        }
        guard principal.scope(of: .executionsRead).covers(job.definition.groups) else {
            throw CoreError(.forbidden, "You may not see all hosts of this task, so not where it would run.")
        }
        let hosts = self.gateway.presences.mapValues { PlacementHost($0) }
        return (job, try await store.preview(job, hosts, at: self.clock.now))
    }
}
