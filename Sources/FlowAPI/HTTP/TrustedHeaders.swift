// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import HTTPTypes

/// Headers by which a proxy says who has signed in there (S3-3, ForwardAuth).
///
/// Everybody can send such headers. They count only from the proxy's own address (and with its secret, if there is one); from
/// others they are taken off before anything looks at the request.
package struct TrustedHeaders: Sendable {
    /// Whose word counts: the other end of the connection, never what `X-Forwarded-For` says.
    package var proxies: [AddressRange]
    package var userHeader: String
    package var groupsHeader: String
    /// Between groups in one header.
    package var separator: Character = ","
    /// A header that only the proxy knows the value of, for hosts that it shares with others.
    package var secret: (header: String, value: String)?
    package var map: GroupMap
    /// Nobody but administrators gets in this way.
    package var requiresAdministrator = false
    /// Where people sign out at the proxy.
    package var logoutURL: String?

    package init(
        proxies: [AddressRange],
        userHeader: String = "Remote-User",
        groupsHeader: String = "Remote-Groups",
        map: GroupMap = GroupMap([])
    ) {
        self.proxies = proxies
        self.userHeader = userHeader
        self.groupsHeader = groupsHeader
        self.map = map
    }

    /// A header field as it came.
    typealias Field = (name: String, value: String)

    private static let valueLimit = 16 * 1024

    /// Whether a name is one of the configured ones, or becomes one on the way: servers of other languages see `Remote_User`
    /// and `remote-user` as the same variable.
    func isReserved(_ name: String) -> Bool { self.names.contains(Self.plain(name)) }

    /// The configured names in lower case, with `-` for `_`.
    package var names: Set<String> {
        Set([self.userHeader, self.groupsHeader, self.secret?.header].compactMap { $0.map(Self.plain) })
    }

    /// Whether a name means something else already: taking it for a person's would let browsers name people, or break HTTP.
    package static func isTaken(_ name: String) -> Bool {
        let name = self.plain(name)
        return self.taken.contains(name) || self.takenPrefixes.contains { name.hasPrefix($0) }
    }

    private static let taken: Set<String> = [
        "accept", "accept-encoding", "accept-language", "age", "authorization", "cache-control", "connection",
        "cookie", "date", "expect", "forwarded", "host", "idempotency-key", "keep-alive", "last-event-id", "origin",
        "pragma", "range", "referer", "set-cookie", "te", "traceparent", "tracestate", "trailer", "transfer-encoding",
        "upgrade", "user-agent", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port",
        "x-forwarded-proto", "x-real-ip", "x-request-id",
    ]
    private static let takenPrefixes = ["access-control-", "content-", "if-", "proxy-", "sec-", "x-qf-"]

    /// Whether any program of this very host can name anybody: its address is trusted, and no secret is asked.
    package var trustsEveryLocalProgram: Bool { self.secret == nil && self.proxies.contains { $0.hasLoopback } }

    /// Who the proxy says has signed in.
    ///
    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - fields: all headers, those of others included.
    /// - Returns: nil from anybody else, and when the proxy names nobody.
    /// - Throws: 400 when the proxy's words can't be understood in one way only.
    func identity(peer: String?, fields: some Sequence<Field>) throws(APIFailure) -> ExternalIdentity? {
        guard let peer, let address = NetworkAddress(peer),
            self.proxies.contains(where: { $0.contains(bytes: address.bytes) })
        else { return nil }
        var users: [String] = []
        var groups: [String] = []
        var secrets: [String] = []
        for field in fields {
            if Self.equal(field.name, self.userHeader) { users.append(field.value) }
            if Self.equal(field.name, self.groupsHeader) { groups.append(field.value) }
            if let secret, Self.equal(field.name, secret.header) { secrets.append(field.value) }
        }
        if let secret {
            guard secrets.count == 1, ConstantTime.equal(Array(secrets[0].utf8), Array(secret.value.utf8)) else {
                return nil
            }
        }
        // Two mean that somebody's own header came through beside the proxy's.
        guard users.count <= 1 else { throw self.unclear(self.userHeader, "stands twice") }
        let name = users.first.map(Self.trimmed) ?? ""
        guard !name.isEmpty else { return nil }
        guard name.utf8.count <= ExternalIdentity.subjectLimit, Self.isText(name) else {
            throw self.unclear(self.userHeader, "is no name of at most \(ExternalIdentity.subjectLimit) bytes")
        }
        return ExternalIdentity(
            provider: ExternalIdentity.proxy,
            issuer: ExternalIdentity.proxy,
            subject: name,
            name: name,
            groups: try self.names(groups)
        )
    }

    private func names(_ values: [String]) throws(APIFailure) -> [String] {
        // A second header is no second truth, but what somebody added.
        guard values.count <= 1 else { throw self.unclear(self.groupsHeader, "stands twice") }
        guard let value = values.first else { return [] }
        guard value.utf8.count <= Self.valueLimit, Self.isText(value) else {
            throw self.unclear(self.groupsHeader, "is no list of groups of at most \(Self.valueLimit) bytes")
        }
        let names = value.split(separator: self.separator).map { Self.trimmed(String($0)) }.filter { !$0.isEmpty }
        guard names.count <= ExternalIdentity.groupLimit else {
            throw self.unclear(self.groupsHeader, "has more than \(ExternalIdentity.groupLimit) groups")
        }
        return names
    }

    private func unclear(_ header: String, _ what: Wording) -> APIFailure {
        APIFailure(
            .badRequest,
            "invalid_request",
            "The header '\(header)' of the proxy in front \(what). Ask whoever runs the proxy."
        )
    }

    private static func isText(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }

    private static func trimmed(_ text: String) -> String {
        String(HeaderText.trimmed(Substring(text).utf8)) ?? text
    }

    private static func equal(_ left: String, _ right: String) -> Bool { left.lowercased() == right.lowercased() }

    private static func plain(_ name: String) -> String { name.lowercased().replacing("_", with: "-") }
}
