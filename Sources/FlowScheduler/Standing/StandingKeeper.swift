// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// Switches jobs on and off by themselves: when a pause is over, after a last fire, after failures in a row.
///
/// What it does is durable before anybody is told. Runs are counted from the event log, each in one transaction with the
/// reader's position: a crash before it counts again, one behind it finds it counted.
package final class StandingKeeper: Sendable {
    package static let reader = "standing"
    private static let pageSize = 100
    /// Rows without a settled run after which the position is stored.
    private static let leap: Int64 = 2000

    private let store: any StandingStore
    private let observer: any ScheduleObserver
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    /// How far was read; nil before the first round.
    private let read = Mutex<Int64?>(nil)

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
    }

    /// Looks after the jobs whose time has come.
    ///
    /// - Returns: those that went on or off.
    @discardableResult
    package func review() async throws -> [Job] {
        let now = self.clock.now
        var turned: [Job] = []
        // Each is looked at once a round: what is not decided yet gets a later time.
        while case let due = try await self.store.dueReviews(at: now, limit: Self.pageSize), !due.isEmpty {
            for id in due {
                guard let changed = try await self.store.review(id, at: now) else { continue }
                await self.announce(changed)
                turned.append(changed.job)
            }
        }
        return turned
    }

    /// Counts the runs that have settled since the last round.
    ///
    /// - Returns: the jobs that this paused.
    @discardableResult
    package func count() async throws -> [Job] {
        guard var stored = try await self.store.eventPosition(of: Self.reader) else {
            // Failures count from now on.
            let last = try await self.store.lastEvent()
            try await self.store.moveEventPosition(of: Self.reader, from: nil, to: last, at: self.clock.now)
            return []
        }
        var position = max(stored, self.read.withLock { $0 ?? stored })
        var paused: [Job] = []
        while case let rows = try await self.store.events(after: position, limit: Self.pageSize), let last = rows.last {
            for row in rows {
                guard case .runSettled(let run)? = row.event else { continue }
                let move = ReaderMove(reader: Self.reader, from: stored, to: row.sequence)
                let changed = try await self.store.count(run, moving: move, at: self.clock.now)
                stored = row.sequence
                guard let changed else { continue }
                await self.announce(changed)
                paused.append(changed.job)
            }
            position = last.sequence
            self.read.withLock { [position] in $0 = position }
            if position - stored >= Self.leap {
                try await self.store.moveEventPosition(of: Self.reader, from: stored, to: position, at: self.clock.now)
                stored = position
            }
        }
        return paused
    }

    private func announce(_ changed: ChangedJob) async {
        await self.observer.jobChanged(changed.job)
        await self.gateway.configurationChanged()
        self.bus.publish(.jobChanged(changed.job))
        if !changed.ended.isEmpty { self.bus.publish(.executionsChanged(changed.ended)) }
    }
}
