// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowAgentCore
import FlowCore
import FlowSupport
import Foundation
package import Logging
import NIOPosix
package import ServiceLifecycle

/// Everything on a host, put together: identity, ledger, decisions, processes and the link to the server.
package struct Agent: Sendable {
    package static let version = "0.1.0"

    /// How an agent is started.
    package struct Configuration: Sendable {
        /// `host:port` of servers; needed to enrol, later to override what the identity says.
        package var servers: [String]
        /// Needed until the host is enrolled.
        package var joinToken: String?
        package var dataDirectory: String
        /// What people call the host; its host name when empty.
        package var name: String
        /// The program that becomes the runner; the own one when nil.
        package var runnerProgram: String?
        /// How long jobs go on after the server said that it does not know this host.
        package var dismissalGrace: Duration = .zero
        /// What is said of the host besides its name; see ``HostLabels``.
        package var labels: [String: String] = [:]
        /// Groups that the host is to join when it enrols, by name or number, as far as its token allows them.
        package var groups: [String] = []
        /// How long records, statistics and outputs stay; never less than orders may be late (S1-FR-5.1).
        package var keptDays = 7
        /// Where the records are kept as files besides (S1-FR-5.1); nil = nowhere.
        package var exportDirectory: String?
        /// The host's policy; nil = ``HostPolicyFile/standardPath``, if it is there.
        package var policyFile: String?

        package init(
            servers: [String],
            joinToken: String?,
            dataDirectory: String,
            name: String = "",
            runnerProgram: String? = nil
        ) {
            self.servers = servers
            self.joinToken = joinToken
            self.dataDirectory = dataDirectory
            self.name = name
            self.runnerProgram = runnerProgram
        }
    }

    private let configuration: Configuration
    private let logger: Logger
    /// What becomes of running jobs when it stops; they end unless something else is said before.
    package let jobsAtStop = JobsAtStop()

    package init(configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Prepares the agent: takes the data directory, enrols if need be, and takes over what an earlier life left running.
    ///
    /// - Parameter replacement: carries out attempts in place of real processes and requests; for measurements.
    /// - Returns: services to run until the end.
    /// - Throws: ``CoreError`` with words for the person at the host.
    package func prepare(launcher replacement: (any ExecutionLauncher)? = nil) async throws -> [any Service] {
        let group = MultiThreadedEventLoopGroup.singleton
        let facts = HostFacts.read()
        let policy = try HostPolicyFile.read(self.configuration.policyFile)
        for file in HostPolicyFile.unreadableAuthorities(of: policy) {
            self.logger.warning(
                "HTTPS requests of jobs fail until this file has a certificate in PEM (network.authorities of the host's policy)",
                metadata: ["file": "\(file)"]
            )
        }
        for (name, pair) in (policy.network.clientCertificates ?? [:]).sorted(by: { $0.key < $1.key }) {
            do { _ = try HTTPClientCertificate(pair, name: name) } catch {
                self.logger.warning(
                    "requests of jobs that show this client certificate of the host's policy fail until it can be read",
                    metadata: ["name": "\(name)", "why": "\(error.detail)"]
                )
            }
        }
        // The lock comes first: two agents on one directory must not even enrol.
        let ledger = try SQLiteLedger(directory: self.configuration.dataDirectory)
        try self.writeProcessID()
        let identity = try await self.identity(facts: facts)
        if ledger.wentBack {
            self.logger.warning(
                "the ledger is an older copy of what it was: fires up to the last time known count as decided"
            )
        }
        if let former = try ledger.claim(for: identity.agent) {
            self.logger.notice(
                "this host was agent \(former) before; its jobs and unsent reports are dropped, its history stays"
            )
        }
        let transport = LinkLogTransport()
        let secrets = LinkSecretSource()
        let outputLimit = OutputLimitFile(dataDirectory: self.configuration.dataDirectory)
        let networks = InstallationNetworks(dataDirectory: self.configuration.dataDirectory)
        var supervisor: ExecutionSupervisor?
        let launcher: any ExecutionLauncher
        if let replacement {
            launcher = replacement
        } else {
            let real = try await self.makeSupervisor(
                transport: transport,
                secrets: secrets,
                policy: policy,
                networks: networks,
                outputBytes: outputLimit.bytes
            )
            supervisor = real
            launcher = real
        }
        var restored = try ledger.restore()
        if !self.isSameBoot(facts.bootID) {
            // Forgotten before the new boot is noted: the next start in this boot must not take it for this boot's.
            _ = try ledger.commit([.setClock(offset: nil, time: restored.lastTime)])
            restored.clockOffset = nil
            self.noteBoot(facts.bootID)
        }
        var decisions = AgentCore.Configuration(
            agent: identity.agent,
            bootID: facts.bootID,
            version: Self.version,
            hostname: facts.hostname,
            operatingSystem: facts.operatingSystem
        )
        decisions.retention = Int64(self.configuration.keptDays) * 86_400_000
        decisions.dismissalGrace = self.configuration.dismissalGrace.components.seconds * 1_000_000
        decisions.startID = UUID().uuidString
        decisions.machineID = facts.machineID
        decisions.labels = self.configuration.labels
        decisions.policy = policy
        decisions.signingKeys = identity.signingKeys
        decisions.executors = supervisor?.executorKinds
        decisions.features = supervisor?.features ?? []
        let core = AgentCore(
            configuration: decisions,
            restored: restored,
            surviving: supervisor?.adopt(restored.open) ?? [],
            reading: HostClock.read()
        )
        let directory = self.configuration.dataDirectory
        let files = FileWatcher(dataDirectory: directory, policy: policy, logger: self.logger)
        let driver = AgentDriver(core: core, ledger: ledger, launcher: launcher, logger: self.logger) {
            FileSystemRoom(at: directory).map { DiskSpace(free: $0.free, total: $0.total) }
        }
        let link = try AgentLink(
            identity: identity,
            identities: try IdentityStore(dataDirectory: self.configuration.dataDirectory),
            signatures: policy.signatures,
            group: group,
            logger: self.logger
        ) { [supervisor] event in
            if let bytes = outputLimit.take(event) { supervisor?.setOutputBytes(bytes) }
            if case .received(let message) = event { networks.take(message) }
            files.take(event)
            driver.receive(event)
        }
        transport.attach(link)
        secrets.attach(link)
        files.attach { try await link.send($0) }
        self.logger.notice("agent \(identity.agent) works in \(self.configuration.dataDirectory)")
        // Stopped in the reverse order: what the jobs' ends report still finds the link.
        let services: [any Service] = [
            link, files, HostService(supervisor: supervisor, driver: driver, link: link),
        ]
        guard let directory = self.configuration.exportDirectory else { return services }
        let keeper = ExportKeeper(
            dataDirectory: self.configuration.dataDirectory,
            directory: directory,
            retention: decisions.retention,
            logger: self.logger
        )
        return services + [keeper]
    }

    /// The launcher of a real host, started: it knows what earlier agents left running.
    private func makeSupervisor(
        transport: LinkLogTransport,
        secrets: LinkSecretSource,
        policy: HostPolicy,
        networks: InstallationNetworks,
        outputBytes: Int64?
    ) async throws -> ExecutionSupervisor {
        var supervision = ExecutionSupervisor.Configuration(dataDirectory: self.configuration.dataDirectory)
        if let outputBytes { supervision.limits = OutputLimits(attemptBytes: outputBytes) }
        if let program = self.configuration.runnerProgram {
            supervision.runner.executable = program
            supervision.runner.arguments = []
        }
        supervision.jobsAtStop = self.jobsAtStop
        supervision.policy = policy
        supervision.networks = networks
        let supervisor = try ExecutionSupervisor(
            configuration: supervision,
            transport: transport,
            secrets: secrets,
            logger: self.logger
        )
        try await supervisor.start()
        return supervisor
    }

    private func identity(facts: HostFacts) async throws -> AgentIdentity {
        let store = try IdentityStore(dataDirectory: self.configuration.dataDirectory)
        if let identity = try store.load() {
            guard !self.configuration.servers.isEmpty else { return identity }
            // Servers named on the command line win over those of the enrolment.
            var named = identity
            named.servers = self.configuration.servers
            return named
        }
        guard let token = self.configuration.joinToken, !token.isEmpty else {
            throw CoreError(
                .unauthenticated,
                "This host has not joined a server yet. Start it once with --server and --join-token. "
                    + JoinTokenFormat.advice.english
            )
        }
        let enrolment = Enrolment(store: store, group: MultiThreadedEventLoopGroup.singleton, logger: self.logger)
        return try await enrolment.enrol(
            token: token,
            servers: self.configuration.servers,
            host: Enrolment.Host(
                name: self.configuration.name,
                hostname: facts.hostname,
                operatingSystem: facts.operatingSystem,
                version: Self.version,
                labels: self.configuration.labels,
                groups: self.configuration.groups
            )
        )
    }

    private func writeProcessID() throws {
        let path = self.configuration.dataDirectory + "/agent.pid"
        try Data("\(ProcessInfo.processInfo.processIdentifier)\n".utf8).write(to: URL(fileURLWithPath: path))
    }

    /// Whether the last start was in this boot; an offset to another boot's clock means nothing (R7).
    private func isSameBoot(_ bootID: String) -> Bool {
        (try? String(contentsOfFile: self.bootFile, encoding: .utf8)) == bootID
    }

    private func noteBoot(_ bootID: String) {
        try? Data(bootID.utf8).write(to: URL(fileURLWithPath: self.bootFile), options: .atomic)
    }

    private var bootFile: String { self.configuration.dataDirectory + "/boot-id" }
}

/// Runs what decides and what carries out.
private struct HostService: Service {
    /// Nil in measurements, whose launcher needs no running.
    let supervisor: ExecutionSupervisor?
    let driver: AgentDriver
    let link: AgentLink

    /// Works until told to stop; then nothing new starts, what runs is ended, and its records are written.
    func run() async throws {
        guard let supervisor else {
            return await cancelWhenGracefulShutdown { await self.driver.run { try await self.link.send($0) } }
        }
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await supervisor.run() }
                group.addTask { await self.driver.run { try await self.link.send($0) } }
            }
        } onGracefulShutdown: {
            self.driver.stop()
        }
    }
}
