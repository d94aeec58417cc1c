// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What one host owes an account of, as people see it.
package struct OwedView: Hashable, Sendable {
    package let fires: OwedFires
    /// How many there are by now, at most ``OwedFires/countLimit``; nil when nobody can say.
    package let count: Int?

    package var isAtLeast: Bool { self.count == OwedFires.countLimit }
}

extension JobService {
    /// Hosts that are away, or just back, with the fires of a job that came since; by host.
    ///
    /// They may have run them on their own: what became of them is known when they have reported.
    package func owed(_ id: JobID, as principal: Principal) async throws -> [OwedView] {
        let job = try await self.get(id, as: principal)
        let schedule = try? CompiledSchedule(job.definition.schedule, job: job.uid)
        let now = self.clock.now
        // Hosts that went away together owe the same.
        var counts: [Timestamp: Int?] = [:]
        var views: [OwedView] = []
        let owed = try await self.store.owedFires(of: id)
        let visible = Set(try await self.visible(owed.map(\.agent), of: job, as: principal))
        for fires in owed where visible.contains(fires.agent) {
            // An older version had other times.
            guard fires.jobVersion == job.version, fires.until == nil, !fires.isMixed else {
                views.append(OwedView(fires: fires, count: nil))
                continue
            }
            let count = counts[fires.since] ?? fires.count(schedule, through: now)
            counts[fires.since] = count
            views.append(OwedView(fires: fires, count: count))
        }
        return views
    }
}
