// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
import FlowSchedulerCore
package import Logging
import ServiceLifecycle

/// Takes runs in waves from one wave to the next, for the life of a server.
///
/// Each server does this for the jobs that are its own. What is to be done is in the store; a wave that two servers would begin
/// begins once, in the transaction that comes first.
package actor WaveDriver: Service {
    private let store: any WaveStore
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    private let share: any WorkShare
    private let logger: Logger
    /// Monotonic milliseconds, also while the host sleeps.
    private let time: @Sendable () -> Int64
    private var absence = HostAbsence()
    private var news = WaveNews()

    private static let interval = Duration.milliseconds(500)
    /// Runs of one transaction.
    private static let chunk = 20

    package init(
        store: any WaveStore,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        logger: Logger,
        share: any WorkShare = WholeWork(),
        time: @escaping @Sendable () -> Int64 = ClusterMember.bootTime
    ) {
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.logger = logger
        self.share = share
        self.time = time
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { for await item in self.bus.subscribe() { await self.hear(item) } }
                group.addTask {
                    await Rounds(of: "waves", every: Self.interval, logger: self.logger).run { try await self.round() }
                }
            }
        }
    }

    /// Notes what may let a wave go on.
    package func hear(_ item: BusItem) {
        switch item {
        case .gap: self.news.missed()
        case .event(.executionsChanged(let executions)): self.news.heard(of: executions)
        case .event: break
        }
    }

    /// Does what is due.
    package func round() async throws {
        let units = self.share.units
        let open = try await self.store.openRollouts().filter { units.contains(WorkUnit(of: $0.job)) }
        guard !open.isEmpty else { return self.absence.forget() }
        let (now, instant) = (self.time(), self.clock.now)
        let present = self.gateway.presences.filter { _, presence in
            instant.milliseconds(since: presence.lastHeartbeat) <= PlacementHost.patience
        }
        self.absence.look(at: present.keys, now: now)
        let due = self.news.due(of: open, at: instant, now: now)
        do { try await self.roll(due, at: instant, now: now) } catch {
            self.news.failed()
            throw error
        }
    }

    private func roll(_ due: [OpenRollout], at instant: Timestamp, now: Int64) async throws {
        let absence = self.absence
        for start in stride(from: 0, to: due.count, by: Self.chunk) {
            let facts = WaveFacts(runs: due[start..<min(start + Self.chunk, due.count)].map(\.run)) { agent in
                absence.isAway(agent, for: WaveRollout.patience, now: now)
            }
            let round = try await self.store.roll(facts, at: instant)
            CrashPoint.reach("server.wave.rolled")
            for cancel in round.cancels {
                await self.gateway.cancel(cancel.execution, on: cancel.agent, force: cancel.force)
            }
            if !round.orders.isEmpty { await self.gateway.deliver(round.orders) }
            CrashPoint.reach("server.wave.handed")
            if !round.changed.isEmpty { self.bus.publish(.executionsChanged(round.changed)) }
        }
    }
}
