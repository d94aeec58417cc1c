// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
package import Logging
import ServiceLifecycle

/// Runs the ``StandingKeeper`` for the life of a server.
package struct StandingDriver: Service {
    private let keeper: StandingKeeper
    private let logger: Logger
    private let interval: Duration
    private let share: any WorkShare

    package init(
        keeper: StandingKeeper,
        logger: Logger,
        interval: Duration = .milliseconds(500),
        share: any WorkShare = WholeWork()
    ) {
        self.share = share
        self.keeper = keeper
        self.logger = logger
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await Rounds(of: "pauses of tasks", every: self.interval, logger: self.logger).run {
                guard self.share.isKeeper else { return }
                for job in try await self.keeper.count() + self.keeper.review() {
                    self.logger.notice(
                        "a task switched itself \(job.isEnabled ? "on" : "off")",
                        metadata: ["task": "\(job.id)", "reason": "\(job.hold?.text.en ?? "its pause is over")"]
                    )
                }
            }
        }
    }
}
