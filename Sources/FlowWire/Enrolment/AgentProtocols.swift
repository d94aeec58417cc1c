// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Names both ends of a connection have to agree on (`docs/protocol.md`).
package enum AgentProtocols {
    /// ALPN of control connections; the agent's certificate is required.
    package static let control = "quartzflow/1"
    /// ALPN of enrolment connections; no certificate yet.
    package static let enrolment = "quartzflow-enrol/1"
    /// A name in every server certificate of an installation.
    ///
    /// The authority signs for this installation only, so whoever holds a server certificate of it is its server, at
    /// whatever address it is reached. Agents check this name, and a server may move without new certificates.
    package static let serverName = "quartzflow-server"
    /// Port of agents' connections, UDP.
    package static let defaultPort = 8474
    /// The longest enrolment message, in bytes.
    package static let enrolmentFrameLimit = 64 << 10

    /// What stands between a protocol and the authority that a client of it trusts.
    private static let authorityMark: Character = ";"
    /// GnuTLS takes names of up to 31 bytes.
    private static let authorityBytes = 5

    /// The ALPN of a client that trusts an authority: the server then shows a certificate of that one.
    ///
    /// - Parameter fingerprint: SHA-256 of the authority's certificate.
    package static func name(_ base: String, trusting fingerprint: [UInt8]) -> String {
        Self.name(base, trusting: Self.authority(fingerprint))
    }

    /// The same for what a name calls an authority.
    package static func name(_ base: String, trusting authority: String) -> String {
        "\(base)\(Self.authorityMark)\(authority)"
    }

    /// What such a name calls an authority.
    package static func authority(_ fingerprint: [UInt8]) -> String {
        Hex.encode(fingerprint.prefix(Self.authorityBytes))
    }

    /// The protocol without the authority.
    package static func base(of name: String) -> String { String(name.prefix { $0 != Self.authorityMark }) }

    /// What a name calls the authority; nil when it names none.
    package static func authority(of name: String) -> String? {
        let rest = name.drop { $0 != Self.authorityMark }.dropFirst()
        return rest.isEmpty ? nil : String(rest)
    }

    private static let uriPrefix = "quartzflow:agent:"

    /// The URI in an agent certificate's subject alternative names.
    package static func uri(of agent: AgentID) -> String { Self.uriPrefix + agent.rawValue }

    /// The agent a certificate names: its common name and its URI have to agree.
    package static func agent(commonName: String, uris: [String]) -> AgentID? {
        guard let agent = AgentID(commonName), uris == [Self.uri(of: agent)] else { return nil }
        return agent
    }
}
