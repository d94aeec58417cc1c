// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import FlowTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import FlowAPI

/// A whole API over a real store in a temporary directory, with one user of each role.
struct TestServer: Sendable {
    /// 2026-11-21T10:00:00Z: where tests begin.
    static let start = Timestamp(milliseconds: 1_795_255_200_000)
    static let password = "correct horse"

    static let seal = SecretSeal(
        ring: KeyRing(primary: KeyRing.Key((0..<32).map { UInt8($0) })!),
        installation: "test"
    )

    let store: DatabaseStore
    let gateway = RecordingGateway()
    let observer = RecordingObserver()
    let clock = ManualClock(Self.start)
    let bus = EventBus()
    let storage = LockedBox<StorageWatch.Failure?>(nil)
    let metrics = FixedMetrics()
    let startup: Startup
    let services: Services
    let directory: String
    let app: APIApplication

    private init(
        store: DatabaseStore,
        directory: String,
        console: String?,
        isStarting: Bool,
        limits: ConnectionLimits,
        rates: RateLimits,
        settings: Settings,
        trusted: TrustedHeaders?,
        origins: [WebOrigin],
        oidc: ([OIDCProvider], any OIDCTransport)?,
        roles: ServerRoles
    ) throws {
        self.store = store
        self.directory = directory
        self.startup = Startup(isFinished: !isStarting)
        let live = LiveSettings(settings, reservedHeaders: trusted?.names ?? [])
        self.services = Services.assemble(
            store: self.store,
            observer: self.observer,
            gateway: self.gateway,
            bus: self.bus,
            seal: Self.seal,
            settings: live,
            language: MessageLanguage(live, kept: .records),
            notifyCommands: ["/opt/notify/sms"],
            agentsPort: 8474,
            authority: { Array(repeating: 7, count: 32) },
            clock: self.clock,
            hasher: ScryptPasswordHasher(logRounds: 4)
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var configuration = APIConfiguration(port: 0, consoleDirectory: console, version: "1.2.3")
        configuration.limits = limits
        configuration.rateLimits = rates
        configuration.trustedHeaders = trusted
        configuration.origins = origins
        configuration.roles = roles
        var service: OIDCService?
        if let oidc {
            service = OIDCService(
                providers: oidc.0,
                transport: oidc.1,
                authentication: self.services.authentication,
                seal: Self.seal,
                clock: self.clock,
                logger: logger
            )
        }
        self.app = makeAPI(
            configuration: configuration,
            services: self.services,
            bus: self.bus,
            metrics: self.metrics,
            clock: self.clock,
            startup: self.startup,
            oidc: service,
            storage: { [storage] in storage.value },
            logger: logger
        )
    }

    /// Runs a test against a server that is gone afterwards.
    static func with(
        console: String? = nil,
        isStarting: Bool = false,
        limits: ConnectionLimits = ConnectionLimits(),
        rateLimits: RateLimits = .none,
        settings: Settings = Settings(),
        trusted: TrustedHeaders? = nil,
        origins: [WebOrigin] = [],
        oidc: ([OIDCProvider], any OIDCTransport)? = nil,
        roles: ServerRoles = .all,
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let directory = NSTemporaryDirectory() + "flow-api-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await TestDatabase.with { address in
            let store: DatabaseStore =
                if let address { try await PostgresStore.open(address) } else {
                    try DatabaseStore.open(path: directory + "/flow.db")
                }
            let server = try TestServer(
                store: store,
                directory: directory,
                console: console.map { directory + "/" + $0 },
                isStarting: isStarting,
                limits: limits,
                rates: rateLimits,
                settings: settings,
                trusted: trusted,
                origins: origins,
                oidc: oidc,
                roles: roles
            )
            let admin = try await server.services.authentication.createFirstAdministrator(
                username: "ada",
                password: Self.password
            )
            _ = try #require(admin)
            let hash = try await ScryptPasswordHasher(logRounds: 4).hash(Self.password)
            for (name, role) in [("olga", Role.operator), ("vera", .viewer)] {
                _ = try await server.store.createUser(username: name, passwordHash: hash, role: role, at: Self.start)
            }
            do { try await body(server) } catch {
                try? await server.store.close()
                throw error
            }
            try await server.store.close()
        }
    }

