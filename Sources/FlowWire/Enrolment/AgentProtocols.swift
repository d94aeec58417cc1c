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

    private static let uriPrefix = "quartzflow:agent:"

    /// The URI in an agent certificate's subject alternative names.
    package static func uri(of agent: AgentID) -> String { Self.uriPrefix + agent.rawValue }

    /// The agent a certificate names: its common name and its URI have to agree.
    package static func agent(commonName: String, uris: [String]) -> AgentID? {
        guard let agent = AgentID(commonName), uris == [Self.uri(of: agent)] else { return nil }
        return agent
    }
}
