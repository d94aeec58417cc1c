// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// Reads the event log for runs that have settled, and lets the jobs that wait for them decide (D1).
///
/// Each settled run is one transaction that holds all that follows from it and the reader's position: a crash before it
/// decides again, one behind it finds it done.
package final class DependencyReader: Sendable {
    package static let reader = "dependents"
    private static let pageSize = 100
    /// Rows without a settled run after which the position is stored: most logs hold none, and a commit each would cost more
    /// than reading them again.
    private static let leap: Int64 = 2000

    private let store: any DependencyStore
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    /// How far was read; nil before the first round.
    private let read = Mutex<Int64?>(nil)

    package init(store: any DependencyStore, gateway: any AgentGateway, bus: EventBus, clock: any WallClock) {
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
    }

    /// Handles everything that is there.
    ///
    /// - Returns: the runs it started.
    @discardableResult
    package func catchUp() async throws -> [StartedRun] {
        guard var stored = try await self.store.eventPosition(of: Self.reader) else {
            // Jobs wait for what happens from now on.
            let last = try await self.store.lastEvent()
            try await self.store.moveEventPosition(of: Self.reader, from: nil, to: last, at: self.clock.now)
            return []
        }
        var position = max(stored, self.read.withLock { $0 ?? stored })
        var all: [StartedRun] = []
        while case let rows = try await self.store.events(after: position, limit: Self.pageSize), let last = rows.last {
            for row in rows {
                guard case .runSettled(let run)? = row.event else { continue }
                let move = ReaderMove(reader: Self.reader, from: stored, to: row.sequence)
                let started = try await self.store.settle(run, moving: move, at: self.clock.now)
                stored = row.sequence
                await self.hand(on: started)
                all += started
            }
            position = last.sequence
            self.read.withLock { [position] in $0 = position }
            if position - stored >= Self.leap {
                try await self.store.moveEventPosition(of: Self.reader, from: stored, to: position, at: self.clock.now)
                stored = position
            }
        }
        return all
    }

    /// Decides the deadlines that have passed (D9), after everything that settled before them.
    package func expire() async throws {
        let now = self.clock.now
        while case let due = try await self.store.dueDeadlines(at: now, limit: Self.pageSize), !due.isEmpty {
            for (job, instant) in due {
                let started = try await self.store.expireDeadline(of: job, due: instant, at: now)
                await self.hand(on: started.map { [$0] } ?? [])
            }
        }
    }

    /// What fails here is made good by the gateway: orders are durable, and sent until they are acknowledged (R4).
    private func hand(on started: [StartedRun]) async {
        for run in started {
            if !run.orders.isEmpty { await self.gateway.deliver(run.orders.mapValues { [$0] }) }
            if !run.executions.isEmpty { self.bus.publish(.executionsChanged(run.executions)) }
        }
    }
}
