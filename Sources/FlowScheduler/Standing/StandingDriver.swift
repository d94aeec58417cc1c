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

    package init(keeper: StandingKeeper, logger: Logger, interval: Duration = .milliseconds(500)) {
        self.keeper = keeper
        self.logger = logger
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var outage = Outage()
            while !Task.isCancelled {
                do {
                    let turned = try await self.keeper.count() + self.keeper.review()
                    for job in turned {
                        self.logger.notice(
                            "a task switched itself \(job.isEnabled ? "on" : "off")",
                            metadata: ["task": "\(job.id)", "reason": "\(job.hold?.text.en ?? "its pause is over")"]
                        )
                    }
                    if outage.end() { self.logger.notice("pauses of tasks: work again") }
                } catch {
                    // What fails is tried again in the next round, and said once.
                    if !Task.isCancelled, outage.begin() {
                        self.logger.warning(
                            "pauses of tasks: could not be looked after, which is tried again",
                            metadata: ["error": "\(error)"]
                        )
                    }
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }
}
