// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Everything an agent says on its control stream; what is long lies in a box of its own.
package enum AgentMessage: Hashable, Sendable {
    indirect case hello(Hello)
    indirect case heartbeat(Heartbeat)
    /// These orders, or decisions on them, are durable here (R4).
    case orderAcknowledged([ExecutionID])
    case reports(incarnation: String, [Report])
    /// A configuration arrived (S1-FR-2.1, C-32).
    case configReceived(version: Int64)
    /// A configuration is durable and in force.
    case configApplied(version: Int64)
    /// Send everything: what arrived does not build on what is here (S1-FR-2.2).
    case configPull(version: Int64)
    /// PKCS #10 in PEM for the certificate that follows the agent's own.
    case certificateRequest(String)
    indirect case secretsRequest(SecretsRequest)
    /// What jobs did, by the quarter of an hour; only to a server whose welcome said how far it knows.
    indirect case statistics(HostStatsReport)
    /// Files that have appeared here; only to a server that said what to look for.
    case files([FileEvent])
}

/// How an agent introduces itself (R6).
package struct Hello: Hashable, Sendable {
    package var agent: AgentID
    /// Names the agent's database; a new one means its ledger was lost (R11).
    package var incarnation: String
    /// The kernel's boot id (R14).
    package var bootID: String
    package var lastSequence: Int64
    package var configVersion: Int64
    /// ``ConfigDigest`` of the jobs in force there.
    package var configDigest: String
    /// Orders for fires before this are refused there (R10).
    package var floor: Timestamp
    package var version: String
    package var hostname: String
    package var operatingSystem: String
    /// The agent's boot clock when it sent this; microseconds.
    package var sentAt: Int64
    /// Highest report the agent knows to be durable on a server; nil from an agent of the first version.
    package var acknowledgedSequence: Int64?
    /// The agent can send every report above this again, acknowledged or not; nil from an agent of the first version.
    package var outboxBase: Int64?
    /// ``ConfigDigest`` of what the jobs say; empty from an agent of the first version.
    package var contentDigest: String
    /// Drawn at each start of the program: what tells a copied agent from the agent itself (R14).
    ///
    /// Empty from agents that are too old to have one.
    package var startID: String
    /// The host's machine-id(5); empty when it has none.
    package var machineID: String
    /// What the host's agent says of it (`--label`); see ``HostLabels``.
    package var labels: [String: String]
    /// ``RulesDigest`` of the zone rules in force there; nil from an agent that knows its own zone files only (R12).
    package var rulesDigest: String?
    /// Kinds of jobs that the host carries out, in the order of their names; empty from agents that do not say.
    package var executors: [String]
    /// What its agent can do that earlier ones could not, in words of ``HostFeature``.
    package var features: [String]
    /// ``SchedulerState/revision`` in force there; nil from an agent that cannot be told to stand still.
    package var schedulerRevision: Int64?
    /// ``HostMaintenance/revision`` in force there; nil from an agent that knows of no maintenance.
    package var maintenanceRevision: Int64?
    /// The id of the key that all definitions there are signed by; empty where they are not, nil from an agent that checks none.
    package var signedBy: String?

    package init(
        agent: AgentID,
        incarnation: String,
        bootID: String,
        lastSequence: Int64,
        configVersion: Int64,
        configDigest: String,
        floor: Timestamp,
        version: String,
        hostname: String,
        operatingSystem: String,
        sentAt: Int64,
        acknowledgedSequence: Int64? = nil,
        outboxBase: Int64? = nil,
        contentDigest: String = "",
        startID: String = "",
        machineID: String = "",
        labels: [String: String] = [:],
        rulesDigest: String? = nil,
        executors: [String] = [],
        features: [String] = [],
        schedulerRevision: Int64? = nil,
        maintenanceRevision: Int64? = nil,
        signedBy: String? = nil
    ) {
        self.signedBy = signedBy
        self.agent = agent
        self.incarnation = incarnation
        self.bootID = bootID
        self.lastSequence = lastSequence
        self.configVersion = configVersion
        self.configDigest = configDigest
        self.floor = floor
        self.version = version
        self.hostname = hostname
        self.operatingSystem = operatingSystem
        self.sentAt = sentAt
        self.acknowledgedSequence = acknowledgedSequence
        self.outboxBase = outboxBase
        self.contentDigest = contentDigest
        self.startID = startID
        self.machineID = machineID
        self.labels = labels
        self.rulesDigest = rulesDigest
        self.executors = executors
        self.features = features
        self.schedulerRevision = schedulerRevision
        self.maintenanceRevision = maintenanceRevision
    }
}

