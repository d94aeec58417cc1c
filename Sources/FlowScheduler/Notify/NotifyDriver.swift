// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle

/// Runs the rules over the event log and sends their messages, for the life of a server.
package struct NotifyDriver: Service {
    private let evaluator: NotifyEvaluator
    private let dispatcher: NotifyDispatcher
    private let store: any EventStore
    private let clock: any WallClock
    private let logger: Logger
    private let interval: Duration

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
        await cancelWhenGracefulShutdown {
            await self.rounds("the start of notifications").untilDone {
                try await self.dispatcher.resume()
                try await self.store.recordEvent(.serverStarted, at: self.clock.now)
            }
            await withTaskGroup { group in
                group.addTask {
                    await self.rounds("rules of notifications").run { _ = try await self.evaluator.catchUp() }
                }
                // By itself: a receiver that is slow must not keep rules from counting.
                group.addTask {
                    await self.rounds("sending of notifications").run { _ = try await self.dispatcher.dispatch() }
                }
                await group.waitForAll()
            }
        }
    }

    private func rounds(_ what: String) -> Rounds { Rounds(of: what, every: self.interval, logger: self.logger) }
}
