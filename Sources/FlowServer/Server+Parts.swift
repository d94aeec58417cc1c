// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAPI
import FlowCore
import FlowCrash
import FlowNotify
import FlowQUIC
import FlowScheduler
import FlowStore
import FlowSupport
import FlowWire
import Foundation
import Logging
import NIOPosix

/// How single parts of a server are made.
extension Server {
    /// The master keys; a server that has lost them runs on without, because jobs do not need them.
    func openKeys(in directory: PrivateDirectory, store: any Store) async throws -> KeyRing? {
        let hasSecrets = try await store.hasSecrets()
        let chains = try await store.auditChains()
        let keys = try MasterKeys.open(
            in: directory,
            environment: ProcessInfo.processInfo.environment,
            mayCreate: !hasSecrets && chains.isEmpty
        )
        if keys == nil {
            self.logger.error(
                "the master key is missing: the audit is not sealed, and secrets stay closed. Restore secrets.key from its backup",
                metadata: ["file": "\(directory.path(of: MasterKeys.file))"]
            )
        }
        return keys
    }

    func sealChannels(in store: DatabaseStore, with seal: SecretSeal) async throws {
        let count = try await ChannelSealing.run(store: store, seal: seal) { UUID().uuidString.lowercased() }
        guard count > 0 else { return }
        self.logger.notice("sealed the secrets of channels", metadata: ["channels": "\(count)"])
    }

