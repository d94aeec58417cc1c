// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

// What holds for a host until something else is said: the scheduler's state, and the host's maintenance.
extension AgentSessionCore {
    mutating func tell(_ state: SchedulerState, now: Timestamp) -> [Effect] {
        guard state.revision > self.scheduler.revision else { return [] }
        self.scheduler = state
        self.schedulerToldAt = now
        return self.presence.schedulerRevision == nil ? [] : [.send(.scheduler(state))]
    }

    /// What was lost on its way is said again.
    mutating func hear(_ revision: Int64?, now: Timestamp) -> [Effect] {
        guard let revision else { return [] }
        self.presence.schedulerRevision = revision
        guard revision != self.scheduler.revision,
            now.milliseconds(since: self.schedulerToldAt) >= Self.resendAfter
        else { return [] }
        self.schedulerToldAt = now
        return [.send(.scheduler(self.scheduler))]
    }

    mutating func tell(_ maintenance: HostMaintenance, now: Timestamp) -> [Effect] {
        guard maintenance.revision > self.maintenance.revision else { return [] }
        self.maintenance = maintenance
        self.maintenanceToldAt = now
        return self.presence.maintenanceRevision == nil ? [] : [.send(.maintenance(maintenance))]
    }

    mutating func hear(maintenanceRevision revision: Int64?, now: Timestamp) -> [Effect] {
        guard let revision else { return [] }
        self.presence.maintenanceRevision = revision
        guard revision != self.maintenance.revision,
            now.milliseconds(since: self.maintenanceToldAt) >= Self.resendAfter
        else { return [] }
        self.maintenanceToldAt = now
        return [.send(.maintenance(self.maintenance))]
    }
}
