// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The versions of the protocol one end speaks; apart from the product's version.
///
/// A new version is made when an old peer would misunderstand a message, not for a new field it can ignore.
package struct ProtocolVersions: Hashable, Sendable {
    /// Lowest and highest, both included.
    package let minimum: UInt32
    package let maximum: UInt32

    /// - Precondition: None; a range upside down overlaps with nothing.
    package init(minimum: UInt32, maximum: UInt32) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// What this build speaks.
    package static let supported = ProtocolVersions(minimum: 1, maximum: 1)

    /// The highest version both speak.
    ///
    /// - Throws: ``VersionMismatch`` when there is none.
    package func negotiate(with agent: ProtocolVersions) throws(VersionMismatch) -> UInt32 {
        let highest = min(self.maximum, agent.maximum)
        guard highest >= max(self.minimum, agent.minimum), agent.minimum <= agent.maximum, highest > 0 else {
            throw VersionMismatch(server: self, agent: agent)
        }
        return highest
    }
}

/// Server and agent have no version of the protocol in common.
package struct VersionMismatch: Error, Hashable, Sendable {
    package let server: ProtocolVersions
    package let agent: ProtocolVersions
}

extension VersionMismatch: CustomStringConvertible {
    /// Says which side has to be upgraded.
    package var description: String {
        let facts =
            "The agent speaks protocol versions \(self.agent.minimum) to \(self.agent.maximum), "
            + "the server \(self.server.minimum) to \(self.server.maximum)."
        if self.agent.minimum > self.agent.maximum || self.agent.maximum == 0 {
            return facts + " The agent's range makes no sense; reinstall the agent."
        }
        return self.agent.maximum < self.server.minimum
            ? facts + " Upgrade the agent." : facts + " Upgrade the server, or install an older agent."
    }
}
