// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowSchedulerCore
package import Logging
import ServiceLifecycle
import Synchronization

/// All live sessions of this server: the scheduler's way to agents, and what a listener serves agents with.
package final class AgentSessions: AgentGateway, Service {
    private typealias Registry = SessionRegistry<AgentConversation>

    private let registry = Mutex(Registry())
    private let conversations: AgentConversation.Dependencies
    private let configurations: ConfigurationSender
    private let bus: EventBus
    private let clock: any WallClock
    private let logger: Logger
    /// How long the first of two processes may take to show that it is alive.
    private let proof: Duration
    /// Tells of agents that another server holds; nil where there are none.
    private let elsewhere: Mutex<(@Sendable (AgentID) -> Bool)?> = Mutex(nil)
    /// Whether hosts are to go to other servers; nil where there are none.
    private let resting: Mutex<(@Sendable () -> Bool)?> = Mutex(nil)
    /// Nil unless hosts are being spread over the servers.
    private let evening: Mutex<HostEvening?> = Mutex(nil)
    private static let housekeeping = Duration.seconds(30)

    package init(
        store: any SessionStore,
        recorder: any ReportRecorder,
        journal: SessionJournal,
        issuer: any CertificateIssuer,
        secrets: any SecretProvider,
        bus: EventBus,
        clock: any WallClock,
        settings: LiveSettings = LiveSettings(),
        logger: Logger,
        proof: Duration = .seconds(2),
        scheduler: LiveScheduler = LiveScheduler(),
        files: FileDesk? = nil
    ) {
        self.conversations = AgentConversation.Dependencies(
            store: store,
            recorder: recorder,
            journal: journal,
            issuer: issuer,
            secrets: secrets,
            clock: clock,
            settings: settings,
            logger: logger,
            scheduler: scheduler,
            files: files
        )
        self.configurations = ConfigurationSender(store: store, logger: logger)
        self.bus = bus
        self.clock = clock
        self.logger = logger
        self.proof = proof
    }

    // MARK: The scheduler's side

    package var presences: [AgentID: AgentPresence] { self.registry.withLock { $0.presences } }

    package var duplicates: [AgentID: [DuplicateAgent]] {
        let now = self.clock.now
        return self.registry.withLock { $0.duplicates(at: now) }
    }

    package func deliver(_ orders: [AgentID: [Order]]) async {
        for (agent, orders) in orders { await self.tell(agent, .orders(orders)) }
    }

    package func cancel(_ execution: ExecutionID, on agent: AgentID, force: Bool) async {
        await self.tell(agent, .cancel(execution, force: force))
    }

    package func configurationChanged() async {
        self.configurations.changed(self.registry.withLock { $0.standing.map(\.agent) })
    }

    package func rollout(
        of job: JobUID,
        version: Int64,
        on agents: [AgentID]
    ) async -> [AgentID: JobRollout] {
        var states: [AgentID: JobRollout] = [:]
        let wanted = Set(agents)
        for (agent, conversation) in self.registry.withLock({ $0.standing }) where wanted.contains(agent) {
            states[agent] = await conversation.rollout(of: job, version: version)
        }
        return states
    }

    package func disconnect(_ agent: AgentID, reason: String) async {
        for conversation in self.registry.withLock({ $0.handles(of: agent) }) {
            await conversation.channel.close(SessionClose(.unauthorized, reason: reason))
        }
    }

    // MARK: Other servers' side

    /// Who is held here, with the epochs of their sessions.
    package var holdings: [AgentID: ClusterRoster.Session] { self.registry.withLock { $0.holdings } }

    /// An agent whose session ends here has not gone while `isElsewhere` says that another server holds it.
    package func setElsewhere(_ isElsewhere: @escaping @Sendable (AgentID) -> Bool) {
        self.elsewhere.withLock { $0 = isElsewhere }
    }

    /// While `isResting` says so, no host is taken.
    package func setResting(_ isResting: @escaping @Sendable () -> Bool) {
        self.resting.withLock { $0 = isResting }
    }

    private var isResting: Bool { self.resting.withLock { $0 }?() ?? false }
    private static let rest = SessionClose(
        .goingAway,
        reason: "this server leaves its hosts to others for now; connect to another one"
    )

    private static let fewer = SessionClose(.goingAway, reason: "another server has fewer hosts; connect to it")

    /// Has hosts go to other servers while this one has more than its share.
    package func even(_ evening: HostEvening?) { self.evening.withLock { $0 = evening } }

    /// Ends some sessions of a server that rests, or that has more hosts than its share, so that they go to others.
    ///
    /// - Parameters:
    ///   - limit: how many; the others come with the next calls, so that those who take them are not overrun.
    ///   - workers: how many servers work, this one included.
    package func moveAway(limit: Int, workers: Int = 1) async {
        let standing = self.registry.withLock { $0.standing }
        guard !self.isResting else {
            for (_, conversation) in standing.prefix(limit) { await conversation.channel.close(Self.rest) }
            return
        }
        let leaving = self.evening.withLock { evening -> Set<AgentID> in
            let leaving = evening?.look(at: standing.map(\.agent), workers: workers, limit: limit) ?? []
            if evening?.isOver == true { evening = nil }
            return leaving
        }
        for (agent, conversation) in standing where leaving.contains(agent) {
            await conversation.channel.close(Self.fewer)
        }
    }

    /// Ends a session that a later one on another server has overtaken.
    package func yield(_ agent: AgentID, to epoch: Int64) async {
        guard let conversation = self.registry.withLock({ $0.yield(agent, to: epoch) }) else { return }
        self.bus.publish(.agentChanged(agent))
        await conversation.channel.close(
            SessionClose(.overtaken, reason: "a newer session of this agent, on another server, took over")
        )
    }

    private func tell(_ agent: AgentID, _ event: AgentSessionCore.Event) async {
        for conversation in self.registry.withLock({ $0.handles(of: agent) }) { await self.tell(conversation, event) }
    }

    private func tell(_ conversation: AgentConversation, _ event: AgentSessionCore.Event) async {
        do {
            try await conversation.handle(event)
        } catch {
            await self.close(conversation, error)
        }
    }

    private func close(_ conversation: AgentConversation, _ error: any Error) async {
        let end = error as? SessionClose ?? SessionClose(.goingAway, reason: "\(error)")
        await conversation.channel.close(end)
    }

    // MARK: Upkeep

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.configurations.run(self) }
                group.addTask {
                    while (try? await Task.sleep(for: Self.housekeeping)) != nil { self.forgetDuplicates() }
                }
            }
        }
    }

    private func forgetDuplicates() {
        let now = self.clock.now
        for agent in self.registry.withLock({ $0.forgetDuplicates(at: now) }) {
            self.logger.notice("a copy of this agent does not try to connect any more", metadata: ["agent": "\(agent)"])
            self.bus.publish(.agentChanged(agent))
        }
    }

    // MARK: One agent's session

    /// Serves one session from its hello to its end.
    ///
    /// - Throws: ``SessionClose`` when the server ends the session, what the channel throws, or the store's error when
    ///   there could be no session.
    package func serve(_ channel: any AgentChannel) async throws {
        let agent = channel.hello.agent
        if self.isResting { throw Self.rest }
        let ticketBox = Mutex<Registry.Ticket?>(nil)
        let conversation = AgentConversation(channel: channel, dependencies: self.conversations) {
            [weak self] presence in
            guard let self, let ticket = ticketBox.withLock({ $0 }) else { return }
            if self.registry.withLock({ $0.note(presence, of: ticket) }) { self.bus.publish(.agentChanged(agent)) }
        }
        guard let ticket = await self.admit(conversation) else { return try await self.refuse(channel) }
        ticketBox.withLock { $0 = ticket }
        defer { self.leave(ticket) }
        let opening = try await conversation.open()
        if !opening.interrupted.isEmpty { self.bus.publish(.executionsChanged(opening.interrupted)) }
        try await self.enter(ticket, opening)
        // A change between reading and entering is caught up with.
        self.configurations.changed([agent])
        try await conversation.converse(welcome: opening.welcome)
    }

    /// - Returns: nil when another process with this identity is alive (R14).
    private func admit(_ conversation: AgentConversation) async -> Registry.Ticket? {
        let hello = conversation.channel.hello
        let instance = AgentInstance(hello)
        var silent: Set<Registry.Ticket> = []
        while !Task.isCancelled {
            let arrival = self.registry.withLock {
                $0.arrive(hello.agent, instance, conversation, regardless: silent)
            }
            switch arrival {
            case .admitted(let ticket): return ticket
            case .contested(let first, let ticket):
                if await first.isAlive(within: self.proof) { return nil }
                silent.insert(ticket)
            }
        }
        return nil
    }

    private func refuse(_ channel: any AgentChannel) async throws {
        try Task.checkCancellation()
        let hello = channel.hello
        let now = self.clock.now
        let isNews = self.registry.withLock {
            $0.quarantine(
                hello.agent,
                AgentInstance(hello),
                hostname: hello.hostname,
                address: channel.address,
                at: now
            )
        }
        if isNews {
            self.logger.error(
                "two hosts use one agent's identity; the second is kept out (DUPLICATE_AGENT)",
                metadata: [
                    "agent": "\(hello.agent)", "address": "\(channel.address)", "hostname": "\(hello.hostname)",
                    "machine": "\(hello.machineID)",
                ]
            )
            self.bus.publish(.agentChanged(hello.agent))
        }
        try await channel.send(
            .rejected(
                code: RejectionCode.duplicateAgent,
                message:
                    "Another host is connected with this agent's identity, probably the one this data directory or "
                    + "machine was copied from. Move the data directory's 'identity' away here and enrol this host again."
            )
        )
    }

    private func enter(_ ticket: Registry.Ticket, _ opening: AgentConversation.Opening) async throws {
        let entry = self.registry.withLock {
            $0.enter(ticket, epoch: opening.epoch, presence: opening.presence)
        }
        let end = SessionClose(.overtaken, reason: "a newer session of this agent took over")
        switch entry {
        case .overtaken: throw end
        case .entered(let overtaken):
            for conversation in overtaken { await conversation.channel.close(end) }
            self.logger.notice(
                "agent connected",
                metadata: [
                    "agent": "\(ticket.agent)", "address": "\(opening.presence.address)",
                    "version": "\(opening.version)", "epoch": "\(opening.epoch)",
                ]
            )
            self.bus.publish(.agentChanged(ticket.agent))
        }
    }

    private func leave(_ ticket: Registry.Ticket) {
        guard self.registry.withLock({ $0.leave(ticket) }) else { return }
        let isElsewhere = self.elsewhere.withLock { $0 }?(ticket.agent) ?? false
        if !isElsewhere { self.conversations.journal.note(left: ticket.agent, at: self.clock.now) }
        self.bus.publish(.agentChanged(ticket.agent))
    }
}

extension AgentSessions: ConfigurationReceivers {
    func desiredVersions(of agents: Set<AgentID>) async -> [AgentID: Int64] {
        var versions: [AgentID: Int64] = [:]
        for (agent, conversation) in self.registry.withLock({ $0.standing }) where agents.contains(agent) {
            if let version = await conversation.desiredVersion { versions[agent] = version }
        }
        return versions
    }

    func follow(_ changes: ConfigurationChanges, _ agent: AgentID) async -> Bool {
        var hasFollowed = true
        for conversation in self.registry.withLock({ $0.handles(of: agent) }) {
            do {
                hasFollowed = try await conversation.follow(changes) && hasFollowed
            } catch {
                await self.close(conversation, error)
            }
        }
        return hasFollowed
    }

    func take(_ configuration: AgentConfiguration, _ agent: AgentID) async {
        await self.tell(agent, .configuration(configuration))
    }
}
