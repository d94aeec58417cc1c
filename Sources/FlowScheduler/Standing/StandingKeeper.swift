// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Switches jobs on and off by themselves: when a pause is over, after a last fire, after failures in a row.
///
/// What it does is durable before anybody is told. Settled runs are counted from the event log, each once.
package final class StandingKeeper: Sendable {
    package static let reader = "standing"
    /// Jobs of one transaction: others want the writer, too.
    private static let pageSize = 64
    /// Jobs of one round: ten thousand that end together don't take the server from the reports about them.
    private static let roundLimit = 512

    private let store: any StandingStore
    private let observer: any ScheduleObserver
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    private let settled: SettledRunReader

    package init(
        store: any StandingStore,
        observer: any ScheduleObserver,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock
    ) {
        self.store = store
        self.observer = observer
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.settled = SettledRunReader(name: Self.reader, store: store, clock: clock)
    }

    /// Looks after the jobs whose time has come.
    ///
    /// - Returns: those that went on or off.
    @discardableResult
    package func review() async throws -> [Job] {
        let now = self.clock.now
        var turned: [Job] = []
        var count = 0
        // Each is looked at once a round: what is not decided yet gets a later time.
        while count < Self.roundLimit,
            case let due = try await self.store.dueReviews(at: now, limit: Self.pageSize), !due.isEmpty
        {
            count += due.count
            let changed = try await self.review(due, at: now)
            await self.announce(changed)
            turned += changed.map(\.job)
        }
        return turned
    }

    /// Counts the runs that have settled since the last round.
    ///
    /// - Returns: the jobs that this paused.
    @discardableResult
    package func count() async throws -> [Job] {
        var paused: [Job] = []
        try await self.settled.catchUp { run, move in
            guard let changed = try await self.store.count(run, moving: move, at: self.clock.now) else { return }
            await self.announce([changed])
            paused.append(changed.job)
        }
        return paused
    }

    /// Thousands of jobs that ran once may be over in the same second: they share transactions, and hosts hear of many at once.
    private func review(_ due: [JobID], at now: Timestamp) async throws -> [ChangedJob] {
        do {
            return try await self.store.review(due, at: now)
        } catch  where due.count > 1 {
            // One that can't be looked at keeps no other waiting that comes before it.
            var changed: [ChangedJob] = []
            for id in due {
                do {
                    if let one = try await self.store.review(id, at: now) { changed.append(one) }
                } catch {
                    await self.announce(changed)
                    throw error
                }
            }
            return changed
        }
    }

    private func announce(_ changed: [ChangedJob]) async {
        guard !changed.isEmpty else { return }
        for one in changed { await self.observer.jobChanged(one.job) }
        await self.gateway.configurationChanged()
        for one in changed {
            self.bus.publish(.jobChanged(one.job))
            if !one.ended.isEmpty { self.bus.publish(.executionsChanged(one.ended)) }
        }
    }
}
