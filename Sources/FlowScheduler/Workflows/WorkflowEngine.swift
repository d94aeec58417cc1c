// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash

/// Lets runs of workflows go on: begins those that are due, applies what has come for them, and tells hosts (W19, W20).
///
/// Nothing is kept here: all there is to know is in the store, and every step may be taken twice.
package final class WorkflowEngine: Sendable {
    private static let pageSize = 100
    /// What was due longer ago while no server ran is not made up for; milliseconds.
    private static let catchUpWindow: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000

    private let store: any WorkflowStore
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    private let settings: LiveSettings
    private let scheduler: LiveScheduler

    package init(
        store: any WorkflowStore,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        settings: LiveSettings = LiveSettings(),
        scheduler: LiveScheduler = LiveScheduler()
    ) {
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.settings = settings
        self.scheduler = scheduler
    }

    /// Applies everything that has come: children that settled, and times that have passed.
    package func catchUp() async throws {
        var due: [RunID] = []
        var failure: (any Error)?
        repeat {
            let now = self.clock.now
            due = try await self.store.dueFlows(at: now, limit: Self.pageSize)
            for id in due {
                // A run that cannot be read does not hold up the others.
                do { await self.hand(on: try await self.store.stepFlow(id, at: now)) } catch { failure = error }
            }
            if let failure { throw failure }
        } while due.count == Self.pageSize
    }

    /// Begins the runs of workflows that are due, unless the scheduler is stopped.
    package func fire() async throws {
        guard !self.scheduler.now.isStopped else { return }
        let now = self.clock.now
        var failure: (any Error)?
        for workflow in try await self.store.dueWorkflows(at: now, limit: Self.pageSize) {
            guard let due = workflow.nextFire else { continue }
            let (nominal, next) = Self.plan(workflow, due: due, at: now)
            do {
                await self.hand(
                    on: try await self.store.fireWorkflow(workflow.id, due: due, nominal: nominal, next: next, at: now)
                )
            } catch {
                // One that can't begin holds up no other.
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Of several instants that have passed, the newest counts, and only if it is not long ago.
    static func plan(_ workflow: Workflow, due: Timestamp, at now: Timestamp) -> (nominal: Timestamp?, next: Timestamp?)
    {
        // A schedule whose zone has gone from the system fires no more until somebody saves it again.
        guard let schedule = workflow.definition.schedule else { return (nil, nil) }
        let oldest = now.advanced(byMilliseconds: -Self.catchUpWindow)
        var nominal: Timestamp? = due >= oldest ? due : nil
        var instant = max(due, oldest.advanced(byMilliseconds: -1))
        while let later = (try? schedule.next(after: instant, workflow: workflow.uid)) ?? nil, later <= now {
            nominal = later
            instant = later
        }
        return (nominal, (try? schedule.next(after: max(now, due), workflow: workflow.uid)) ?? nil)
    }

    /// Looks at every open run again, for what a crash or a fault may have left (W20).
    package func reconcile() async throws {
        var last: RunID?
        var failure: (any Error)?
        while case let ids = try await self.store.openFlows(after: last, limit: Self.pageSize), !ids.isEmpty {
            for id in ids {
                do { await self.hand(on: try await self.store.reconcileFlow(id, at: self.clock.now)) } catch {
                    failure = error
                }
            }
            last = ids.last
        }
        if let failure { throw failure }
    }

    /// Forgets runs that are older than the history is kept.
    package func forget() async throws {
        let days = self.settings.now.integer(.retentionDays)
        let bound = self.clock.now.advanced(byMilliseconds: -days * Self.day)
        while try await self.store.forgetFlows(endedBefore: bound, limit: Self.pageSize) == Self.pageSize {}
    }

    /// Tells hosts what a step began and stopped.
    ///
    /// What fails here is made good by the gateway: orders and cancels are durable, and sent until they are acknowledged (R4).
    func hand(on step: FlowStep?) async {
        guard let step else { return }
        CrashPoint.reach("server.step.stored")
        for run in step.started {
            if !run.orders.isEmpty { await self.gateway.deliver(run.orders.mapValues { [$0] }) }
            if !run.executions.isEmpty { self.bus.publish(.executionsChanged(run.executions)) }
        }
        for (execution, force) in step.stopped where !execution.status.isTerminal {
            await self.gateway.cancel(execution.id, on: execution.agentID, force: force)
        }
        CrashPoint.reach("server.step.handed")
        if !step.stopped.isEmpty { self.bus.publish(.executionsChanged(step.stopped.map(\.execution))) }
    }
}
