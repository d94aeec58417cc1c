// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What the people of a host allow on it, whatever the server says: the host has the last word.
///
/// A value with decisions; where it is read from is the agent's business. What is nil is not limited.
package struct HostPolicy: Hashable, Sendable, Codable {
    /// Kinds of jobs: `shell`, `http`, `sql`, `plugin`, `builtin`, `container`.
    package var executors: [String]?
    /// Absolute paths of programs that may read scripts.
    package var interpreters: [String]?
    /// Absolute paths; working directories, database files and files to clean up lie at or under one of them.
    package var directories: [String]?
    /// Whom scripts may run as, beside the agent's own user.
    package var users: [String]?
    /// Where plugins are; nil = the host's usual place.
    package var plugins: String?
    package var network: Network
    package var containers: Containers
    package var units: Units
    /// Executions at once; nil = the agent's own limit.
    package var concurrency: Int?
    /// Whether definitions without a signature are taken; nil = until a server had signatures.
    package var signatures: SignatureRule?

    /// What jobs that connect by themselves may reach: HTTP, SQL and the checks.
    ///
    /// What scripts do is not looked into.
    package struct Network: Hashable, Sendable, Codable {
        /// What the host's policy says; nil = nothing, and what the installation says counts.
        package var ownPrivate: Bool?
        package var ownLoopback: Bool?
        /// Names, `*.example.org` for all under one; nil = any.
        package var hosts: [String]?
        /// Absolute paths of PEM files: certificates of servers that HTTP jobs trust beside those of the system; nil = none.
        package var authorities: [String]?
        /// What HTTP jobs may show to servers that ask who they are, by the names that jobs say; nil = none.
        package var clientCertificates: [String: ClientCertificate]?
        /// What the installation says; nil = nothing, as from servers of before, and all is allowed.
        package var defaults: NetworkDefaults?

        package init(
            allowsPrivate: Bool? = nil,
            allowsLoopback: Bool? = nil,
            hosts: [String]? = nil,
            authorities: [String]? = nil,
            clientCertificates: [String: ClientCertificate]? = nil,
            defaults: NetworkDefaults? = nil
        ) {
            self.clientCertificates = clientCertificates
            self.ownPrivate = allowsPrivate
            self.ownLoopback = allowsLoopback
            self.hosts = hosts
            self.authorities = authorities
            self.defaults = defaults
        }

        package var allowsPrivate: Bool { self.ownPrivate ?? self.defaults?.allowsPrivate ?? true }
        package var allowsLoopback: Bool { self.ownLoopback ?? self.defaults?.allowsLoopback ?? true }

        /// Why the host itself may not be reached through a socket; nil when it may.
        package var localRefusal: String? {
            guard !self.allowsLoopback else { return nil }
            return self.ownLoopback == nil
                ? "the installation does not allow connections to the host itself "
                    + "(setting network.loopback, or loopback: true in the host's policy)"
                : "the host's policy does not allow connections to the host itself (network)"
        }

        /// Whether a name is one of a list, in which `*.example.org` stands for all under it.
        static func names(_ hosts: [String], include name: String) -> Bool {
            let wanted = name.lowercased()
            return hosts.contains { pattern in
                let pattern = pattern.lowercased()
                return pattern.hasPrefix("*.")
                    ? wanted.hasSuffix(pattern.dropFirst()) && wanted.utf8.count >= pattern.utf8.count
                    : wanted.utf8.elementsEqual(pattern.utf8)
            }
        }

        /// Why a job may not show a certificate; nil when it may, as far as its definition says.
        package func refusal(ofCertificate name: String) -> String? {
            self.clientCertificates?[name] == nil
                ? "the host's policy has no client certificate '\(name)' (network.client_certificates)" : nil
        }

        /// Why a host may not be reached by its name; nil when it may, as far as its name goes.
        package func refusal(ofHost name: String) -> String? {
            guard let hosts else { return nil }
            return Self.names(hosts, include: name)
                ? nil : "the host's policy does not allow connections to '\(name)' (network.hosts)"
        }
    }

    /// A certificate of the host with its key, in PEM files that stay on the host.
    package struct ClientCertificate: Hashable, Sendable, Codable {
        /// Absolute paths: the chain, leaf first, and its key.
        package var certificate: String
        package var key: String
        /// Whom it may be shown to, as in ``Network/hosts``; nil = whatever may be reached.
        package var hosts: [String]?

        package init(certificate: String, key: String, hosts: [String]? = nil) {
            self.certificate = certificate
            self.key = key
            self.hosts = hosts
        }

        /// Whether a server of this name may see it.
        package func isFor(_ host: String) -> Bool { self.hosts.map { Network.names($0, include: host) } ?? true }
    }

    /// What container jobs may use.
    package struct Containers: Hashable, Sendable, Codable {
        /// Absolute path of the engine's command; nil = Podman, else Docker, where they usually are.
        package var engine: String?
        /// Names of images, one that ends with `*` for all that begin so; nil = any.
        package var images: [String]?
        /// `bridge`, `host`, `none`; nil = any.
        package var networks: [String]?

        package init(engine: String? = nil, images: [String]? = nil, networks: [String]? = nil) {
            self.engine = engine
            self.images = images
            self.networks = networks
        }

        /// Which rule refuses a container; nil when none does.
        func refusal(of container: ContainerPayload) -> String? {
            if let images, !images.contains(where: { Self.matches(container.image, $0) }) {
                return "the host's policy does not allow the image '\(container.image)' (containers.images)"
            }
            if let networks, !networks.contains(container.network.rawValue) {
                return
                    "the host's policy does not allow the network '\(container.network.rawValue)' (containers.networks)"
            }
            return nil
        }

        private static func matches(_ image: String, _ pattern: String) -> Bool {
            pattern.hasSuffix("*")
                ? image.utf8.starts(with: pattern.utf8.dropLast()) : image.utf8.elementsEqual(pattern.utf8)
        }
    }

    /// Which units of the host's systemd scripts may run in.
    package struct Units: Hashable, Sendable, Codable {
        /// Nil = they may.
        package var isAllowed: Bool?
        /// Slices of which a job has to name one, or one that lies in one; nil = any, or none.
        package var slices: [String]?

        package init(isAllowed: Bool? = nil, slices: [String]? = nil) {
            self.isAllowed = isAllowed
            self.slices = slices
        }

        /// Which rule refuses a unit; nil when none does.
        func refusal(of unit: TransientUnit) -> String? {
            if self.isAllowed == false { return "the host's policy does not allow units of systemd (units.allowed)" }
            guard let slices else { return nil }
            guard let slice = unit.slice else {
                return "the host's policy allows units of systemd only in slices that it names (units.slices)"
            }
            return slices.contains { TransientUnit.slice(slice, liesIn: $0) }
                ? nil : "the host's policy does not allow the slice '\(slice)' (units.slices)"
        }
    }

    package init(
        executors: [String]? = nil,
        interpreters: [String]? = nil,
        directories: [String]? = nil,
        users: [String]? = nil,
        plugins: String? = nil,
        network: Network = Network(),
        containers: Containers = Containers(),
        units: Units = Units(),
        concurrency: Int? = nil,
        signatures: SignatureRule? = nil
    ) {
        self.signatures = signatures
        self.executors = executors
        self.interpreters = interpreters
        self.directories = directories
        self.users = users
        self.plugins = plugins
        self.network = network
        self.containers = containers
        self.units = units
        self.concurrency = concurrency
    }

    /// An agent that was not started anew yet knows no rules for containers and units, and `quicflow-work` beside it may be newer.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            executors: try values.decodeIfPresent([String].self, forKey: .executors),
            interpreters: try values.decodeIfPresent([String].self, forKey: .interpreters),
            directories: try values.decodeIfPresent([String].self, forKey: .directories),
            users: try values.decodeIfPresent([String].self, forKey: .users),
            plugins: try values.decodeIfPresent(String.self, forKey: .plugins),
            network: try values.decode(Network.self, forKey: .network),
            containers: try values.decodeIfPresent(Containers.self, forKey: .containers) ?? Containers(),
            units: try values.decodeIfPresent(Units.self, forKey: .units) ?? Units(),
            concurrency: try values.decodeIfPresent(Int.self, forKey: .concurrency),
            signatures: try values.decodeIfPresent(SignatureRule.self, forKey: .signatures)
        )
    }

    /// Which rule refuses a job, in words for its record; nil when none does, as far as its definition says.
    ///
    /// What a definition does not say (the address behind a name or a secret, where a link leads) is looked at again when it
    /// is used.
    package func refusal(of payload: Payload) -> String? {
        if let executors, !executors.contains(payload.kindName) {
            return "the host's policy does not allow \(payload.kindName) jobs (executors)"
        }
        switch payload {
        case .shell(let shell):
            let interpreter = shell.interpreter ?? "/bin/sh"
            if let interpreters, !interpreters.contains(interpreter) {
                return "the host's policy does not allow the interpreter '\(interpreter)' (interpreters)"
            }
            if let users, let user = shell.runAs, !users.contains(user) {
                return "the host's policy does not allow jobs of the user '\(user)' (users)"
            }
            return shell.unit.flatMap { self.units.refusal(of: $0) }
                ?? shell.workingDirectory.flatMap { self.refusal(ofPath: $0) }
        case .sql(let sql): return SQLPayload.file(of: sql.connection).flatMap { self.refusal(ofPath: $0) }
        case .builtin(.cleanFiles(let clean)): return self.refusal(ofPath: clean.path)
        case .builtin(.checkTCP(let check)): return self.network.refusal(ofHost: check.host)
        case .container(let container):
            return self.containers.refusal(of: container)
                ?? container.mounts.lazy.compactMap { self.refusal(ofPath: $0.source) }.first
        case .http(let http): return http.clientCertificate.flatMap { self.network.refusal(ofCertificate: $0) }
        case .plugin, .builtin: return nil
        }
    }

    /// Why a definition is not taken, whatever it says; nil when it is.
    ///
    /// - Parameters:
    ///   - verdict: what was found out about its signature; nil = it has none.
    ///   - state: what the host has seen of signatures.
    package func refusal(of verdict: DefinitionVerdict?, _ state: SigningState) -> String? {
        switch verdict {
        case .signed: return nil
        case .wrong:
            return "the definition's signature is wrong: it is not what this installation's server signed (signatures)"
        case .strange:
            return "the definition is signed by a key that no authority of this host has vouched for (signatures)"
        case nil:
            let isNeeded = self.signatures.map { $0 == .required } ?? state.isInForce
            return isNeeded ? "the definition has no signature, and this host takes none without (signatures)" : nil
        }
    }

    /// Why a path may not be used; nil when it may.
    ///
    /// - Parameter path: absolute; one with `..` in it is refused where directories are limited.
    package func refusal(ofPath path: String) -> String? {
        guard let directories else { return nil }
        let parts = Self.parts(path)
        let isAllowed =
            !parts.contains("..") && directories.contains { parts.starts(with: Self.parts($0)) }
        return isAllowed ? nil : "the host's policy does not allow '\(path)' (directories)"
    }

    private static func parts(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }
    }
}
