// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle

/// Ends requests that nobody answered in time, for the life of a server.
///
/// Whoever looks at one, or decides on it, goes by the time itself; this writes it down.
package struct ApprovalDriver: Service {
    private let store: any ApprovalStore
    private let bus: EventBus
    private let clock: any WallClock
    private let logger: Logger

    private static let interval = Duration.seconds(20)
    private static let limit = 200

    package init(store: any ApprovalStore, bus: EventBus, clock: any WallClock, logger: Logger) {
        self.store = store
        self.bus = bus
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await Rounds(of: "approvals", every: Self.interval, logger: self.logger).run {
                let expired = try await self.store.expireApprovals(at: self.clock.now, limit: Self.limit)
                if !expired.isEmpty { self.bus.publish(.approvalsChanged) }
            }
        }
    }
}
