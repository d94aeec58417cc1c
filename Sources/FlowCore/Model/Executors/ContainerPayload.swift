// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A program in a container, started by the host's container engine (Podman or Docker).
///
/// Parameters of a run reach it as variables `QF_PARAM_*`, as they reach a script; nothing is put into its words.
package struct ContainerPayload: Hashable, Sendable, Codable {
    /// What the engine knows it by: `alpine:3.20`, `registry.example.org/team/app@sha256:…`.
    package var image: String
    /// The program and its arguments; empty = what the image says.
    package var command: [String]
    package var environment: [String: String]
    package var mounts: [Mount]
    package var network: Network
    package var pull: Pull
    /// Name or number of a user in the image, with a group if need be (`app`, `1000:1000`); nil = the image's.
    package var user: String?
    /// Absolute path in the container; nil = the image's.
    package var workingDirectory: String?
    /// Bytes; nil = no limit.
    package var memoryBytes: Int64?
    /// Per cent of one processor: 150 = one and a half; nil = no limit.
    package var cpuPercent: Int?
    /// Exit codes that mean success; empty = 0 alone.
    package var successCodes: [Int]

    /// A directory or file of the host that is seen in the container.
    package struct Mount: Hashable, Sendable, Codable {
        /// Absolute path on the host; it has to be there.
        package var source: String
        /// Absolute path in the container.
        package var target: String
        package var isReadOnly: Bool

        package init(source: String, target: String, isReadOnly: Bool = true) {
            self.source = source
            self.target = target
            self.isReadOnly = isReadOnly
        }
    }

    package enum Network: String, CaseIterable, Hashable, Sendable, Codable {
        /// The engine's own network, with a way out.
        case bridge
        /// The host's.
        case host
        /// None but its own loopback.
        case none
    }

    /// When the image is fetched.
    package enum Pull: String, CaseIterable, Hashable, Sendable, Codable {
        /// When the host does not have it.
        case missing
        case always
        case never
    }

    package init(
        image: String,
        command: [String] = [],
        environment: [String: String] = [:],
        mounts: [Mount] = [],
        network: Network = .bridge,
        pull: Pull = .missing,
        user: String? = nil,
        workingDirectory: String? = nil,
        memoryBytes: Int64? = nil,
        cpuPercent: Int? = nil,
        successCodes: [Int] = []
    ) {
        self.image = image
        self.command = command
        self.environment = environment
        self.mounts = mounts
        self.network = network
        self.pull = pull
        self.user = user
        self.workingDirectory = workingDirectory
        self.memoryBytes = memoryBytes
        self.cpuPercent = cpuPercent
        self.successCodes = successCodes
    }
}

extension ContainerPayload {
    package static let imageBytes = 512
    /// Bytes; engines refuse less.
    package static let memoryRange: ClosedRange<Int64> = (6 << 20)...(1 << 50)
    package static let cpuRange = 1...102_400
    package static let mountLimit = 32
    package static let argumentLimit = 256

    /// Whether it could be the name of an image: letters, digits and `._-/:@`, a letter or digit first, so never an option.
    package static func isImage(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= self.imageBytes, self.isAlphanumeric(first) else {
            return false
        }
        return text.utf8.allSatisfy { self.isAlphanumeric($0) || "._-/:@".utf8.contains($0) }
    }

    /// Whether it could be a user in an image: `NAME`, `NUMBER`, either with `:GROUP`.
    package static func isUser(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                guard let first = part.utf8.first, part.utf8.count <= 32 else { return false }
                return (self.isAlphanumeric(first) || first == 0x5f)
                    && part.utf8.allSatisfy { self.isAlphanumeric($0) || "_-.".utf8.contains($0) }
            }
    }

    /// Whether a path can be named in an engine's option, where a comma ends it; a colon parts the two in other notations.
    package static func isMountPath(_ text: String) -> Bool {
        JobLimits.isPath(text)
            && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != 0x2c && $0 != 0x22 && $0 != 0x3a }
            && !text.split(separator: "/").contains("..")
    }

    /// Whether a variable would change what the engine's own command does, which reads its environment.
    ///
    /// Such a one is said on the engine's command line, where everybody on the host may read it: so it holds no secret.
    package static func isEnginesOwn(_ name: String) -> Bool {
        self.enginesNames.contains { name.uppercased().utf8.elementsEqual($0.utf8) }
            || self.enginesPrefixes.contains { name.utf8.starts(with: $0.utf8) }
    }

    /// The label that names a container's agent; its value is that of `QF_AGENT_DATA`.
    package static let agentLabel = "quartzflow.agent"

    /// The engine's name for the container of an attempt.
    package static func containerName(execution: String, attempt: Int) -> String { "qf-\(execution)-\(attempt)" }

    /// Also in small letters, as proxies are often written.
    private static let enginesNames = [
        "PATH", "HOME", "TMPDIR", "TERM", "LANG", "USER", "SHELL", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY",
        "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NOTIFY_SOCKET", "GODEBUG", "GOTRACEBACK", "GOGC", "GOMEMLIMIT",
        "GOMAXPROCS", "GLIBC_TUNABLES",
    ]
    private static let enginesPrefixes = [
        "LD_", "DOCKER_", "BUILDKIT_", "BUILDAH_", "PODMAN_", "CONTAINER", "_CONTAINERS_", "STORAGE_", "REGISTRY_",
        "XDG_",
        "DBUS_", "LISTEN_", "OTEL_",
    ]

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
