// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Writes what sessions learn, for all agents together every few seconds.
///
/// None of it is in a hurry. An order that is sent again is answered again, and most leave the store with the report of
/// their start; a confirmed version and a sign of life are shown from the live session meanwhile. What could not be written
/// is written with the next.
package final class SessionJournal: Service {
    private struct State {
        var notes = SessionNotes()
        var orderCount = 0
        var outage = Outage()
    }

    private let state = Mutex(State())
    private let store: any SessionStore
    private let logger: Logger
    private static let interval = Duration.seconds(5)
    /// Acknowledged orders that wait while the store fails; further ones are sent and acknowledged again.
    private static let orderLimit = 100_000

    package init(store: any SessionStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    package func note(acknowledged orders: [ExecutionID], by agent: AgentID) {
        self.state.withLock { state in
            guard state.orderCount + orders.count <= Self.orderLimit else { return }
            state.orderCount += orders.count
            state.notes.acknowledgedOrders[agent, default: []] += orders
        }
    }

    package func note(configVersion version: Int64, of agent: AgentID) {
        self.state.withLock { $0.notes.configVersions[agent] = version }
    }

    package func note(seen agent: AgentID, at time: Timestamp) {
        self.state.withLock { $0.notes.lastSeen[agent] = time }
    }

    /// An agent's session ended, and it has no other.
    package func note(left agent: AgentID, at time: Timestamp) {
        self.state.withLock { $0.notes.left[agent] = time }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            // A write in a cancelled task would be refused; the last one comes after this.
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.flush() }
        }
        await self.flush()
    }

    /// Writes what has gathered.
    package func flush() async {
        let notes = self.state.withLock { state in
            state.orderCount = 0
            defer { state.notes = SessionNotes() }
            return state.notes
        }
        guard !notes.isEmpty else { return }
        do {
            try await self.store.record(notes)
            if self.state.withLock({ $0.outage.end() }) { self.logger.notice("what sessions say is recorded again") }
        } catch {
            let isNews = self.state.withLock { state in
                state.notes.merge(older: notes)
                state.orderCount = state.notes.acknowledgedOrders.values.reduce(0) { $0 + $1.count }
                return state.outage.begin()
            }
            guard isNews else { return }
            self.logger.warning("could not record what sessions say", metadata: ["error": "\(error)"])
        }
    }
}
