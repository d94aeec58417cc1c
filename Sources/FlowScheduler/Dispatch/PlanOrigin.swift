// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSchedulerCore

/// Whose word a host goes by for the fires of a job (R12).
package enum PlanOrigin: String, CaseIterable, Hashable, Sendable {
    /// Its own files say what the server's say.
    case own
    /// Its own files lack the zone, or know it otherwise: the rules the server sent count.
    case serverRules = "server_rules"
    /// It runs the job on orders only, and not while it is away.
    case orders
}

extension AgentPresence {
    /// - Returns: nil for a job that needs no zone and no plan.
    package func plan(of job: JobUID, _ schedule: ScheduleSpec) -> PlanOrigin? {
        guard schedule.hasZone else { return nil }
        if self.orderedJobs.contains(job) { return .orders }
        guard let zone = schedule.zoneName else { return .own }
        return self.foreignZones.contains(zone) ? .serverRules : .own
    }
}
