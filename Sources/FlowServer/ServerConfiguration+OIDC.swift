// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation

extension ServerConfiguration {
    /// More buttons nobody looks through.
    private static let providerLimit = 10

    /// Reads the OpenID providers: those that the file names, and those in `sign-on.oidc-providers`, for the environment.
    ///
    /// Under `sign-on.oidc.NAME.`:
    /// - `issuer`, `client-id` (strings, required), `client-secret-file` (string)
    /// - `title` (string, the name), `scopes` (strings, `openid profile email`)
    /// - `groups-claim` (string, `groups`), `name-claim` (string, `preferred_username`)
    /// - `admin-group` (string), `group-map` (strings `group=role` or `group=role@group of ours`)
    /// - `ca-file` (string)
    static func providers(_ reader: SettingReader, publicURL: String?) -> [OIDCProvider] {
        var names = reader.names(under: "sign-on.oidc.")
        for name in reader.stringArray(forKey: "sign-on.oidc-providers", default: []) where !names.contains(name) {
            names.append(name)
        }
        guard names.count <= Self.providerLimit else {
            reader.fault("sign-on.oidc-providers", "and the file name more than \(Self.providerLimit) providers.")
            return []
        }
        guard let publicURL, OIDCProvider.isAcceptable(publicURL) else {
            if !names.isEmpty {
                reader.fault(
                    "http.public-url",
                    "is missing or not with https; providers send people back to it (http is for this host alone)."
                )
            }
            // What there is is read all the same, so that its faults show.
            for name in names { _ = self.provider(reader, name, publicURL: "") }
            return []
        }
        return names.compactMap { self.provider(reader, $0, publicURL: publicURL) }
    }

    private static func provider(_ reader: SettingReader, _ name: String, publicURL: String) -> OIDCProvider? {
        let prefix = "sign-on.oidc.\(name)"
        guard OIDCProvider.isName(name) else {
            reader.fault(prefix, "is no name of a provider; write small letters, digits and '-', and not 'proxy'.")
            return nil
        }
        let issuer = reader.value(forKey: prefix + ".issuer", possible: "the provider's address with https") { text in
            OIDCProvider.isAcceptable(text) && !text.contains("?") ? text : nil
        }
        let clientID = reader.string(forKey: prefix + ".client-id")
        if reader.source(of: prefix + ".issuer") == nil { reader.fault(prefix + ".issuer", "is missing.") }
        if clientID == nil { reader.fault(prefix + ".client-id", "is missing; the provider gives it.") }
        var provider = OIDCProvider(
            name: name,
            title: reader.string(forKey: prefix + ".title"),
            issuer: issuer ?? "",
            clientID: clientID ?? "",
            map: self.groupMap(reader, prefix),
            publicURL: publicURL
        )
        if let file = reader.string(forKey: prefix + ".client-secret-file") {
            provider.clientSecret = self.secret(reader, prefix + ".client-secret-file", file)
        }
        provider.scopes = reader.stringArray(forKey: prefix + ".scopes", default: provider.scopes)
        if !provider.scopes.contains("openid") {
            reader.fault(prefix + ".scopes", "lacks 'openid', without which there is no ID token.")
        }
        provider.groupsClaim = reader.string(forKey: prefix + ".groups-claim", default: provider.groupsClaim)
        provider.nameClaim = reader.string(forKey: prefix + ".name-claim", default: provider.nameClaim)
        if let file = reader.string(forKey: prefix + ".ca-file") {
            provider.authorities = try? String(contentsOfFile: file, encoding: .utf8)
            if provider.authorities?.contains("BEGIN CERTIFICATE") != true {
                reader.fault(prefix + ".ca-file", "is '\(file)', which is no readable PEM file with certificates.")
            }
        }
        self.requireMap(reader, prefix)
        return issuer == nil || clientID == nil ? nil : provider
    }
}
