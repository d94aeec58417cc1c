// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Logging
import ServiceLifecycle
import Synchronization

/// Orders that agents have acknowledged and that the store still holds.
///
/// Taking them out is no hurry: an order that is sent again is answered again. Most leave the store with the report of
/// their start, so waiting a few seconds saves a commit for each fire.
final class OrderAcknowledgements: Service {
    private let waiting = Mutex<[AgentID: [ExecutionID]]>([:])
    private let store: any Store
    private let logger: Logger
    private static let interval = Duration.seconds(5)

    init(store: any Store, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    func add(_ ids: [ExecutionID], of agent: AgentID) {
        self.waiting.withLock { $0[agent, default: []] += ids }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // A write in a cancelled task would be refused; the last one comes after this.
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.flush() }
        }
        await self.flush()
    }

    private func flush() async {
        let waiting = self.waiting.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
        for (agent, ids) in waiting.sorted(by: { $0.key < $1.key }) {
            do {
                try await self.store.acknowledgeOrders(ids, by: agent)
            } catch {
                self.logger.warning("could not take orders out", metadata: ["agent": "\(agent)", "error": "\(error)"])
            }
        }
    }
}
