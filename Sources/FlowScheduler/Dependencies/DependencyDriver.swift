// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Logging
import ServiceLifecycle

/// Starts jobs that wait for others, for the life of a server.
package struct DependencyDriver: Service {
    private let reader: DependencyReader
    private let logger: Logger
    private let interval: Duration

    package init(reader: DependencyReader, logger: Logger, interval: Duration = .milliseconds(250)) {
        self.reader = reader
        self.logger = logger
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var outage = Outage()
            while !Task.isCancelled {
                do {
                    try await self.reader.catchUp()
                    try await self.reader.expire()
                    if outage.end() { self.logger.notice("dependent jobs: start again") }
                } catch {
                    // What fails is tried again in the next round, and said once.
                    if !Task.isCancelled, outage.begin() {
                        self.logger.warning(
                            "dependent jobs: could not be looked after, which is tried again",
                            metadata: ["error": "\(error)"]
                        )
                    }
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }
}
