// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSupport
package import Logging
import ServiceLifecycle
import Synchronization

/// One server's part in a cluster: drives its ``LeaseCore`` against the database, about once a second, and at the end of
/// leases that others do not renew.
package final class ClusterMember: Service, WorkShare {
    private struct State {
        var core: LeaseCore
        var node: ServerNode
        var view = ClusterView(nodes: [], leases: [])
        var isLeaving = false
        /// Kinds of work that no server did at the last look.
        var missing: [ServerRole] = []
        /// What watchers were told last.
        var told: Set<WorkUnit> = []
        var onChange: (@Sendable () -> Void)?
    }

    package let id: ServerID
    private let store: any ClusterStore
    private let logger: Logger
    private let state: Mutex<State>
    private let alarm = Alarm()
    private let drained = Latch<Bool>()
    /// Monotonic milliseconds, also while the host sleeps.
    private let time: @Sendable () -> Int64
    private static let drainPatience = Duration.seconds(2)
    private let notice: Duration

    /// - Parameters:
    ///   - node: what others know of this server; without the role of a planner it takes no work.
    ///   - notice: how long a server that stops goes on answering while `/readyz` says no, so that proxies notice.
    package init(
        store: any ClusterStore,
        node: ServerNode,
        notice: Duration = .seconds(2),
        logger: Logger,
        time: @escaping @Sendable () -> Int64 = ClusterMember.bootTime
    ) {
        self.id = node.id
        self.store = store
        self.notice = notice
        self.logger = logger
        self.time = time
        var state = State(core: LeaseCore(id: node.id), node: node)
        if !node.roles.contains(.planner) {
            state.core.drain()
            state.node.isDraining = true
        }
        self.state = Mutex(state)
    }

    /// The system's clock that never jumps and does not stop in sleep.
    package static let bootTime: @Sendable () -> Int64 = {
        let start = ContinuousClock.Instant.now
        return {
            let (seconds, attoseconds) = start.duration(to: .now).components
            return seconds * 1000 + attoseconds / 1_000_000_000_000_000
        }
    }()

    package var units: Set<WorkUnit> { self.state.withLock { $0.core.trusted(at: self.time()) } }

    /// The cluster as it was seen last.
    package var view: ClusterView { self.state.withLock { $0.view } }

    /// Whether this server leaves work and hosts to others, because somebody asked it to.
    package var isResting: Bool { self.view.rests(self.id) }

    /// Whether this server leaves its hosts to others, for the same reason.
    package var isRestingFromHosts: Bool { self.view.restsFromHosts(self.id) }

    /// Whether this server has begun to stop.
    package var isLeaving: Bool { self.state.withLock { $0.isLeaving } }

    /// Other servers that were seen lately.
    package var others: [ServerID] { self.view.nodes.map(\.id).filter { $0 != self.id } }

    /// Whoever works for units, to be told when others are its.
    package func setOnChange(_ onChange: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.onChange = onChange }
    }

    /// Joins, and takes what is free, before anything else starts.
    package func join() async throws { try await self.step() }

    /// Hands all work over; waits for that a moment, because a server that ends has little time.
    ///
    /// Where others can go on answering people, it also waits until proxies know that it does not any more.
    package func drain() async {
        let began = ContinuousClock.now
        self.state.withLock { state in
            state.core.drain()
            state.node.isDraining = true
            state.isLeaving = true
        }
        self.alarm.ring()
        await withTaskGroup { group in
            group.addTask { _ = await self.drained.wait() }
            group.addTask { try? await Task.sleep(for: Self.drainPatience) }
            await group.next()
            group.cancelAll()
        }
        // Known by the look that handed over: one that came a moment before counts.
        guard !self.others.isEmpty else { return }
        try? await Task.sleep(until: began + self.notice, clock: .continuous)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var outage = Outage()
            while !Task.isCancelled {
                do {
                    try await self.step()
                    if outage.end() { self.logger.notice("this server is part of the cluster again") }
                } catch {
                    if !Task.isCancelled, outage.begin() {
                        self.logger.warning(
                            "can't reach the other servers by the database; work goes to whoever can",
                            metadata: ["error": "\(error)"]
                        )
                    }
                    self.tellChanges()
                }
                await self.alarm.wait(for: .milliseconds(self.state.withLock { $0.core.pause }))
            }
        }
        // Nothing of the server works any more: it is stopped last.
        try? await self.store.leaveCluster(self.id)
    }

    private func step() async throws {
        let (node, beat) = self.state.withLock { ($0.node, $0.core.beat(at: self.time())) }
        let view: ClusterView
        do {
            view = try await self.store.beat(node, renewing: beat.renewing, lifetime: LeaseCore.lifetime)
        } catch {
            self.state.withLock { $0.core.failed(beat) }
            throw error
        }
        let moves = self.state.withLock { state in
            self.logNews(from: state.view, to: view)
            self.logMissing(&state, in: view)
            let wasResting = state.view.rests(self.id)
            if view.rests(self.id) != wasResting {
                self.logger.notice(
                    wasResting
                        ? "this server takes work and hosts again"
                        : "this server leaves work and hosts to others, as it was asked"
                )
            }
            state.view = view
            return state.core.saw(view, after: beat)
        }
        // What is given away is let go of before the heir has it.
        self.tellChanges()
        for move in moves { try await self.make(move) }
        self.tellChanges()
        if node.isDraining { self.drained.set(true) }
        if self.state.withLock({ $0.core.isImpatient }) { self.alarm.ring() }
    }

    private func make(_ move: LeaseCore.Move) async throws {
        switch move {
        case .take(let units):
            let start = self.time()
            let taken = try await self.store.takeLeases(units, for: self.id, lifetime: LeaseCore.lifetime)
            self.state.withLock { $0.core.took(taken, startedAt: start) }
        case .give(let units, let heir):
            try await self.store.giveLeases(units, from: self.id, to: heir, lifetime: LeaseCore.giftLifetime)
        }
    }

    private func tellChanges() {
        let now = self.time()
        let onChange = self.state.withLock { state -> (@Sendable () -> Void)? in
            let units = state.core.trusted(at: now)
            guard units != state.told else { return nil }
            state.told = units
            return state.onChange
        }
        onChange?()
    }

    /// Only where servers have roles there can be work that nobody does.
    private func logMissing(_ state: inout State, in view: ClusterView) {
        guard !state.isLeaving else { return }
        let missing = view.missingRoles
        for role in missing where !state.missing.contains(role) {
            self.logger.warning("no server of the cluster has this role: start one", metadata: ["role": "\(role)"])
        }
        for role in state.missing where !missing.contains(role) {
            self.logger.notice("a server of the cluster has this role again", metadata: ["role": "\(role)"])
        }
        state.missing = missing
    }

    private func logNews(from old: ClusterView, to new: ClusterView) {
        let before = Set(old.nodes.map(\.id))
        let after = Set(new.nodes.map(\.id))
        for node in new.nodes where !before.contains(node.id) {
            self.logger.notice(
                "a server is in the cluster",
                metadata: ["server": "\(node.id)", "name": "\(node.name)"]
            )
        }
        for node in old.nodes where !after.contains(node.id) {
            self.logger.notice("a server is gone", metadata: ["server": "\(node.id)", "name": "\(node.name)"])
        }
    }
}

/// Hands a server's work over before anything of it stops: the last of the services, which are stopped first.
package struct ClusterDrain: Service {
    private let member: ClusterMember

    package init(member: ClusterMember) { self.member = member }

    package func run() async throws {
        // Throws when the task is cancelled, which means the same here.
        try? await gracefulShutdown()
        await self.member.drain()
    }
}
