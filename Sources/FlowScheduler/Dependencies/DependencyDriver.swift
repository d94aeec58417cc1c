// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Logging
import ServiceLifecycle

/// Starts jobs that wait for others, for the life of a server.
package struct DependencyDriver: Service {
    private let reader: DependencyReader
    private let logger: Logger
    private let interval: Duration
    private let share: any WorkShare

    package init(
        reader: DependencyReader,
        logger: Logger,
        interval: Duration = .milliseconds(250),
        share: any WorkShare = WholeWork()
    ) {
        self.share = share
        self.reader = reader
        self.logger = logger
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await Rounds(of: "tasks that wait for others", every: self.interval, logger: self.logger).run {
                guard self.share.isKeeper else { return }
                try await self.reader.catchUp()
                try await self.reader.expire()
            }
        }
    }
}
