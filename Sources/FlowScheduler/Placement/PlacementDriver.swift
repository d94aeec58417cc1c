// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSchedulerCore
package import Logging
import ServiceLifecycle

/// Gives runs that the server places to hosts, and takes them from hosts that are gone, for the life of a server.
///
/// Each server does this for the jobs that are its own; a slot is given by compare-and-set, so one that is wrong about that
/// gives nothing twice.
package actor PlacementDriver: Service {
    private let store: any PlacementStore
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    private let share: any WorkShare
    private let logger: Logger
    private let alarm = Alarm()
    /// Monotonic milliseconds, also while the host sleeps: nobody sets this clock, and leases go by it.
    private let time: @Sendable () -> Int64
    private var watch = LeaseWatch()
    private var queue = PlacementQueue()
    /// A host came or went, or a run began.
    private var hasNews = true

    /// How often slots are looked at though nothing has happened.
    private static let interval = Duration.milliseconds(250)
    /// A fire is given to a host so long before its time; milliseconds.
    private static let lead: Int64 = 500
    /// Slots that are read at once.
    private static let page = 5000

    package init(
        store: any PlacementStore,
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
                group.addTask {
                    for await item in self.bus.subscribe() where Self.matters(item) { await self.wake() }
                }
                group.addTask {
                    await Rounds(of: "placement", every: Self.interval, logger: self.logger, wake: self.alarm).run {
                        try await self.round()
                    }
                }
            }
        }
    }

    private func wake() {
        self.hasNews = true
        self.alarm.ring()
    }

    private static func matters(_ item: BusItem) -> Bool {
        switch item {
        case .gap, .event(.agentChanged): true
        // A new slot, or the end of something that others may wait for.
        case .event(.executionsChanged(let executions)):
            executions.contains { $0.agentID == .unplaced && $0.status == .pending }
        default: false
        }
    }

    private func takeNews() -> Bool {
        defer { self.hasNews = false }
        return self.hasNews
    }

    /// Does what is due.
    package func round() async throws {
        let units = self.share.units
        let open = try await self.store.allOpenSlots(page: Self.page)
            .filter { units.contains(WorkUnit(of: $0.jobUID)) }
        let now = self.clock.now
        let presences = self.gateway.presences
        let held = open.compactMap { slot -> LeaseWatch.Held? in
            guard !slot.isEnded, let agent = slot.agent else { return nil }
            return LeaseWatch.Held(execution: slot.execution, agent: agent, leaseSeconds: slot.leaseSeconds)
        }
        let lost = self.watch.look(at: presences.mapValues(\.lastHeartbeat), held: held, now: self.time())
        let ended = Set(open.filter(\.isEnded).map(\.execution))
        let start = now.advanced(byMilliseconds: Self.lead)
        let waiting = open.filter { !$0.isEnded && $0.agent == nil && $0.execution.nominal <= start }.map(\.execution)
        let hasNews = self.takeNews() || !lost.isEmpty || !ended.isEmpty
        let (due, hasMore) = self.queue.next(of: waiting, hasNews: hasNews, now: self.time())
        let facts = PlacementFacts(
            hosts: presences.mapValues { PlacementHost($0) },
            waiting: due,
            lost: Set(lost),
            ended: ended
        )
        guard !facts.isEmpty else { return }
        let round: PlacementRound
        do {
            round = try await self.store.place(facts, at: now)
        } catch {
            self.queue.failed()
            self.hasNews = true
            throw error
        }
        if hasMore { self.alarm.ring() }
        for cancel in round.cancels {
            await self.gateway.cancel(cancel.execution, on: cancel.agent, force: cancel.force)
        }
        if !round.orders.isEmpty { await self.gateway.deliver(round.orders) }
        if !round.changed.isEmpty { self.bus.publish(.executionsChanged(round.changed)) }
    }
}

extension PlacementHost {
    init(_ presence: AgentPresence) {
        self.init(
            lastHeard: presence.lastHeartbeat,
            executors: presence.executors,
            knowsLeases: presence.features?.contains(HostFeature.leases) ?? false,
            load: presence.load
        )
    }
}
