// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowScheduler

/// How the API is served.
package struct APIConfiguration: Sendable {
    package var host: String
    /// 0 = any free one.
    package var port: Int
    /// Where the built console is; nil or missing = a page that says how to build it.
    package var consoleDirectory: String?
    /// People reach this server by HTTPS (a proxy ends TLS): the session cookie is then marked `Secure`.
    package var isSecure: Bool
    package var version: String
    package var limits = ConnectionLimits()
    /// How many requests each client may make.
    package var rateLimits = RateLimits.none
    /// What connections are encrypted with; nil = plain HTTP.
    package var tls: ServerTLS?
    /// Proxies whose `X-Forwarded-For` says who asked.
    package var trustedProxies: [AddressRange] = []
    /// Pages of these other origins may ask, with a bearer token; none by default.
    package var origins: [WebOrigin] = []
    /// By what a proxy says who has signed in there; nil = nobody says so.
    package var trustedHeaders: TrustedHeaders?
    /// What the server does; without `api` only probes and scrapes are answered.
    package var roles = ServerRoles.all

    package init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        consoleDirectory: String? = nil,
        isSecure: Bool = false,
        version: String = "0.0.0"
    ) {
        self.host = host
        self.port = port
        self.consoleDirectory = consoleDirectory
        self.isSecure = isSecure
        self.version = version
    }
}