    /// Runs a test with a client that is signed in as a user.
    static func with(
        user: String? = "ada",
        console: String? = nil,
        settings: Settings = Settings(),
        _ body: @Sendable (TestServer, Caller) async throws -> Void
    ) async throws {
        try await Self.with(console: console, settings: settings) { server in
            try await server.app.test(.router) { client in
                var caller = Caller(client: client)
                if let user { caller = try await caller.signedIn(user) }
                try await body(server, caller)
            }
        }
    }

    func agent(_ name: String, groups: [GroupID] = []) async throws -> AgentID {
        let id = try #require(AgentID(name))
        let token = JoinToken(
            id: "token-" + name,
            secretHash: [1],
            groups: groups,
            expiresAt: Self.start.advanced(byMilliseconds: 600_000),
            createdAt: Self.start
        )
        try await self.store.createJoinToken(token)
        let agent = Agent(id: id, name: name + ".example", createdAt: Self.start)
        try await self.store.enrol(token: token.id, agent: agent, at: Self.start)
        try await self.session(of: id)
        return id
    }

    /// A host of this name connects.
    func session(of id: AgentID) async throws {
        let hello = Hello(
            agent: id,
            incarnation: "one",
            bootID: "boot",
            lastSequence: 0,
            configVersion: 1,
            configDigest: "",
            floor: .distantPast,
            version: "1.0",
            hostname: id.rawValue,
            operatingSystem: "Linux",
            sentAt: 0
        )
        _ = try await self.store.openSession(hello, address: "192.0.2.1", at: self.clock.now)
    }

    /// Stores what an agent would report of an execution, and tells the bus as the server does.
    func report(
        _ execution: Execution,
        sequence: Int64,
        status: ExecutionStatus,
        output: [LogChunk] = [],
        httpStatus: Int? = nil
    ) async throws {
        let isOver = status.isTerminal
        let report = Report(
            sequence: sequence,
            executionID: execution.id,
            runID: execution.runID,
            jobUID: execution.jobUID,
            jobID: execution.jobID,
            jobName: execution.jobName,
            jobVersion: execution.jobVersion,
            kind: execution.kind,
            nominal: execution.nominal,
            status: status,
            reason: status == .failure ? (httpStatus == nil ? .exitCode : .httpStatus) : nil,
            attempt: 1,
            startedAt: self.clock.now,
            finishedAt: isOver ? self.clock.now.advanced(byMilliseconds: 1500) : nil,
            exitCode: isOver && httpStatus == nil ? 0 : nil,
            httpStatus: httpStatus,
            outputBytes: output.reduce(0) { $0 + Int64($1.bytes.count) },
            inlineOutput: output
        )
        let batch = ReportBatch(agent: execution.agentID, incarnation: "one", reports: [report])
        for applied in try await self.store.apply([batch], at: self.clock.now) {
            self.bus.publish(.executionsChanged(applied.changed))
            if !applied.chunks.isEmpty { self.bus.publish(.logAppended(applied.chunks)) }
            for end in applied.ended {
                self.bus.publish(.logEnded(end.id, totalBytes: end.totalBytes, isTruncated: end.isTruncated))
            }
        }
    }

    func appendLog(
        _ id: ExecutionID,
        at offset: Int64,
        _ text: String,
        stream: FlowCore.OutputStream = .standardOutput
    ) async throws {
        let chunk = LogChunk(executionID: id, attempt: 1, offset: offset, stream: stream, bytes: Array(text.utf8))
        let agent = try #require(try await self.store.execution(id)).agentID
        let attempt = LogAttempt(execution: id, attempt: 1)
        _ = try await self.store.appendLog([LogPiece(agent: agent, attempt: attempt, chunks: [chunk])])
        self.bus.publish(.logAppended([chunk]))
    }
}
