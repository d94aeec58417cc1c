// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowWire
import Logging
import ServiceLifecycle
import Synchronization

/// All live sessions of this server: the scheduler's way to agents, and what the listener serves agents with.
final class AgentHub: AgentGateway, AgentSessionHandler, Service {
    private struct Session {
        let driver: AgentSessionDriver
        let channel: AgentChannel
    }

    private struct State {
        var sessions: [AgentID: Session] = [:]
        var presences: [AgentID: AgentPresence] = [:]
    }

    private let state = Mutex(State())
    private let store: any Store
    private let recorder: RunRecorder
    private let acknowledgements: OrderAcknowledgements
    private let bus: EventBus
    private let clock: any WallClock
    private let logger: Logger
    private let configurationAlarm = Alarm()
    /// How often sessions look at their own deadlines: resending orders, asking again.
    private static let tick = Duration.milliseconds(500)
    private static let lastSeenInterval = Duration.seconds(30)

    init(
        store: any Store,
        recorder: RunRecorder,
        acknowledgements: OrderAcknowledgements,
        bus: EventBus,
        clock: any WallClock,
        logger: Logger
    ) {
        self.store = store
        self.recorder = recorder
        self.acknowledgements = acknowledgements
        self.bus = bus
        self.clock = clock
        self.logger = logger
    }

    // MARK: The scheduler's side

    var presences: [AgentID: AgentPresence] { self.state.withLock { $0.presences } }

    func deliver(_ orders: [AgentID: [Order]]) async {
        for (agent, orders) in orders { await self.tell(agent, .orders(orders)) }
    }

    func cancel(_ execution: ExecutionID, on agent: AgentID, force: Bool) async {
        await self.tell(agent, .cancel(execution, force: force))
    }

    func configurationChanged() async { self.configurationAlarm.ring() }

    func disconnect(_ agent: AgentID, reason: String) async {
        let session = self.state.withLock { $0.sessions[agent] }
        await session?.channel.close(.unauthorized, reason: reason)
    }

    private func tell(_ agent: AgentID, _ event: AgentSessionCore.Event) async {
        guard let session = self.state.withLock({ $0.sessions[agent] }) else { return }
        do {
            try await session.driver.handle(event)
        } catch {
            await self.end(session, because: error)
        }
    }

    private func end(_ session: Session, because error: any Error) async {
        self.logger.warning(
            "ending an agent's session",
            metadata: ["agent": "\(session.driver.agent)", "error": "\(error)"]
        )
        await session.channel.close(.internalError, reason: "the server could not go on; come back")
    }

