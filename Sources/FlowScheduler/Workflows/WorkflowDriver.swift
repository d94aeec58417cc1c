// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Logging
import ServiceLifecycle

/// Lets runs of workflows go on, for the life of a server.
package struct WorkflowDriver: Service {
    private let engine: WorkflowEngine
    private let logger: Logger
    private let interval: Duration
    private let reconcileInterval: Duration
    private let share: any WorkShare

    package init(
        engine: WorkflowEngine,
        logger: Logger,
        interval: Duration = .milliseconds(250),
        reconcileInterval: Duration = .seconds(60),
        share: any WorkShare = WholeWork()
    ) {
        self.share = share
        self.engine = engine
        self.logger = logger
        self.interval = interval
        self.reconcileInterval = reconcileInterval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await Rounds(of: "workflows", every: self.interval, logger: self.logger).run {
                        guard self.share.isKeeper else { return }
                        try await self.engine.fire()
                        try await self.engine.catchUp()
                    }
                }
                group.addTask {
                    await Rounds(of: "review of workflows", every: self.reconcileInterval, logger: self.logger).run {
                        guard self.share.isKeeper else { return }
                        try await self.engine.reconcile()
                        try await self.engine.forget()
                    }
                }
            }
        }
    }
}