    func makeNotifications(
        store: DatabaseStore,
        gateway: any AgentGateway,
        seal: SecretSeal?,
        clock: any WallClock,
        language: MessageLanguage,
        settings: LiveSettings,
        share: any WorkShare
    ) throws -> NotifyDriver {
        let directory = self.configuration.dataDirectory
        var network = NotifyNetwork()
        if self.configuration.notifiesLoopback { network.allowance.insert(.loopback) }
        if let file = self.configuration.notifyAuthorityFile {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8), text.contains("BEGIN CERTIFICATE")
            else {
                throw CoreError(.invalid, "notify.ca-file: \(file) is no readable PEM file with certificates.")
            }
            network.authorities = text
        }
        return NotifyDriver(
            evaluator: NotifyEvaluator(
                store: store,
                clock: clock,
                address: self.configuration.publicURL,
                language: language,
                settings: settings
            ),
            dispatcher: NotifyDispatcher(
                store: store,
                sender: ChannelSender(
                    network: network,
                    hostName: ProcessInfo.processInfo.hostName,
                    commands: self.configuration.notifyCommands
                ),
                clock: clock,
                seal: seal,
                settings: settings,
                language: language
            ),
            watcher: NotifyWatcher(
                store: store,
                clock: clock,
                settings: settings,
                presences: { gateway.presences },
                server: {
                    let disk = FileSystemRoom(at: directory).map { DiskSpace(free: $0.free, total: $0.total) }
                    return WatchedHost(
                        agent: nil,
                        name: ProcessInfo.processInfo.hostName,
                        condition: HostCondition(disk: disk)
                    )
                }
            ),
            mailer: ReportMailer(store: store, clock: clock, address: self.configuration.publicURL),
            store: store,
            clock: clock,
            logger: self.logger,
            share: share
        )
    }

    /// How other servers on the same database know this one.
    func node(at now: Timestamp) -> ServerNode {
        ServerNode(
            id: ServerID(UUID().uuidString.lowercased()),
            name: ProcessInfo.processInfo.hostName,
            address: ServerNode.address(
                "\(self.configuration.agentsHost):\(self.configuration.agentsPort)",
                roles: self.configuration.roles
            ),
            version: Self.version,
            startedAt: now
        )
    }

    /// One server does everything; to leave something to others there have to be others.
    func checkRoles() throws(CoreError) {
        let roles = self.configuration.roles
        guard roles != .all else { return }
        guard self.configuration.databaseURL != nil else {
            throw CoreError(
                .invalid,
                "This server has its database to itself (SQLite), so it does everything and can't have the roles \(roles.text) "
                    + "only. Leave --roles and cluster.roles out, or name a PostgreSQL in database.url that servers share."
            )
        }
        self.logger.notice("this server leaves work to others", metadata: ["roles": "\(roles.text)"])
    }

    /// What agents may call this server.
    var certificateNames: [String] { self.configuration.serverNames + [ProcessInfo.processInfo.hostName] }

    /// Whoever may run a program beside the server could be anybody to it.
    func noteOpenSignOn() {
        guard self.configuration.trustedHeaders?.trustsEveryLocalProgram == true else { return }
        self.logger.notice(
            """
            every program on this host can sign in as anybody by the header of sign-on.proxy.user-header: let the proxy send a \
            secret, and set sign-on.proxy.secret-header and sign-on.proxy.secret-file
            """
        )
    }

    /// Passwords and tokens go over such connections readable to everyone in between.
    func warnOfPlainHTTP() {
        let host = self.configuration.httpHost
        guard self.configuration.isOpenHTTP else { return }
        self.logger.warning(
            """
            people's connections to \(host) are not encrypted: set http.tls.certificate and http.tls.key, or put a proxy with \
            HTTPS before this server, say so by http.behind-https and listen on 127.0.0.1
            """
        )
    }

    func apiConfiguration(tls: ServerTLS?) -> APIConfiguration {
        var configuration = APIConfiguration(
            host: self.configuration.httpHost,
            port: self.configuration.httpPort,
            consoleDirectory: self.configuration.consoleDirectory ?? ConsoleLocation.find(),
            isSecure: self.configuration.isBehindHTTPS || tls != nil,
            version: Self.version
        )
        configuration.tls = tls
        configuration.trustedProxies = self.configuration.trustedProxies
        configuration.origins = self.configuration.origins
        configuration.trustedHeaders = self.configuration.trustedHeaders
        configuration.rateLimits = self.configuration.rateLimits
        configuration.roles = self.configuration.roles
        return configuration
    }

    func makeListener(
        directory: PrivateDirectory,
        authorities: AuthorityBook,
        store: any Store,
        handler: any AgentSessionHandler,
        clock: any WallClock
    ) throws -> AgentListener {
        let pair = authorities.pair
        let certificates = try ServerCertificate.openAll(
            in: try directory.subdirectory("ca"),
            of: pair,
            names: self.certificateNames,
            now: clock.now
        )
        let identities = Dictionary(
            zip(pair.all.map(\.name), certificates.map(\.identity)),
            uniquingKeysWith: { first, _ in first }
        )
        guard let identity = identities[pair.serving.name] else {
            throw CoreError(.internal, "There is no certificate of the authority \(pair.serving.name).")
        }
        return AgentListener(
            configuration: AgentListener.Configuration(
                host: self.configuration.agentsHost,
                port: self.configuration.agentsPort,
                identity: identity,
                identities: identities,
                resetSecret: try ResetSecret.open(in: directory)
            ),
            authorities: authorities,
            store: store,
            handler: handler,
            enroller: Enroller(authorities: authorities, store: store, clock: clock),
            clock: clock,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: self.logger
        )
    }

    /// Makes the user `admin` with a random password on the very first start.
    ///
    /// The file comes first: a password that could not be written down would be lost with the user made. Cut off in between there is
    /// no user yet, and the next start makes both anew.
    func makeAdministrator(_ authentication: AuthenticationService, store: any Store) async throws -> String? {
        guard try await store.userCount() == 0 else { return nil }
        let password = Password.generate()
        if let path = self.configuration.adminPasswordFile { try Password.write(password, to: path) }
        CrashPoint.reach("server.administrator.written")
        guard try await authentication.createFirstAdministrator(username: "admin", password: password) != nil else {
            // Another server on the database has made the user, and this password opens nothing.
            if let path = self.configuration.adminPasswordFile { Password.remove(password, from: path) }
            return nil
        }
        return password
    }
}
