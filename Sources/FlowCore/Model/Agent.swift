// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A host's agent as the server knows it.
package struct Agent: Hashable, Sendable, Codable {
    package let id: AgentID
    /// What people call it; the host name unless chosen otherwise.
    package var name: String
    package var hostname: String
    /// Address of the last connection, without port.
    package var address: String
    package var version: String
    package var operatingSystem: String
    /// What the host's own agent says of it (`--label`), renewed with each session.
    package var hostLabels: [String: String]
    /// What people say of it.
    package var labels: [String: String]
    /// SHA-256 of the certificate it must present, lower-case hex.
    package var certificateFingerprint: String
    /// When that certificate ends; nil for agents that enrolled before this was kept, until they connect.
    package var certificateExpiresAt: Timestamp?
    /// SHA-256 of the certificate that follows, issued and not used yet.
    package var nextCertificateFingerprint: String?
    /// Which database of the agent the sequence numbers count in (R11); empty before the first hello.
    package var incarnation: String
    /// The last report sequence number applied here (R5).
    package var acknowledgedSequence: Int64
    /// The configuration version the agent last confirmed (S1-FR-2.3).
    package var configVersion: Int64
    package var lastSeen: Timestamp?
    package var isRevoked: Bool
    package var createdAt: Timestamp

    package init(
        id: AgentID,
        name: String,
        hostname: String = "",
        address: String = "",
        version: String = "",
        operatingSystem: String = "",
        hostLabels: [String: String] = [:],
        labels: [String: String] = [:],
        certificateFingerprint: String = "",
        certificateExpiresAt: Timestamp? = nil,
        nextCertificateFingerprint: String? = nil,
        incarnation: String = "",
        acknowledgedSequence: Int64 = 0,
        configVersion: Int64 = 0,
        lastSeen: Timestamp? = nil,
        isRevoked: Bool = false,
        createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.hostname = hostname
        self.address = address
        self.version = version
        self.operatingSystem = operatingSystem
        self.hostLabels = hostLabels
        self.labels = labels
        self.certificateFingerprint = certificateFingerprint
        self.certificateExpiresAt = certificateExpiresAt
        self.nextCertificateFingerprint = nextCertificateFingerprint
        self.incarnation = incarnation
        self.acknowledgedSequence = acknowledgedSequence
        self.configVersion = configVersion
        self.lastSeen = lastSeen
        self.isRevoked = isRevoked
        self.createdAt = createdAt
    }

    /// All labels; what people say wins over what the host says.
    package var allLabels: [String: String] { self.hostLabels.merging(self.labels) { $1 } }

    /// What rules look at.
    package var traits: HostTraits {
        HostTraits(hostname: self.hostname, address: self.address, labels: self.allLabels)
    }
}

/// A single-use secret that lets one agent enrol.
package struct JoinToken: Hashable, Sendable {
    /// Public part, used to find the row.
    package let id: String
    /// SHA-256 of the secret part; the secret itself is never stored.
    package let secretHash: [UInt8]
    /// Where the new agent will belong, besides `all`; with `all` among them it may name any group itself.
    package let groups: [GroupID]
    package let expiresAt: Timestamp
    package var usedBy: AgentID?
    package let createdAt: Timestamp

    package init(
        id: String,
        secretHash: [UInt8],
        groups: [GroupID],
        expiresAt: Timestamp,
        usedBy: AgentID? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.secretHash = secretHash
        self.groups = groups
        self.expiresAt = expiresAt
        self.usedBy = usedBy
        self.createdAt = createdAt
    }
}
