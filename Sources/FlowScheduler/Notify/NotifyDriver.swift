// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle

/// Runs the rules over the event log and sends their messages, for the life of a server.
package struct NotifyDriver: Service {
    private let evaluator: NotifyEvaluator
    private let dispatcher: NotifyDispatcher
    private let watcher: NotifyWatcher?
    private let mailer: ReportMailer?
    private let store: any EventStore
    private let clock: any WallClock
    private let logger: Logger
    private let interval: Duration
    private let share: any WorkShare

    package init(
        evaluator: NotifyEvaluator,
        dispatcher: NotifyDispatcher,
        watcher: NotifyWatcher? = nil,
        mailer: ReportMailer? = nil,
        store: any EventStore,
        clock: any WallClock,
        logger: Logger,
        interval: Duration = .milliseconds(500),
        share: any WorkShare = WholeWork()
    ) {
        self.share = share
        self.evaluator = evaluator
        self.dispatcher = dispatcher
        self.watcher = watcher
        self.mailer = mailer
        self.store = store
        self.clock = clock
        self.logger = logger
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.rounds("the start of notifications").untilDone {
                try await self.store.recordEvent(.serverStarted, at: self.clock.now)
            }
            await withTaskGroup { group in
                group.addTask {
                    await self.rounds("rules of notifications").run {
                        guard self.share.isKeeper else { return }
                        _ = try await self.evaluator.catchUp()
                        // One after the other: both load incidents, change them and save them whole.
                        try await self.watcher?.lookIfDue()
                    }
                }
                if let mailer = self.mailer {
                    group.addTask {
                        await Rounds(of: "reports by mail", every: .seconds(5), logger: self.logger).run {
                            if self.share.isKeeper { try await mailer.sendDue() }
                        }
                    }
                }
                // By itself: a receiver that is slow must not keep rules from counting.
                group.addTask { await self.send() }
                await group.waitForAll()
            }
        }
    }

    private func send() async {
        var isResumed = false
        await self.rounds("sending of notifications").run {
            guard self.share.isKeeper else {
                isResumed = false
                return
            }
            // What whoever sent before had on its way.
            if !isResumed { try await self.dispatcher.resume() }
            // Nor is it clear what a round that failed had on its way.
            isResumed = false
            _ = try await self.dispatcher.dispatch()
            isResumed = true
        }
    }

    private func rounds(_ what: String) -> Rounds { Rounds(of: what, every: self.interval, logger: self.logger) }
}