    // MARK: Upkeep of all sessions

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.pushConfigurations() }
                group.addTask { await self.tickSessions() }
                group.addTask { await self.recordLastSeen() }
            }
        }
    }

    private func pushConfigurations() async {
        while !Task.isCancelled {
            await self.configurationAlarm.wait(for: nil)
            for session in self.state.withLock({ Array($0.sessions.values) }) {
                do {
                    let configuration = try await self.store.configuration(of: session.driver.agent)
                    try await session.driver.handle(.configuration(configuration))
                } catch {
                    await self.end(session, because: error)
                }
            }
        }
    }

    private func tickSessions() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.tick)
            for session in self.state.withLock({ Array($0.sessions.values) }) {
                do {
                    try await session.driver.handle(.tick)
                } catch {
                    await self.end(session, because: error)
                }
            }
        }
    }

    private func recordLastSeen() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.lastSeenInterval)
            let seen = self.presences.mapValues(\.lastHeartbeat)
            guard !seen.isEmpty else { continue }
            do {
                try await self.store.recordLastSeen(seen)
            } catch {
                self.logger.warning("could not record heartbeats", metadata: ["error": "\(error)"])
            }
        }
    }

    // MARK: One agent's session

    func serve(_ channel: AgentChannel) async throws {
        let hello = channel.hello
        if hello.outboxBase != nil {
            // At once, and not behind a configuration that may take long to read and to send (R7).
            let sample = ClockSample(
                agentSent: hello.sentAt,
                serverReceived: channel.helloReceivedAt,
                serverSent: self.clock.microseconds
            )
            try await channel.send(.clock(sample))
        }
        let start = try await self.store.openSession(hello, address: channel.address, at: self.clock.now)
        if !start.interrupted.isEmpty { self.bus.publish(.executionsChanged(start.interrupted)) }
        let (core, welcome) = AgentSessionCore.open(
            hello: hello,
            start: start,
            configuration: try await self.store.configuration(of: hello.agent),
            clock: ClockSample(
                agentSent: hello.sentAt,
                serverReceived: channel.helloReceivedAt,
                serverSent: self.clock.microseconds
            ),
            address: channel.address,
            now: self.clock.now
        )
        let driver = AgentSessionDriver(
            core: core,
            dependencies: AgentSessionDriver.Dependencies(
                store: self.store,
                recorder: self.recorder,
                acknowledgements: self.acknowledgements,
                clock: self.clock,
                onPresence: { [weak self] in self?.note($1, of: $0, epoch: start.epoch) }
            )
        )
        try await channel.send(.welcome(welcome))
        await self.enter(Session(driver: driver, channel: channel), presence: core.presence)
        defer { self.leave(driver) }
        try await self.converse(driver, channel)
    }

    private func converse(_ driver: AgentSessionDriver, _ channel: AgentChannel) async throws {
        // What became due while the agent was away; a change of jobs between reading and entering is caught up with.
        try await driver.handle(.orders(try await self.store.pendingOrders(of: driver.agent)))
        self.configurationAlarm.ring()
        try await withThrowingTaskGroup { group in
            group.addTask {
                for await message in driver.messages { try await channel.send(message) }
            }
            group.addTask {
                while let message = try await channel.next() { try await driver.handle(.received(message)) }
            }
            // Whichever ends first ends the session.
            defer { group.cancelAll() }
            try await group.next()
            await driver.finish()
        }
    }

    private func enter(_ session: Session, presence: AgentPresence) async {
        let agent = session.driver.agent
        let overtaken = self.state.withLock { state in
            defer {
                state.sessions[agent] = session
                state.presences[agent] = presence
            }
            return state.sessions[agent]
        }
        // The same agent from elsewhere, or its old connection that has not noticed yet: the newer epoch counts (R14).
        await overtaken?.channel.close(.goingAway, reason: "a newer session of this agent took over")
        self.bus.publish(.agentChanged(agent))
    }

    private func leave(_ driver: AgentSessionDriver) {
        let left = self.state.withLock { state in
            guard state.sessions[driver.agent]?.driver === driver else { return false }
            state.sessions[driver.agent] = nil
            state.presences[driver.agent] = nil
            return true
        }
        if left { self.bus.publish(.agentChanged(driver.agent)) }
    }

    private func note(_ presence: AgentPresence, of agent: AgentID, epoch: Int64) {
        let isCurrent = self.state.withLock { state in
            guard let session = state.sessions[agent], session.driver.epoch == epoch else { return false }
            state.presences[agent] = presence
            return true
        }
        if isCurrent { self.bus.publish(.agentChanged(agent)) }
    }

    func receiveLog(_ chunks: [LogChunk], from agent: AgentID) async throws {
        try await self.store.appendLog(chunks)
        self.bus.publish(.logAppended(chunks))
        // The report of the end may have overtaken this output; then it is complete only now.
        for chunk in Dictionary(chunks.map { ($0.executionID, $0) }, uniquingKeysWith: { $1 }).values {
            let end = chunk.offset + Int64(chunk.bytes.count)
            let slice = try await self.store.log(chunk.executionID, from: end, limit: 1)
            guard slice.isComplete else { continue }
            self.bus.publish(
                .logEnded(chunk.executionID, totalBytes: slice.totalBytes, isTruncated: slice.isTruncated)
            )
        }
    }
}
