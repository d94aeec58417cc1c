// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What a live session knows of its agent.
package struct AgentPresence: Hashable, Codable, Sendable {
    package var connectedAt: Timestamp
    package var lastHeartbeat: Timestamp
    /// The configuration version the agent confirmed.
    package var configVersion: Int64
    /// The version that it was sent last, and lacks while it has confirmed another; nil from servers that do not say.
    package var pushedVersion: Int64?
    package var running: [ExecutionID]
    package var address: String
    /// What keeps the host from starting anything, in its words.
    package var trouble: String?
    /// Zones that the host's own files lack or know otherwise: there the server's rules count (R12).
    package var foreignZones: [String] = []
    /// Kinds of jobs that the host carries out; empty when it does not say.
    package var executors: [String] = []
    /// What the host's agent can do that earlier ones could not (``HostFeature``); nil from servers that do not say.
    package var features: [String]?
    /// Jobs that the host runs on orders only (R12).
    package var orderedJobs: Set<JobUID> = []
    /// Whether the host takes zone rules from the server; hosts of earlier versions go by their own files.
    package var takesRules = true
    /// Which state of the scheduler is in force there; nil when the host cannot be told to stand still.
    package var schedulerRevision: Int64?
    /// Which maintenance is in force there; nil when the host knows of none, and fires by its own clock.
    package var maintenanceRevision: Int64?
    /// Its disk and its clock; nil when the host, or the server that has it, does not say.
    package var condition: HostCondition?
    /// ``Heartbeat/load`` of the last heartbeat.
    package var load: Int?
    /// ``AuthorityRefusal`` of the last heartbeat, as a word: another server that shows it may be of another version.
    package var authorityRefusal: String?

    package init(
        connectedAt: Timestamp,
        lastHeartbeat: Timestamp,
        configVersion: Int64,
        running: [ExecutionID] = [],
        address: String
    ) {
        self.connectedAt = connectedAt
        self.lastHeartbeat = lastHeartbeat
        self.configVersion = configVersion
        self.running = running
        self.address = address
    }
}
