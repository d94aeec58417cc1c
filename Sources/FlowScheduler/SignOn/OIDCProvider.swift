// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// An OpenID provider as the configuration has it.
package struct OIDCProvider: Sendable {
    /// In addresses and in account names; small letters, digits and `-`.
    package let name: String
    /// On the button.
    package var title: String
    /// Exactly as the provider writes it: it is compared byte by byte.
    package var issuer: String
    package var clientID: String
    /// Nil for a public client, which PKCE alone protects.
    package var clientSecret: String?
    package var scopes = ["openid", "profile", "email"]
    /// Where the groups are; a path of names with `.` between them, such as `realm_access.roles`.
    package var groupsClaim = "groups"
    package var nameClaim = "preferred_username"
    package var map: GroupMap
    /// Certificates of authorities besides the system's; PEM.
    package var authorities: String?
    /// Where people reach this server, without a slash at the end.
    package var publicURL: String

    package init(
        name: String,
        title: String? = nil,
        issuer: String,
        clientID: String,
        clientSecret: String? = nil,
        map: GroupMap,
        publicURL: String
    ) {
        self.name = name
        self.title = title ?? name
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.map = map
        self.publicURL = publicURL
    }

    /// Where the provider sends people back to; from the configuration and never from a request's `Host`.
    package var redirectURL: String { "\(self.publicURL)/api/v1/auth/oidc/\(self.name)/callback" }

    /// OpenID Connect Discovery 1.0, 4: one slash between, whether the issuer ends with one or not.
    var discoveryURL: String {
        (self.issuer.hasSuffix("/") ? String(self.issuer.dropLast()) : self.issuer)
            + "/.well-known/openid-configuration"
    }

    package static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.first != "-" && text != ExternalIdentity.proxy
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d }
    }

    /// Whether an address may be spoken to: HTTPS, or this very host, for development.
    package static func isAcceptable(_ url: String) -> Bool {
        guard url.utf8.count <= 2048, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty, parts.user == nil,
            parts.password == nil, parts.fragment == nil
        else { return false }
        switch parts.scheme {
        case "https": return true
        case "http": return ["127.0.0.1", "[::1]", "::1", "localhost"].contains(host)
        default: return false
        }
    }
}
