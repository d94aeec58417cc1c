// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
import FlowSchedulerCore
import Logging

/// Drives one ``AgentSessionCore``: carries out its effects against the store and the agent's channel.
///
/// Until it is opened it collects what is meant for the agent. A store that fails does not end it: what the agent said
/// stays unacknowledged and is said again, what the core asked for it asks for again.
actor AgentConversation {
    /// What sessions share.
    struct Dependencies: Sendable {
        let store: any SessionStore
        let recorder: any ReportRecorder
        let journal: SessionJournal
        let issuer: any CertificateIssuer
        let secrets: any SecretProvider
        let clock: any WallClock
        let settings: LiveSettings
        let logger: Logger
        let scheduler: LiveScheduler
        /// Nil where no files are waited for.
        let files: FileDesk?
    }

    nonisolated let channel: any AgentChannel
    nonisolated var agent: AgentID { self.channel.hello.agent }

    private var core: AgentSessionCore?
    /// What came before the core.
    private var waiting: [AgentSessionCore.Event] = []
    private var heard: UInt64 = 0
    private let dependencies: Dependencies
    private let onPresence: @Sendable (AgentPresence) -> Void
    private let outgoing: AsyncStream<ServerMessage>.Continuation
    /// Messages in the order in which the core decided on them; single consumer.
    private nonisolated let messages: AsyncStream<ServerMessage>
    private var trouble = Outage()
    /// Which files the agent was told to look for; nil = nothing yet.
    private var toldFiles: [FileWatch]?
    /// More unsent messages than this, and the agent is not reading: the session ends.
    private static let limit = 10_000
    /// How often the core looks at its own deadlines: sending orders again, asking again.
    private static let tick = Duration.milliseconds(500)

    init(
        channel: any AgentChannel,
        dependencies: Dependencies,
        onPresence: @escaping @Sendable (AgentPresence) -> Void
    ) {
        self.channel = channel
        self.dependencies = dependencies
        self.onPresence = onPresence
        (self.messages, self.outgoing) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
    }

    /// What opening a session gave.
    struct Opening: Sendable {
        let epoch: Int64
        let presence: AgentPresence
        let welcome: Welcome
        let interrupted: [Execution]
        /// The agent's version.
        let version: String
    }

    /// Makes the core of what the store knows, and hands it what came meanwhile.
    ///
    /// - Throws: the store's error; without it there is no session, and the agent tries again.
    func open() async throws -> Opening {
        let hello = self.channel.hello
        let clock = self.dependencies.clock
        if hello.outboxBase != nil {
            // At once, and not behind a configuration that may take long to read and to send (R7).
            let sample = ClockSample(
                agentSent: hello.sentAt,
                serverReceived: self.channel.helloReceivedAt,
                serverSent: clock.microseconds
            )
            try await self.channel.send(.clock(sample))
        }
        let start = try await self.dependencies.store.openSession(hello, address: self.channel.address, at: clock.now)
        let configuration = try await self.dependencies.store.configuration(of: hello.agent)
        let (core, opened) = AgentSessionCore.open(
            hello: hello,
            start: start,
            configuration: configuration,
            clock: ClockSample(
                agentSent: hello.sentAt,
                serverReceived: self.channel.helloReceivedAt,
                serverSent: clock.microseconds
            ),
            address: self.channel.address,
            now: clock.now
        )
        var welcome = opened
        let settings = self.dependencies.settings.now
        welcome.outputBytes = settings.outputBytes
        welcome.networks = settings.networks
        self.core = core
        return Opening(
            epoch: start.epoch,
            presence: core.presence,
            welcome: welcome,
            interrupted: start.interrupted,
            version: hello.version
        )
    }

    /// Serves from the welcome to the end.
    ///
    /// - Throws: ``SessionClose``, or what the channel throws.
    func converse(welcome: Welcome) async throws {
        CrashPoint.reach("server.session.opened")
        try await self.channel.send(.welcome(welcome))
        CrashPoint.reach("server.session.welcomed")
        for event in self.waiting { try await self.perform(event) }
        self.waiting.removeAll()
        // What became due while the agent was away.
        await self.catchUp()
        try await withThrowingTaskGroup { group in
            group.addTask {
                for await message in self.messages { try await self.channel.send(message) }
            }
            group.addTask {
                while let message = try await self.channel.next() { try await self.receive(message) }
            }
            group.addTask {
                while (try? await Task.sleep(for: Self.tick)) != nil {
                    try await self.tellStanding()
                    try await self.tellFiles()
                    try await self.handle(.tick)
                }
            }
            // Whichever ends first ends the session.
            defer { group.cancelAll() }
            try await group.next()
            self.outgoing.finish()
        }
    }

    private func catchUp() async {
        do {
            let orders = try await self.dependencies.store.pendingOrders(of: self.agent)
            try await self.perform(.orders(orders))
        } catch {
            // They are asked about again like everything else that is open (R9).
            self.note(error)
        }
    }

    private func receive(_ message: AgentMessage) async throws {
        self.heard += 1
        if case .certificateRequest(let request) = message { return try await self.renew(request) }
        if case .secretsRequest(let request) = message { return try await self.give(request) }
        if case .files(let events) = message { return try await self.take(events) }
        try await self.handle(.received(message))
    }

    private func give(_ request: SecretsRequest) async throws {
        let answer: SecretsAnswer
        do {
            let values = try await self.dependencies.secrets.secrets(for: request, of: self.agent)
            answer = SecretsAnswer(execution: request.execution, values: values)
        } catch {
            let refusal = (error as? CoreError)?.message ?? "The server failed. Look into its log."
            self.dependencies.logger.warning(
                "did not give an agent the secrets it asked for",
                metadata: [
                    "agent": "\(self.agent)", "execution": "\(request.execution)", "error": "\(refusal)",
                ]
            )
            answer = SecretsAnswer(execution: request.execution, values: [:], refusal: refusal)
        }
        try self.send(.secrets(answer))
    }

    /// Whether the agent gives a sign of life when it is asked for one.
    ///
    /// The question is a change of nothing, which agents of every version confirm.
    func isAlive(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        var before: UInt64?
        while ContinuousClock.now < deadline, !Task.isCancelled {
            if let core, before == nil {
                before = self.heard
                let version = core.presence.configVersion
                self.outgoing.yield(.config(ConfigUpdate(version: version, base: version, upserts: [])))
            }
            if let before, self.heard > before { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        // One that has not even been welcomed has just said hello.
        return self.core == nil
    }

    /// The configuration the agent was last told; nil before the session is open.
    var desiredVersion: Int64? { self.core?.desiredVersion }

    func rollout(of job: JobUID, version: Int64) -> JobRollout {
        self.core?.rollout(of: job, version: version) ?? .waiting
    }

    /// Tells the agent what changed.
    ///
    /// - Returns: false when it has to be told its whole configuration.
    /// - Throws: ``SessionClose`` when the agent does not take what it is sent.
    func follow(_ changes: ConfigurationChanges) async throws -> Bool {
        guard let core else { return true }
        guard core.canFollow(changes) else { return false }
        try await self.perform(.configurationChanges(changes))
        return true
    }

    /// Handles an event and everything that follows from it.
    ///
    /// - Throws: ``SessionClose`` when the agent does not take what it is sent.
    func handle(_ event: AgentSessionCore.Event) async throws {
        guard self.core != nil else {
            if self.waiting.count < Self.limit { self.waiting.append(event) }
            return
        }
        try await self.perform(event)
    }

    /// Which files it is to look for, where that is news.
    private func tellFiles() throws {
        guard let desk = self.dependencies.files, self.channel.hello.features.contains(HostFeature.files),
            let wanted = desk.watches(of: self.agent), wanted != self.toldFiles
        else { return }
        self.toldFiles = wanted
        try self.send(.fileWatches(wanted))
    }

    private func take(_ events: [FileEvent]) async throws {
        do {
            let taken = try await self.dependencies.files?.take(events, of: self.agent) ?? []
            self.noteRecovery()
            if !taken.isEmpty { try self.send(.filesTaken(taken)) }
        } catch let close as SessionClose {
            throw close
        } catch {
            // Not taken: the agent tells it again.
            self.note(error)
        }
    }

    /// What holds for the host until something else is said.
    private func tellStanding() async throws {
        try await self.handle(.scheduler(self.dependencies.scheduler.now))
        try await self.handle(.maintenance(self.dependencies.scheduler.maintenance(of: self.agent)))
    }

    private func perform(_ event: AgentSessionCore.Event) async throws {
        // An order that was made after a maintenance had ended must not meet a host that has not heard of the end.
        if case .orders = event { try await self.tellStanding() }
        for effect in self.core?.handle(event, now: self.dependencies.clock.now) ?? [] {
            switch effect {
            case .send(let message): try self.send(message)
            case .apply(let batch): try await self.apply(batch)
            case .acknowledgeOrders(let ids): self.dependencies.journal.note(acknowledged: ids, by: self.agent)
            case .recordConfig(let version): self.dependencies.journal.note(configVersion: version, of: self.agent)
            case .storeStatistics(let report): try await self.store(report)
            case .reask(let before): try await self.reask(before: before)
            case .presenceChanged: self.showPresence()
            }
        }
    }

    private func apply(_ batch: ReportBatch) async throws {
        let applied: AppliedReports
        do {
            applied = try await self.dependencies.recorder.record(batch)
        } catch {
            // Not acknowledged: the agent sends it again.
            return self.note(error)
        }
        self.noteRecovery()
        CrashPoint.reach("server.reports.stored")
        try await self.perform(.applied(incarnation: applied.incarnation, acknowledged: applied.acknowledged))
        CrashPoint.reach("server.reports.acknowledged")
    }

    private func store(_ report: HostStatsReport) async throws {
        do {
            try await self.dependencies.store.store(report, of: self.agent)
        } catch {
            // Not acknowledged: the agent tells it again.
            return self.note(error)
        }
        self.noteRecovery()
        try await self.perform(.statisticsStored(incarnation: report.incarnation, sequence: report.sequence))
    }

    private func reask(before: Timestamp) async throws {
        let orders: [Order]
        do {
            orders = try await self.dependencies.store.reaskPending(of: self.agent, before: before, limit: 500)
        } catch {
            return self.note(error)
        }
        self.noteRecovery()
        if !orders.isEmpty { try await self.perform(.orders(orders)) }
    }

    private func renew(_ request: String) async throws {
        do {
            try self.send(.certificateIssued(try await self.dependencies.issuer.renew(request, of: self.agent)))
        } catch let close as SessionClose {
            throw close
        } catch {
            self.dependencies.logger.warning(
                "did not renew an agent's certificate",
                metadata: ["agent": "\(self.agent)", "error": "\(error)"]
            )
            let refusal = error as? CoreError ?? CoreError(.internal, "The server failed. Look into its log.")
            try self.send(.certificateRefused(code: refusal.code.rawValue, message: refusal.message))
        }
    }

    private func showPresence() {
        guard let presence = self.core?.presence else { return }
        self.dependencies.journal.note(seen: self.agent, at: presence.lastHeartbeat)
        self.onPresence(presence)
    }

    private func send(_ message: ServerMessage) throws {
        var message = message
        if case .heartbeatAnswer(var sample, _, _) = message {
            // The core thinks in milliseconds; clocks are compared in microseconds (R7).
            let now = self.dependencies.clock.microseconds
            sample.serverReceived = now
            sample.serverSent = now
            let settings = self.dependencies.settings.now
            message = .heartbeatAnswer(sample, outputBytes: settings.outputBytes, networks: settings.networks)
        }
        if case .dropped = self.outgoing.yield(message) {
            throw SessionClose(.goingAway, reason: "the agent does not read what it is sent")
        }
    }

    private func note(_ error: any Error) {
        guard self.trouble.begin() else { return }
        self.dependencies.logger.warning(
            "the store does not take what an agent says; the session stays and the agent says it again",
            metadata: ["agent": "\(self.agent)", "error": "\(error)"]
        )
    }

    private func noteRecovery() {
        guard self.trouble.end() else { return }
        self.dependencies.logger.notice(
            "the store takes what an agent says again",
            metadata: ["agent": "\(self.agent)"]
        )
    }
}

/// Makes reports durable; ``RunRecorder`` in a server.
package protocol ReportRecorder: Sendable {
    /// - Throws: the store's error; the agent keeps its reports and sends them again.
    func record(_ batch: ReportBatch) async throws -> AppliedReports
}
