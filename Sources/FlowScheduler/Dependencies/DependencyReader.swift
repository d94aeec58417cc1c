// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Lets the jobs that wait for settled runs decide (D1), each run in one transaction with all that follows from it.
package final class DependencyReader: Sendable {
    package static let reader = "dependents"
    private static let pageSize = 100

    private let store: any DependencyStore
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    private let settled: SettledRunReader

    package init(store: any DependencyStore, gateway: any AgentGateway, bus: EventBus, clock: any WallClock) {
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.settled = SettledRunReader(name: Self.reader, store: store, clock: clock)
    }

    /// Handles everything that is there.
    ///
    /// - Returns: the runs it started.
    @discardableResult
    package func catchUp() async throws -> [StartedRun] {
        var all: [StartedRun] = []
        try await self.settled.catchUp { run, move in
            let started = try await self.store.settle(run, moving: move, at: self.clock.now)
            await self.hand(on: started)
            all += started
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
