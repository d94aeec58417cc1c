// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Runs the rules over the event log and sends their messages, for the life of a server.
package final class NotifyDriver: Service {
    private let evaluator: NotifyEvaluator
    private let dispatcher: NotifyDispatcher
    private let store: any EventStore
    private let clock: any WallClock
    private let logger: Logger
    private let interval: Duration
    private let outages = Mutex<[String: Outage]>([:])

    package init(
        evaluator: NotifyEvaluator,
        dispatcher: NotifyDispatcher,
        store: any EventStore,
        clock: any WallClock,
        logger: Logger,
        interval: Duration = .milliseconds(500)
    ) {
        self.evaluator = evaluator
        self.dispatcher = dispatcher
        self.store = store
        self.clock = clock
        self.logger = logger
        self.interval = interval
    }

    package func run() async throws {
        await self.attempt("the start of notifications") {
            try await self.dispatcher.resume()
            try await self.store.recordEvent(.serverStarted, at: self.clock.now)
        }
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { await self.loop("rules of notifications") { try await self.evaluator.catchUp() } }
                // By itself: a receiver that is slow must not keep rules from counting.
                group.addTask { await self.loop("sending of notifications") { try await self.dispatcher.dispatch() } }
                await group.waitForAll()
            }
        }
    }

    private func loop(_ what: String, _ body: @escaping @Sendable () async throws -> some Sendable) async {
        while !Task.isCancelled {
            await self.attempt(what) { _ = try await body() }
            try? await Task.sleep(for: self.interval)
        }
    }

    /// What fails is tried again in the next round, and said once.
    private func attempt(_ what: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            if self.outages.withLock({ $0[what, default: Outage()].end() }) {
                self.logger.notice("\(what): works again")
            }
        } catch {
            guard !Task.isCancelled, self.outages.withLock({ $0[what, default: Outage()].begin() }) else { return }
            self.logger.warning("\(what): failed, and is tried again", metadata: ["error": "\(error)"])
        }
    }
}
