// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
import FlowWire
import Foundation

/// Who this host's agent is: what enrolment gave it.
package struct AgentIdentity: Hashable, Sendable {
    package let agent: AgentID
    /// The agent's certificate, PEM, leaf first.
    package var certificateChainPEM: String
    /// Made on this host; never leaves it.
    package var privateKeyPEM: String
    /// The authorities that sign servers, PEM; the newest last.
    package var authorityPEM: String
    /// The name servers prove.
    package let serverName: String
    /// `host:port` of servers, in order of preference.
    package var servers: [String]
    /// Ids of the keys that definitions are signed by, as the server said when the host joined; empty = it said nothing.
    package let signingKeys: [String]
    /// The host has met a server whose authorities vouch for the one that follows; it takes none without such a word any more.
    package var hasMetVouching: Bool

    package init(
        agent: AgentID,
        certificateChainPEM: String,
        privateKeyPEM: String,
        authorityPEM: String,
        serverName: String,
        servers: [String],
        signingKeys: [String] = [],
        hasMetVouching: Bool = false
    ) {
        self.hasMetVouching = hasMetVouching
        self.signingKeys = signingKeys
        self.agent = agent
        self.certificateChainPEM = certificateChainPEM
        self.privateKeyPEM = privateKeyPEM
        self.authorityPEM = authorityPEM
        self.serverName = serverName
        self.servers = servers
    }
}

/// The identity's files below the agent's data directory.
///
/// `agent.json` is written last and makes the others valid: an enrolment that was cut off leaves no identity and can be
/// done again with a new token.
package struct IdentityStore: Sendable {
    private struct Description: Codable {
        var agentID: String
        var serverName: String
        var servers: [String]
        /// Key and certificate are in the files of a renewal that was cut off before they got their usual names.
        var isRenewing: Bool?
        /// Nil = none.
        var signingKeys: [String]?
        /// Nil = no.
        var hasMetVouching: Bool?

        enum CodingKeys: String, CodingKey {
            case agentID = "agent_id"
            case serverName = "server_name"
            case servers
            case isRenewing = "is_renewing"
            case signingKeys = "signing_keys"
            case hasMetVouching = "has_met_vouching"
        }
    }

    private static let keyFile = "agent.key"
    private static let certificateFile = "agent.pem"
    private static let authorityFile = "ca.pem"
    private static let descriptionFile = "agent.json"
    private static let renewedKeyFile = "renewed.key"
    private static let renewedCertificateFile = "renewed.pem"

    private let directory: PrivateDirectory

    /// Opens, and if need be creates, `identity` below the data directory.
    package init(dataDirectory: String) throws {
        // Within the data directory, which the ledger has made or taken.
        self.directory = try PrivateDirectory(within: dataDirectory, named: "identity")
    }

    /// - Returns: nil before an enrolment was completed.
    /// - Throws: When there is an identity that cannot be used.
    package func load() throws -> AgentIdentity? {
        guard let (identity, isRenewing) = try self.read() else { return nil }
        if isRenewing { try self.save(identity) }
        return identity
    }

    /// Looks at the identity of an agent that may be running; nothing is written.
    ///
    /// - Returns: nil when no enrolment was completed there.
    /// - Throws: When there is an identity that cannot be used.
    package static func glance(dataDirectory: String) throws -> AgentIdentity? {
        guard FileManager.default.fileExists(atPath: dataDirectory + "/identity") else { return nil }
        return try IdentityStore(dataDirectory: dataDirectory).read()?.identity
    }

    private func read() throws -> (identity: AgentIdentity, isRenewing: Bool)? {
        guard let text = try self.directory.read(Self.descriptionFile) else { return nil }
        guard let description = try? JSONDecoder().decode(Description.self, from: Data(text)),
            let agent = AgentID(description.agentID),
            let key = try self.directory.readText(
                description.isRenewing == true ? Self.renewedKeyFile : Self.keyFile
            ),
            let certificate = try self.directory.readText(
                description.isRenewing == true ? Self.renewedCertificateFile : Self.certificateFile
            ),
            let authority = try self.directory.readText(Self.authorityFile)
        else {
            throw CoreError(
                .internal,
                "The identity in \(self.directory.path) is damaged. Move that directory away and enrol this host again."
            )
        }
        let identity = AgentIdentity(
            agent: agent,
            certificateChainPEM: certificate,
            privateKeyPEM: key,
            authorityPEM: authority,
            serverName: description.serverName,
            servers: description.servers,
            signingKeys: description.signingKeys ?? [],
            hasMetVouching: description.hasMetVouching ?? false
        )
        return (identity, description.isRenewing == true)
    }

    /// Puts a renewed certificate and its key in the place of the old ones.
    ///
    /// Both are two files, so they are written beside the old ones first; the description switches to them in one step, and
    /// then they get the usual names. A power cut at any moment leaves a pair that fits.
    package func replace(by renewed: AgentIdentity) throws {
        try self.directory.write(renewed.privateKeyPEM.utf8, to: Self.renewedKeyFile)
        try self.directory.write(renewed.certificateChainPEM.utf8, to: Self.renewedCertificateFile)
        try self.describe(renewed, isRenewing: true)
        try self.save(renewed)
    }

    /// Trusts the authorities of this identity from now on, and knows whether it has met vouching ones; all else stays.
    package func trust(_ identity: AgentIdentity) throws {
        // Cut off in between, the host is the stricter one.
        if var known = try self.read()?.identity, known.hasMetVouching != identity.hasMetVouching {
            known.hasMetVouching = identity.hasMetVouching
            try self.describe(known, isRenewing: nil)
        }
        try self.directory.write(identity.authorityPEM.utf8, to: Self.authorityFile)
    }

    package func save(_ identity: AgentIdentity) throws {
        try self.directory.write(identity.privateKeyPEM.utf8, to: Self.keyFile)
        try self.directory.write(identity.certificateChainPEM.utf8, to: Self.certificateFile)
        try self.directory.write(identity.authorityPEM.utf8, to: Self.authorityFile)
        CrashPoint.reach("agent.identity.written")
        try self.describe(identity, isRenewing: nil)
    }

    private func describe(_ identity: AgentIdentity, isRenewing: Bool?) throws {
        let description = Description(
            agentID: identity.agent.rawValue,
            serverName: identity.serverName,
            servers: identity.servers,
            isRenewing: isRenewing,
            signingKeys: identity.signingKeys.isEmpty ? nil : identity.signingKeys,
            hasMetVouching: identity.hasMetVouching ? true : nil
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try self.directory.write(try encoder.encode(description), to: Self.descriptionFile)
    }
}
