// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSchedulerCore

extension AgentService {
    /// When a maintenance is to be over.
    package enum MaintenanceEnd: Hashable, Sendable {
        case at(Timestamp)
        /// From now on, by the server's clock.
        case after(seconds: Int64)
    }

    /// Keeps a host free of new work until a time: no fire, no trigger and no slot starts there; what runs goes on.
    ///
    /// A host that is in maintenance stays so with the new end and reason.
    package func beginMaintenance(
        of id: AgentID,
        until end: MaintenanceEnd,
        reason: String?,
        as principal: Principal
    ) async throws -> AgentView {
        _ = try await self.requireWritable(id, as: principal)
        let now = self.clock.now
        let latest = now.advanced(byMilliseconds: MaintenancePeriod.longest)
        var faults = FaultCollector()
        let until: Timestamp
        switch end {
        case .at(let time):
            until = time
            faults.require(
                time > now && time <= latest,
                "until",
                "range",
                "a maintenance ends in the future, and within \(MaintenancePeriod.longest / 86_400_000) days"
            )
        case .after(let seconds):
            let isPossible = seconds > 0 && seconds <= MaintenancePeriod.longest / 1000
            until = now.advanced(byMilliseconds: isPossible ? seconds * 1000 : 0)
            faults.require(
                isPossible,
                "for_seconds",
                "range",
                "a maintenance lasts 1 to \(MaintenancePeriod.longest / 1000) seconds"
            )
        }
        faults.checkReason(reason)
        try faults.check("The host cannot be put into maintenance")
        let change = principal.change(at: now, reason: reason)
        self.announce(try await self.store.beginMaintenance(of: id, until: until, reason: reason, by: change), of: id)
        return try await self.shown(id, as: principal)
    }

    /// Lets a host take new work again; its misfire policies say what becomes of the fires since.
    ///
    /// Idempotent.
    package func endMaintenance(of id: AgentID, as principal: Principal) async throws -> AgentView {
        _ = try await self.requireWritable(id, as: principal)
        let change = principal.change(at: self.clock.now)
        self.announce(try await self.store.endMaintenance(of: id, by: change), of: id)
        return try await self.shown(id, as: principal)
    }

    private func announce(_ maintenance: HostMaintenance, of id: AgentID) {
        if !self.live.take([id: maintenance]).isEmpty { self.bus.publish(.agentChanged(id)) }
    }

    private func shown(_ id: AgentID, as principal: Principal) async throws -> AgentView {
        guard let view = try await self.get(id, as: principal) else { throw Self.noAgent(id) }
        return view
    }
}

/// A maintenance that is under way, and whether the host has heard of it.
package struct MaintenanceView: Hashable, Sendable {
    package let period: MaintenancePeriod
    /// Nil while the host is away; false also of one whose agent is too old to be told.
    package let isTold: Bool?

    /// - Returns: nil when the host takes new work.
    init?(_ maintenance: HostMaintenance, _ presence: AgentPresence?, at now: Timestamp) {
        guard let period = maintenance.period(at: now) else { return nil }
        self.period = period
        self.isTold = presence.map { $0.maintenanceRevision == maintenance.revision }
    }
}