/// A sign of life every 15 s (S1-NFR-P5).
package struct Heartbeat: Hashable, Sendable {
    package var configVersion: Int64
    package var running: [ExecutionID]
    /// The agent's boot clock when it sent this; microseconds.
    package var sentAt: Int64

    /// What keeps the host from starting anything, in words; nil when nothing does.
    package var trouble: String?

    /// Zones of its jobs that the host's own files lack, or know otherwise than the server (R12).
    package var foreignZones: [String]
    /// Jobs whose fires it leaves to the server, because their plan came out otherwise there (R12).
    package var orderedJobs: [JobUID]
    /// ``SchedulerState/revision`` in force; nil from an agent that cannot be told to stand still.
    package var schedulerRevision: Int64?
    /// ``HostMaintenance/revision`` in force; nil from an agent that knows of no maintenance.
    package var maintenanceRevision: Int64?
    /// Its disk and its clock; nil from an agent that does not say.
    package var condition: HostCondition?
    /// Tenths of the load of the last minute for each processor; nil when the host does not say.
    package var load: Int?
    /// Why it did not take an authority that it was told of; nil when it took all.
    package var authorityRefusal: AuthorityRefusal?

    /// The most zones, and the most jobs, that one names.
    package static let listLimit = 256

    package init(
        configVersion: Int64,
        running: [ExecutionID],
        sentAt: Int64,
        trouble: String? = nil,
        foreignZones: [String] = [],
        orderedJobs: [JobUID] = [],
        schedulerRevision: Int64? = nil,
        maintenanceRevision: Int64? = nil,
        condition: HostCondition? = nil,
        load: Int? = nil,
        authorityRefusal: AuthorityRefusal? = nil
    ) {
        self.authorityRefusal = authorityRefusal
        self.load = load
        self.configVersion = configVersion
        self.running = running
        self.sentAt = sentAt
        self.trouble = trouble
        self.foreignZones = foreignZones
        self.orderedJobs = orderedJobs
        self.schedulerRevision = schedulerRevision
        self.maintenanceRevision = maintenanceRevision
        self.condition = condition
    }
}

/// Which systemd an agent can reach.
package enum ServiceManagerKind: String, Hashable, Sendable {
    /// The host's own, of an agent that is root.
    case system
    /// That of the agent's user.
    case user
}

/// What a host's agent says that it can do.
package enum HostFeature {
    /// It holds slots by leases (`semantics.md` 5).
    package static let leases = "leases"
    /// Each attempt has a control group (cgroup v2) of its own, by which all that it starts is found and ended.
    package static let groups = "cgroup"
    private static let controller = "cgroup."

    /// The words for a host with such groups, and what these can limit: `memory`, `cpu`, `pids`.
    package static func groups(with controllers: [String]) -> [String] {
        [self.groups] + controllers.map { self.controller + $0 }
    }

    /// What control groups are good for on a host, `kill` first; empty for one that has none.
    package static func groupUses(in features: [String]) -> [String] {
        guard features.contains(self.groups) else { return [] }
        return ["kill"]
            + features.compactMap { $0.hasPrefix(self.controller) ? String($0.dropFirst(self.controller.count)) : nil }
    }
    /// It looks for files that start tasks (T4).
    package static let files = "files"
    private static let managerPrefix = "systemd."

    /// The word for a host whose scripts can run in units of systemd.
    package static func manager(_ kind: ServiceManagerKind) -> String { self.managerPrefix + kind.rawValue }

    /// Whose units a host's scripts can run in; nil for one without, or whose agent does not know of them.
    package static func manager(in features: [String]) -> ServiceManagerKind? {
        features.lazy.compactMap { $0.hasPrefix(self.managerPrefix) ? $0.dropFirst(self.managerPrefix.count) : nil }
            .compactMap { ServiceManagerKind(rawValue: String($0)) }.first
    }
}
