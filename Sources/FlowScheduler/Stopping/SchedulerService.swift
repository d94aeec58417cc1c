// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSchedulerCore

/// Start, stop and status of the scheduler (S4).
package struct SchedulerService: Sendable {
    /// How things stand, and how far that has come.
    package struct Status: Sendable {
        package let state: SchedulerState
        /// Connected hosts.
        package let hosts: Int
        /// Those where the state is in force.
        package let told: Int
        /// Those of a version that cannot be told, and goes on by its own clock.
        package let deaf: Int
    }

    let store: any SchedulerStore
    let live: LiveScheduler
    let observer: any ScheduleObserver
    let gateway: any AgentGateway
    let clock: any WallClock

    package func status(as principal: Principal) async throws -> Status {
        try principal.require(.jobsRead)
        return self.status(try await self.read())
    }

    /// Lets nothing fire by schedule until ``start(as:)``, on any host that hears of it.
    ///
    /// Idempotent: who stopped it first, and why, stays.
    package func stop(reason: String?, as principal: Principal) async throws -> Status {
        try principal.require(.settingsWrite)
        var faults = FaultCollector()
        faults.checkReason(reason)
        try faults.check("The scheduler cannot be stopped")
        let change = principal.change(at: self.clock.now, reason: reason)
        return await self.announce(try await self.store.stopScheduler(reason: reason, by: change))
    }

    /// Idempotent.
    package func start(as principal: Principal) async throws -> Status {
        try principal.require(.settingsWrite)
        return await self.announce(try await self.store.startScheduler(by: principal.change(at: self.clock.now)))
    }

    private func announce(_ state: SchedulerState) async -> Status {
        if self.live.take(state) { await self.observer.schedulerChanged() }
        return self.status(state)
    }

    private func read() async throws -> SchedulerState {
        let state = try await self.store.scheduler()
        _ = await self.announce(state)
        return state
    }

    private func status(_ state: SchedulerState) -> Status {
        let revisions = self.gateway.presences.values.map(\.schedulerRevision)
        return Status(
            state: state,
            hosts: revisions.count,
            told: revisions.count { $0 == state.revision },
            deaf: revisions.count { $0 == nil }
        )
    }
}
