// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSchedulerCore
package import Logging
import ServiceLifecycle

/// Gives the times of open backfills their turns, for the life of a server.
///
/// Each server does this for the jobs that are its own; a turn is one transaction, so one that is wrong about that starts
/// nothing twice.
package struct BackfillDriver: Service {
    private let store: any BackfillStore
    private let starter: RunStarter
    private let gateway: any AgentGateway
    private let clock: any WallClock
    private let share: any WorkShare
    private let logger: Logger

    /// As often as the fastest pace needs, and a tenth of a second more.
    private static let interval = Duration.milliseconds(500)
    /// Backfills that are looked at in a round, and turns that one of them has in it.
    private static let limit = 1000
    private static let turns = 50

    package init(
        store: any BackfillStore,
        starter: RunStarter,
        clock: any WallClock,
        logger: Logger,
        share: any WorkShare = WholeWork()
    ) {
        self.store = store
        self.starter = starter
        self.gateway = starter.gateway
        self.clock = clock
        self.logger = logger
        self.share = share
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await Rounds(of: "backfills", every: Self.interval, logger: self.logger).run { try await self.round() }
        }
    }

    /// Does what is due.
    package func round() async throws {
        let units = self.share.units
        let open = try await self.store.openBackfills(limit: Self.limit)
        var failure: (any Error)?
        for backfill in open where units.contains(WorkUnit(of: backfill.jobUID)) {
            // One that can't go on keeps no other from it.
            do { try await self.advance(backfill) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func advance(_ backfill: Backfill) async throws {
        for _ in 0..<Self.turns {
            let now = self.clock.now
            let presences = self.gateway.presences
            let bound = now.advanced(byMilliseconds: -BackfillHosts.patience)
            let hosts = BackfillHosts(
                online: Set(presences.keys),
                settled: Set(presences.filter { $0.value.connectedAt <= bound }.keys)
            )
            guard let step = try await self.store.stepBackfill(backfill.id, hosts: hosts, at: now) else { return }
            if let started = step.started { await self.starter.announce(started) }
            if step.backfill.state != .open {
                self.logger.notice(
                    "a backfill has ended",
                    metadata: [
                        "backfill": "\(backfill.id)", "task": "\(backfill.job)", "how": "\(step.backfill.text.en)",
                    ]
                )
            }
            guard step.goesOn else { return }
        }
    }
}
