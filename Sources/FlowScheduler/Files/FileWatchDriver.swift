// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Logging
import ServiceLifecycle

/// Keeps a ``FileDesk`` up to date, for the life of a server; each server does so for the hosts that it holds.
package struct FileWatchDriver: Service {
    private let hooks: HookService
    private let desk: FileDesk
    private let logger: Logger

    package init(hooks: HookService, desk: FileDesk, logger: Logger) {
        self.hooks = hooks
        self.desk = desk
        self.logger = logger
        desk.setTaker { events, agent in try await hooks.appeared(events, on: agent) }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await Rounds(of: "files that start tasks", every: .seconds(2), logger: self.logger).run {
                self.desk.set(try await self.hooks.fileWatches())
            }
        }
    }
}
