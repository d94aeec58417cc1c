// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Which process on which machine says a hello: what tells a copy of an agent from the agent itself (R14).
package struct AgentInstance: Hashable, Sendable {
    /// Drawn at each start of the program; empty from agents that are too old to have one.
    package let startID: String
    /// The kernel's boot id.
    package let bootID: String
    /// Names the agent's database; a copied data directory has the same.
    package let incarnation: String
    /// The installation of the operating system; often the same on cloned machines.
    package let machineID: String

    package init(startID: String, bootID: String, incarnation: String, machineID: String) {
        self.startID = startID
        self.bootID = bootID
        self.incarnation = incarnation
        self.machineID = machineID
    }

    package init(_ hello: Hello) {
        self.init(
            startID: hello.startID,
            bootID: hello.bootID,
            incarnation: hello.incarnation,
            machineID: hello.machineID
        )
    }

    /// Whether two hellos come from one process that connected twice.
    ///
    /// The data directory, boot and machine of a copy may all be equal; what its start drew is not. Of agents that draw
    /// nothing only another boot or ledger can be told.
    package func isSameProcess(as other: AgentInstance) -> Bool {
        if !self.startID.isEmpty, !other.startID.isEmpty { return self.startID == other.startID }
        return self.bootID == other.bootID && self.incarnation == other.incarnation
    }
}

/// A second host that uses an agent's identity while the first is alive; it is kept out (R14).
package struct DuplicateAgent: Hashable, Sendable {
    package let instance: AgentInstance
    package let hostname: String
    /// Where it connects from.
    package let address: String
    package let firstSeen: Timestamp
    package var lastSeen: Timestamp

    package init(
        instance: AgentInstance,
        hostname: String,
        address: String,
        firstSeen: Timestamp,
        lastSeen: Timestamp
    ) {
        self.instance = instance
        self.hostname = hostname
        self.address = address
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}
