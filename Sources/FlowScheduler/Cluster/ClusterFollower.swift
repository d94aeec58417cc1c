// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Keeps a server at what the others do: takes their messages, follows their changes, and tells them of its own agents.
///
/// A look each half a second is the truth; a wake-up makes it sooner.
package final class ClusterFollower: Service {
    package struct Parts: Sendable {
        let member: ClusterMember
        let gateway: ClusterGateway
        let sessions: AgentSessions
        let journal: SessionJournal
        let ticker: FireTicker
        let bus: EventBus
        let settings: LiveSettings
        let scheduler: LiveScheduler

        package init(
            member: ClusterMember,
            gateway: ClusterGateway,
            sessions: AgentSessions,
            journal: SessionJournal,
            ticker: FireTicker,
            bus: EventBus,
            settings: LiveSettings,
            scheduler: LiveScheduler
        ) {
            self.member = member
            self.gateway = gateway
            self.sessions = sessions
            self.journal = journal
            self.ticker = ticker
            self.bus = bus
            self.settings = settings
            self.scheduler = scheduler
        }
    }

    let parts: Parts
    let store: any Store & SettingStore
    let cluster: any ClusterStore
    let clock: any WallClock
    let logger: Logger
    private let wake = Alarm()
    /// The configuration version that was followed to.
    let followed = Mutex<Int64?>(nil)
    /// Rounds since everything about sessions was told, and since servers were buried.
    private let rounds = Mutex(0)

    private static let interval = Duration.milliseconds(500)
    /// The least time between two messages: the first one goes at once, and what comes within this time goes together.
    private static let gathering = Duration.milliseconds(10)
    /// The same for what is only shown.
    private static let newsInterval = Duration.milliseconds(200)
    /// Hosts of a server that rests that are sent to others with each look.
    private static let moves = 50
    /// Of messages taken at once.
    private static let limit = 200
    /// After this a server that gives no sign of life is taken out; milliseconds.
    package static let burial: Int64 = 30_000

    package init(
        parts: Parts,
        store: any Store & SettingStore,
        cluster: any ClusterStore,
        clock: any WallClock,
        logger: Logger
    ) {
        self.parts = parts
        self.store = store
        self.cluster = cluster
        self.clock = clock
        self.logger = logger
    }

    /// Before jobs are planned and agents served: what changes from here on is followed.
    package func begin() async throws {
        let versions = try await self.cluster.clusterVersions()
        self.followed.withLock { $0 = versions.configuration }
        try await self.syncSessions()
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.send() }
                group.addTask {
                    for await _ in self.cluster.wakeUps(of: self.parts.member.id) { self.wake.ring() }
                }
                group.addTask {
                    await Rounds(
                        of: "what other servers say",
                        every: Self.interval,
                        logger: self.logger,
                        wake: self.wake
                    ).run { try await self.hear() }
                }
                group.addTask {
                    await Rounds(of: "which server has which host", every: Self.interval, logger: self.logger).run {
                        try await self.sync()
                    }
                }
            }
        }
    }

    // MARK: Sending

    private func send() async {
        var newsAt = ContinuousClock.now
        var nextAt = ContinuousClock.now
        while !Task.isCancelled {
            let waits = self.parts.gateway.outbox.withLock { $0.hasNews }
            await self.parts.gateway.alarm.wait(for: waits ? newsAt - .now : nil)
            // Ends when the server does.
            if nextAt > .now { try? await Task.sleep(until: nextAt) }
            nextAt = .now + Self.gathering
            let others = self.parts.member.others
            let withNews = newsAt <= .now
            if withNews { newsAt = .now + Self.newsInterval }
            var messages = self.parts.gateway.outbox.withLock { $0.take(for: others, withNews: withNews) }
            while !messages.isEmpty, !Task.isCancelled {
                do {
                    try await self.cluster.post(
                        try messages.map { (server: $0.server, body: try Self.text(of: $0.message)) }
                    )
                    messages = []
                } catch {
                    // News is old by then; what was called for still counts.
                    messages.removeAll { !$0.message.isCall }
                    try? await Task.sleep(for: Self.interval)
                }
            }
        }
    }

    // MARK: Hearing

    private func hear() async throws {
        let hearing = ClusterHearing(
            limit: Self.limit,
            take: { try await self.cluster.takeMessages(for: self.parts.member.id, limit: $0) },
            follow: { try await self.followChanges() },
            hear: { body in if let message = Self.message(body) { await self.hear(message) } }
        )
        try await hearing.round()
    }

    private func sync() async throws {
        let round = self.rounds.withLock { rounds in
            rounds = (rounds + 1) % 60
            return rounds
        }
        // A server that was buried by mistake is known again after this.
        if round == 0 { self.parts.gateway.roster.withLock { $0.forgetTold() } }
        try await self.syncSessions()
        await self.parts.sessions.moveAway(limit: Self.moves, workers: self.parts.member.view.gateways.count)
        if round % 20 == 0, self.parts.member.isKeeper { try await self.bury() }
    }

    private func bury() async throws {
        let left = try await self.cluster.bury(unseenFor: Self.burial)
        let held = self.parts.gateway.presences
        // Nobody else saw them go.
        for agent in left where held[agent] == nil { self.parts.journal.note(left: agent, at: self.clock.now) }
    }
}
