// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import FlowQUIC
import FlowWire
import Foundation
import Logging
import NIOPosix
import Synchronization

/// One host of a fleet: a real link (QUIC, TLS with a certificate of its own, the session's rules) behind which nothing is
/// stored or started.
///
/// What it is sent counts as applied as soon as it is decoded, and it is settled once the server has answered a heartbeat
/// that came after the confirmation: then the server has heard it.
final class FleetAgent: Sendable {
    private struct State {
        /// The configuration it was told last, and the one the server has heard it has.
        var version: Int64 = 0
        var settled: Int64 = 0
        /// Boot time of the heartbeat behind the last confirmation.
        var askedAt: Int64 = 0
        var jobs = 0
        var orders: [Order] = []
        var acknowledgedReports: Int64 = 0
        var link: AgentLink?
    }

    let identity: AgentIdentity
    private let incarnation = UUID().uuidString.lowercased()
    private let state = Mutex(State())
    private let logger: Logger

    init(identity: AgentIdentity, logger: Logger) {
        self.identity = identity
        self.logger = logger
    }

    /// The configuration version that the server knows to be in force here.
    var settledVersion: Int64 { self.state.withLock { $0.settled } }
    /// Jobs it was told of, counting repetitions.
    var toldJobs: Int { self.state.withLock { $0.jobs } }
    /// Orders in the order in which they came.
    var orders: [Order] { self.state.withLock { $0.orders } }
    var acknowledgedReports: Int64 { self.state.withLock { $0.acknowledgedReports } }

    /// Keeps a session until it is cancelled.
    func run() async throws {
        let link = try AgentLink(
            identity: self.identity,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: self.logger
        ) { [self] event in await self.handle(event) }
        self.state.withLock { $0.link = link }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await link.run() }
            group.addTask {
                while (try? await Task.sleep(for: .seconds(10))) != nil { await self.beat() }
            }
            await group.waitForAll()
        }
    }

    /// Makes a connection and nothing else: what a session costs before anybody has said a word.
    func shakeHands() async throws -> QUICConnection {
        let server = try ServerAddress(parsing: self.identity.servers.first ?? "")
        return try await QUICClient.connect(
            host: server.host,
            port: server.port,
            serverName: self.identity.serverName,
            identity: TLSIdentity(
                certificateChainPEM: self.identity.certificateChainPEM,
                privateKeyPEM: self.identity.privateKeyPEM
            ),
            trust: .roots(pem: self.identity.authorityPEM),
            applicationProtocol: AgentProtocols.control,
            configuration: QUICConfiguration(),
            group: MultiThreadedEventLoopGroup.singleton,
            logger: self.logger
        )
    }

    func send(_ message: AgentMessage) async {
        guard let link = self.state.withLock({ $0.link }) else { return }
        // Whoever has no connection says hello again anyway.
        try? await link.send(message)
    }

    func report(_ reports: [Report]) async { await self.send(.reports(incarnation: self.incarnation, reports)) }

    func openLog(_ id: ExecutionID) async throws -> AgentLogStream {
        guard let link = self.state.withLock({ $0.link }) else { throw LinkDown() }
        return try await link.openLog(LogOpen(executionID: id, attempt: 1))
    }

    private func handle(_ event: LinkEvent) async {
        switch event {
        case .connected: await self.send(.hello(self.hello))
        case .received(.welcome(let welcome)):
            if let update = welcome.config { await self.take(update) }
        case .received(.config(let update)): await self.take(update)
        case .received(.heartbeatAnswer(let sample, _, _)):
            self.state.withLock { if sample.agentSent >= $0.askedAt { $0.settled = $0.version } }
        case .received(.orders(let orders)):
            self.state.withLock { $0.orders += orders }
            await self.send(.orderAcknowledged(orders.map(\.executionID)))
        case .received(.reportsAcknowledged(_, let sequence)):
            self.state.withLock { $0.acknowledgedReports = max($0.acknowledgedReports, sequence) }
        case .received, .disconnected: break
        }
    }

    private func take(_ update: ConfigUpdate) async {
        self.state.withLock { state in
            state.version = max(state.version, update.version)
            state.jobs += update.upserts.count
        }
        await self.send(.configReceived(version: update.version))
        await self.send(.configApplied(version: update.version))
        self.state.withLock { $0.askedAt = FleetClock.boot }
        await self.beat()
    }

    private func beat() async {
        let version = self.state.withLock { $0.version }
        let heartbeat = Heartbeat(configVersion: version, running: [], sentAt: FleetClock.boot, schedulerRevision: 0)
        await self.send(.heartbeat(heartbeat))
    }

    private var hello: Hello {
        Hello(
            agent: self.identity.agent,
            incarnation: self.incarnation,
            bootID: "fleet",
            lastSequence: 0,
            configVersion: 0,
            configDigest: "",
            floor: .distantPast,
            version: FlowAgent.Agent.version,
            hostname: self.identity.agent.rawValue,
            operatingSystem: "none",
            sentAt: FleetClock.boot,
            acknowledgedSequence: 0,
            outboxBase: 0,
            startID: self.incarnation,
            rulesDigest: "-",
            features: [HostFeature.leases],
            schedulerRevision: 0
        )
    }
}

/// The clocks that agents speak of.
enum FleetClock {
    /// Since the host's start; microseconds.
    static var boot: Int64 { Self.microseconds(CLOCK_BOOTTIME) }
    static var now: Timestamp { Timestamp(milliseconds: Self.microseconds(CLOCK_REALTIME) / 1000) }

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
