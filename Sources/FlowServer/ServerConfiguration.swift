// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowAPI
package import FlowCore
package import FlowScheduler

/// Everything a server can be told.
package struct ServerConfiguration: Sendable {
    /// Where the database, the certificate authority and secrets lie.
    package var dataDirectory: String
    /// A PostgreSQL to keep the state in, `postgres://…`; nil = SQLite in the data directory.
    ///
    /// It may hold a password.
    package var databaseURL: String?
    /// A standby of that database, which answers people's questions of history; nil = the database itself does.
    package var replicaURL: String?
    /// What this server does of the cluster's work.
    package var roles = ServerRoles.all
    package var httpHost = "127.0.0.1"
    package var httpPort = 8475
    package var agentsHost = "127.0.0.1"
    package var agentsPort = 8474
    /// The built console; nil = beside the program or in the working directory.
    package var consoleDirectory: String?
    /// Names and addresses, besides the host's own, under which agents reach this server.
    package var serverNames: [String] = []
    /// Whether people come by HTTPS through a proxy; marks the session cookie `Secure`.
    package var isBehindHTTPS = false
    /// What this server itself speaks HTTPS with.
    package var tls: TLSFilePaths?
    /// Whether people's passwords come unencrypted over a network.
    package var isOpenHTTP: Bool {
        self.tls == nil && !self.isBehindHTTPS && !ListenAddress.isLoopback(self.httpHost)
    }
    /// Proxies whose `X-Forwarded-For` says who asked.
    package var trustedProxies: [AddressRange] = []
    /// Pages of these other origins may use the API with a bearer token.
    package var origins: [WebOrigin] = []
    /// By what a proxy says who has signed in there; nil = nobody says so.
    package var trustedHeaders: TrustedHeaders?
    /// OpenID providers where people may sign in.
    package var providers: [OIDCProvider] = []
    /// Requests a minute of each client; none in development.
    package var rateLimits = RateLimits.none
    /// How long one of several servers that stops goes on answering while `/readyz` says no; seconds.
    package var stopNotice = 2
    /// Settings that the file or the environment decide on; people cannot change these while the server runs.
    package var settings: [SettingKey: Settings.Fixed] = [:]
    /// Where people reach the console, without a slash at the end; for links in notifications.
    package var publicURL: String?
    /// Whether notifications may be sent to this host itself (a mail relay, a local receiver).
    package var notifiesLoopback = false
    /// Certificates of further authorities that receivers of notifications may have; a PEM file.
    package var notifyAuthorityFile: String?
    /// Programs of this host that channels may start: absolute paths.
    package var notifyCommands: [String] = []
    /// Where old output is archived; nil = it stays in the database.
    package var archive: ArchiveSettings?
    /// Where the generated password of the first administrator is written, mode 0600; nil prints it once.
    package var adminPasswordFile: String?

    package init(dataDirectory: String) { self.dataDirectory = dataDirectory }

    /// Takes ``roles`` as they are written at the command, separated by commas.
    ///
    /// - Throws: ``CoreError`` `invalid` when there is none, or one that nobody knows.
    package mutating func takeRoles(_ text: String) throws(CoreError) {
        self.roles = try ServerRoles(names: text.split(separator: ",").map { $0.filter { $0 != " " } })
    }
}

/// Where old output goes.
package enum ArchiveSettings: Hashable, Sendable {
    /// A directory; of several servers one that all of them see.
    case directory(String)
    case s3(S3Settings)
}

/// `host:port` as people write it.
package struct ListenAddress: Hashable, Sendable {
    package let host: String
    package let port: Int

    /// Reads `host:port`, `[v6]:port` or `:port` (all interfaces).
    ///
    /// - Returns: nil for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), case let digits = text[text.index(after: colon)...],
            digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = Int(digits), (0...65535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host.isEmpty ? "0.0.0.0" : host
        self.port = port
    }

    /// Whether only programs of this host can reach what listens there.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || AddressRange("127.0.0.0/8")?.contains(host) == true
    }
}
