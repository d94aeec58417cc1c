// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle

/// Looks after what nobody else comes back to: executions whose agent never returned, old history, expired sessions.
package struct Sweeper: Service {
    private let store: any Store
    private let bus: EventBus
    private let clock: any WallClock
    private let logger: Logger
    /// After this a PENDING execution of an absent agent becomes SKIPPED(AGENT_OFFLINE), provisionally.
    ///
    /// As long as agents keep their own records (`semantics.md` 3). Milliseconds.
    private let horizon: Int64
    /// Age at which history is deleted; milliseconds.
    private let retention: Int64
    private static let interval = Duration.seconds(30)
    private static let batch = 1000

    package init(
        store: any Store,
        bus: EventBus,
        clock: any WallClock,
        retentionDays: Int,
        logger: Logger,
        horizon: Int64 = 7 * 86_400_000
    ) {
        self.store = store
        self.bus = bus
        self.clock = clock
        self.logger = logger
        self.horizon = horizon
        self.retention = Int64(retentionDays) * 86_400_000
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.sweep()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// One pass; bounded, so that it never holds the store for long.
    package func sweep() async {
        let now = self.clock.now
        do {
            let given = try await self.store.giveUpPending(
                before: now.advanced(byMilliseconds: -self.horizon),
                limit: Self.batch,
                at: now
            )
            if !given.isEmpty { self.bus.publish(.executionsChanged(given)) }
            _ = try await self.store.prune(
                before: now.advanced(byMilliseconds: -self.retention),
                limit: Self.batch
            )
            try await self.store.deleteExpiredSessions(at: now)
        } catch is CancellationError {
            // The server is stopping.
        } catch {
            self.logger.warning("upkeep failed; it is tried again", metadata: ["error": "\(error)"])
        }
    }
}
