// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAPI
import FlowCore
import FlowQUIC
import FlowScheduler
import FlowStore
import FlowSupport
import FlowWire
import Foundation
package import Logging
import NIOCore
import NIOPosix
package import ServiceLifecycle
import UnixSignals

/// A server: the one place where its parts are put together.
package struct Server: Sendable {
    package static let version = "0.1.0"

    /// What a started server tells whoever started it.
    package struct Ready: Sendable {
        package let httpPort: Int
        /// Nil without the role of a gateway.
        package let agentsPort: Int?
        /// Set on the very first start only.
        package let firstPassword: String?
    }

    let configuration: ServerConfiguration
    let logger: Logger

    package init(configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT, or until a part fails.
    ///
    /// - Parameters:
    ///   - companion: makes a further service that runs with the server, given what it needs of it; for `dev`.
    ///   - handlesSignals: false when the caller stops the server by cancelling.
    ///   - onReady: called once, when people and agents can connect.
    package func run(
        companion: (@Sendable (ServerAccess) async throws -> (any Service)?)? = nil,
        handlesSignals: Bool = true,
        onReady: @escaping @Sendable (Ready) async -> Void
    ) async throws {
        let tls = try self.configuration.tls.map { paths throws(CoreError) in try ServerTLS(paths) }
        try self.checkRoles()
        try await AddressProbe.check(self.configuration)
        self.warnOfPlainHTTP()
        self.noteOpenSignOn()
        let directory = try PrivateDirectory(self.configuration.dataDirectory)
        // Keys, authority and heads of the audit are one server's, wherever its database is. SQLite's store has the same lock.
        let lock = try self.configuration.databaseURL.map { _ in
            try SQLiteFileLock(database: directory.path(of: DataDirectory.database))
        }
        defer { lock?.release() }
        let clock = SystemWallClock()
        let metrics = ServerMetrics()
        let store = try await StoreOpening.open(self.configuration, in: directory, logger: self.logger) {
            metrics.observeCommit($0, $1)
        }
        if let copied = try await store.restoredCopy() {
            self.logger.notice("this installation was restored from a back-up", metadata: ["of": "\(copied)"])
        }
        let settings = LiveSettings(
            Settings(fixed: self.configuration.settings),
            reservedHeaders: self.configuration.trustedHeaders?.names ?? []
        )
        settings.take(try await store.settings())
        let scheduler = LiveScheduler(try await store.scheduler())
        scheduler.take(try await store.maintenances(after: 0))
        let bus = EventBus()
        let recorder = RunRecorder(store: store, bus: bus, clock: clock, meter: metrics, logger: self.logger)
        let journal = SessionJournal(store: store, logger: self.logger)
        let logs = LogIntake(store: store, bus: bus, settings: settings, logger: self.logger)
        let keys = try await self.openKeys(in: directory, store: store)
        let installation = try await store.installation()
        let seal = keys.map { SecretSeal(ring: $0, installation: installation) }
        let authorities = AuthorityBook(
            try await SharedAuthority.open(in: directory, store: store, seal: seal, now: clock.now)
        )
        let desk = CertificateDesk(authorities: authorities, store: store, clock: clock, logger: self.logger)
        let files = FileDesk()
        let sessions = AgentSessions(
            store: store,
            recorder: recorder,
            journal: journal,
            issuer: desk,
            secrets: SecretDesk(store: store, seal: seal, clock: clock),
            bus: bus,
            clock: clock,
            settings: settings,
            logger: self.logger,
            scheduler: scheduler,
            files: files
        )
        let cluster = ServerCluster(
            store: store,
            node: self.node(at: clock.now),
            sessions: sessions,
            bus: bus,
            notice: .seconds(self.configuration.stopNotice),
            logger: self.logger
        )
        let share = cluster?.member as (any WorkShare)? ?? WholeWork()
        let gateway = cluster?.gateway as (any AgentGateway)? ?? sessions
        let ticker = FireTicker(
            store: store,
            gateway: gateway,
            bus: bus,
            clock: clock,
            meter: metrics,
            logger: self.logger,
            share: share,
            scheduler: scheduler
        )
        let follower = cluster?.follower(
            ticker: ticker,
            journal: journal,
            settings: settings,
            scheduler: scheduler,
            store: store,
            clock: clock,
            logger: self.logger
        )
        let work = OwnWorkBook(store: store, clock: clock, logger: self.logger)
        let upkeep = Upkeep(
            store: store,
            gateway: gateway,
            bus: bus,
            clock: clock,
            retentionDays: Int(settings.now.integer(.retentionDays)),
            logger: self.logger,
            settings: settings,
            share: share,
            work: work
        )
        let archive = try ArchiveOpening.open(self.configuration.archive)
        let archiver = OutputArchiver(
            store: store,
            archive: archive,
            settings: settings,
            clock: clock,
            share: share,
            logger: self.logger,
            work: work
        )
        let sealer = AuditSealer(
            store: store,
            chain: keys.map { AuditChain(master: $0.primary.bytes) },
            name: Self.auditChain,
            clock: clock,
            logger: self.logger,
            share: share
        ) { try AuditHeadsFile.write($0, in: directory) }
        if let seal { try await self.sealChannels(in: store, with: seal) }
        let language = MessageLanguage(
            settings,
            standard: Language(environment: ProcessInfo.processInfo.environment),
            kept: .records
        )
        let notifications = try self.makeNotifications(
            store: store,
            gateway: gateway,
            seal: seal,
            clock: clock,
            language: language,
            settings: settings,
            share: share
        )
        let dependents = DependencyDriver(
            reader: DependencyReader(store: store, gateway: gateway, bus: bus, clock: clock),
            logger: self.logger,
            share: share
        )
        let events = HookService(
            store: store,
            starter: RunStarter(store: store, gateway: gateway, bus: bus, clock: clock),
            seal: seal,
            clock: clock
        )
        let joins = HostJoinDriver(hooks: events, logger: self.logger, share: share)
        let fileWatches = FileWatchDriver(hooks: events, desk: files, logger: self.logger)
        let workflows = WorkflowDriver(
            engine: WorkflowEngine(
                store: store,
                gateway: gateway,
                bus: bus,
                clock: clock,
                settings: settings,
                scheduler: scheduler
            ),
            logger: self.logger,
            share: share
        )
        let placement = PlacementDriver(
            store: store,
            gateway: gateway,
            bus: bus,
            clock: clock,
            logger: self.logger,
            share: share
        )
        let waves = WaveDriver(
            store: store,
            gateway: gateway,
            bus: bus,
            clock: clock,
            logger: self.logger,
            share: share
        )
        let standing = StandingDriver(
            keeper: StandingKeeper(store: store, observer: ticker, gateway: gateway, bus: bus, clock: clock),
            logger: self.logger,
            share: share
        )
        let backfills = BackfillDriver(
            store: store,
            starter: RunStarter(store: store, gateway: gateway, bus: bus, clock: clock),
            clock: clock,
            logger: self.logger,
            share: share
        )
        let approvals = ApprovalDriver(store: store, bus: bus, clock: clock, logger: self.logger)
        let isGateway = self.configuration.roles.contains(.gateway)
        let listener =
            isGateway
            ? try self.makeListener(
                directory: directory,
                authorities: authorities,
                store: store,
                handler: AgentGate(sessions: sessions, logs: logs),
                clock: clock
            ) : nil
        // Before the services: they tell hosts where to call, also where the system chose the port.
        try await listener?.bind()
        let agentsPort = listener?.localAddress?.port ?? self.configuration.agentsPort
        let services = Services.assemble(
            store: store,
            observer: ticker,
            gateway: gateway,
            bus: bus,
            seal: seal,
            settings: settings,
            archive: archive,
            cluster: cluster.map {
                ClusterService(
                    member: $0.member,
                    gateway: $0.gateway,
                    store: store,
                    clock: clock,
                    mayChangeSchema: store.mayChangeSchema
                )
            },
            scheduler: scheduler,
            language: language,
            notifyCommands: self.configuration.notifyCommands,
            agentsPort: agentsPort,
            authority: { authorities.pair.serving.fingerprint },
            clock: clock
        )
        if let member = cluster?.member { metrics.setAway { Self.away(member) } }
        let storage = StorageProbe(store: store, clock: clock, logger: self.logger)
        metrics.setStorage(storage)
        metrics.setGauges {
            ServerMetrics.Gauges(
                agentsOnline: sessions.presences.count,
                duplicates: sessions.duplicates.count,
                recorderDepth: await recorder.depth,
                logDepth: logs.depth,
                openExecutions: try await store.openCounts(),
                jobs: try await store.jobs(JobQuery(page: PageRequest(size: 1))).total,
                jobReads: store.jobReads,
                upkeep: upkeep.figures,
                auditUnsealed: sealer.unsealedMilliseconds,
                archive: try await store.archiveFigures(),
                archiveFailures: archiver.figures.failures,
                replica: store.replicaReads,
                store: try await store.size()
            )
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let startup = Startup()
        let opening = Opening(ports: ports) { httpPort in
            let firstPassword = try await self.makeAdministrator(services.authentication, store: store)
            startup.finish()
            await onReady(
                Ready(
                    httpPort: httpPort,
                    agentsPort: isGateway ? agentsPort : nil,
                    firstPassword: firstPassword
                )
            )
        }
        let oidc =
            self.configuration.providers.isEmpty
            ? nil
            : OIDCService(
                providers: self.configuration.providers,
                transport: OIDCClient(),
                authentication: services.authentication,
                seal: seal,
                clock: clock,
                logger: self.logger
            )
        let api = makeAPI(
            configuration: self.apiConfiguration(tls: tls),
            services: services,
            bus: bus,
            metrics: metrics,
            clock: clock,
            startup: startup,
            oidc: oidc,
            storage: storage.failure,
            logger: self.logger
        ) { httpPort in
            port.yield(httpPort)
            port.finish()
        }
        let keeper = CertificateKeeper(
            listener: listener,
            rollover: AuthorityRollover(
                directory: try directory.subdirectory("ca"),
                store: store,
                seal: seal,
                share: share,
                book: authorities,
                clock: clock,
                logger: self.logger,
                work: work
            ),
            directory: try directory.subdirectory("ca"),
            names: self.certificateNames,
            store: store,
            metrics: metrics,
            clock: clock,
            logger: self.logger
        )
        var parts: [any Service] = [
            keeper, upkeep, archiver, notifications, dependents, joins, fileWatches, workflows, placement, waves,
            standing,
            backfills, approvals, MemoryKeeper(store: store), storage,
            // Stopped last: what people and agents still do is sealed and recorded.
            sealer, journal, recorder, logs, sessions, ticker,
        ]
        if let listener { parts.append(listener) }
        parts.append(api)
        let access = ServerAccess(store: store, authorities: authorities, services: services, agentsPort: agentsPort)
        if let tls { parts.append(CertificateFilesWatch(tls: tls, logger: self.logger)) }
        if let service = try await companion?(access) { parts.append(service) }
        parts.append(opening)
        if let cluster, let follower {
            try await cluster.member.join()
            try await follower.begin()
            // Work is handed over first of all; the server leaves when nothing of it is left to do.
            parts = [cluster.member, follower] + parts + [ClusterDrain(member: cluster.member)]
        }
        try await self.serve(parts, handlesSignals: handlesSignals, hasOthers: cluster != nil)
        try await store.close()
    }

    /// There is one server, and so one chain.
    private static let auditChain = "main"

    /// Why people are to be sent to other servers, if they are.
    private static func away(_ member: ClusterMember) -> Wording? {
        if member.isLeaving { return Wording(english: "this server is stopping", chinese: "这台服务器正在停止") }
        guard member.isResting else { return nil }
        return Wording(
            english: "this server was asked to leave its work to others",
            chinese: "这台服务器已按要求把工作交给其他服务器"
        )
    }

    private func serve(_ parts: [any Service], handlesSignals: Bool, hasOthers: Bool) async throws {
        var configuration = ServiceGroupConfiguration(
            services: parts.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
            gracefulShutdownSignals: handlesSignals ? [.sigterm, .sigint] : [],
            logger: self.logger
        )
        // Ctrl-C has to end everything within 5 s, open connections or not. One of several servers goes on answering for a moment.
        configuration.maximumGracefulShutdownDuration = .seconds(hasOthers ? 4 + self.configuration.stopNotice : 4)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE || error.errnoCode == EACCES {
            // Agents' address is bound before, with words of its own.
            throw CoreError(
                .unavailable,
                "Cannot listen for people on \(self.configuration.httpHost):\(self.configuration.httpPort): "
                    + "\(String(cString: strerror(error.errnoCode)))."
            )
        }
    }
}
