// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Logging
import ServiceLifecycle

/// Starts what hosts that join start, for the life of a server.
package struct HostJoinDriver: Service {
    private let hooks: HookService
    private let logger: Logger
    private let share: any WorkShare

    package init(hooks: HookService, logger: Logger, share: any WorkShare = WholeWork()) {
        self.hooks = hooks
        self.logger = logger
        self.share = share
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await Rounds(of: "hosts that join", every: .seconds(1), logger: self.logger).run {
                guard self.share.isKeeper else { return }
                try await self.hooks.welcome(logger: self.logger)
            }
        }
    }
}
