// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// On which hosts of its groups a job runs (P1 to P8).
package struct Placement: Hashable, Sendable, Codable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// On each host: agents fire by themselves, whether a server is there or not, unless it goes in waves.
        case each
        /// On one host.
        case oneOf = "one_of"
        /// On several different hosts.
        case nOf = "n_of"
        /// In parts, each on whatever host is there.
        case sharded
        /// On each host that is a member when the run begins, each with a number of its own (P4).
        case broadcast
    }

    package var kind: Kind
    /// How the host of a slot is found; shards go by PlacementStrategy/consistentHash, spread evenly.
    package var strategy: PlacementStrategy
    /// Hosts of `n_of`, shards of `sharded` without items.
    package var count: Int?
    /// What each shard is handed, in order; nil = nothing but its number.
    package var items: [String]?
    /// Hosts in the order in which `failover` tries them, or in which waves begin; others of the groups come after them.
    package var order: [AgentID]
    /// LabelSelector that a host has to fit; nil = any.
    package var selector: String?
    /// Hosts that are never chosen.
    package var exclude: [AgentID]
    /// What `consistent_hash` goes by; nil = the job itself, so that it keeps to one host.
    package var hashKey: String?
    /// How long a host may hold a slot without having heard of the server; seconds.
    package var leaseSeconds: Int
    /// Whether a host ends what it runs when its lease is over.
    package var isFenced: Bool
    /// How `each` goes over its hosts; nil = all at once, by themselves.
    package var waves: Waves?
    /// Of a run over the items of a list; nil for all others.
    package var map: MapSlots?

    package init(
        kind: Kind = .each,
        strategy: PlacementStrategy = .leastRunning,
        count: Int? = nil,
        items: [String]? = nil,
        order: [AgentID] = [],
        selector: String? = nil,
        exclude: [AgentID] = [],
        hashKey: String? = nil,
        leaseSeconds: Int = Placement.standardLease,
        isFenced: Bool = true,
        waves: Waves? = nil,
        map: MapSlots? = nil
    ) {
        self.kind = kind
        self.strategy = strategy
        self.count = count
        self.items = items
        self.order = order
        self.selector = selector
        self.exclude = exclude
        self.hashKey = hashKey
        self.leaseSeconds = leaseSeconds
        self.isFenced = isFenced
        self.waves = waves
        self.map = map
    }

    package static let standardLease = 30
    package static let leaseRange = 6...3600
    /// Shards of a run, and hosts of one.
    package static let slotRange = 1...1000
    /// Bytes of one item.
    package static let itemLimit = 1024
    /// Hosts that are named in one list.
    package static let hostLimit = 1000
    /// After a lease has ended a slot is given to nobody for so long; milliseconds (`semantics.md` 5).
    package static let margin: Int64 = 10_000
    /// A host trusts its lease for so much less than the server grants; milliseconds.
    package static let trustMargin: Int64 = 3000

    /// Whether the server decides where it runs, so that no agent fires it by itself.
    package var isCoordinated: Bool { self.hasSlots || self.waves != nil }

    /// Whether a run has places, and the server chooses the hosts that take them.
    package var hasSlots: Bool { self.kind != .each }

    /// Whether each of its slots is told which part of how many it is.
    package var isSharded: Bool { self.kind == .sharded || self.kind == .broadcast }

    /// Whether it may go to a host, as far as that does not change by the minute.
    package func admits(_ agent: AgentID, labels: [String: String]) -> Bool {
        guard !self.exclude.contains(agent) else { return false }
        guard let selector = self.selector.flatMap({ try? LabelSelector($0) }) else { return true }
        return selector.fits(labels)
    }

    /// Slots of one run; of a broadcast that is for the hosts to say.
    package var slots: Int {
        switch self.kind {
        case .each: 0
        case .oneOf, .broadcast: 1
        case .nOf: max(1, self.count ?? 1)
        case .sharded: max(1, self.items?.count ?? self.count ?? 1)
        }
    }
}

/// How one of several hosts is chosen (P2).
package enum PlacementStrategy: String, Codable, Sendable, CaseIterable {
    /// The one with the fewest executions, of all jobs.
    case leastRunning = "least_running"
    /// The one with the least load for each processor, and of those alike with the fewest executions.
    case leastLoad = "least_load"
    /// The first by its id.
    case first
    case random
    /// The next after the job's last choice.
    case roundRobin = "round_robin"
    /// Always the same while it is there, and few change when hosts come and go (rendezvous hashing).
    case consistentHash = "consistent_hash"
    /// Where the job last succeeded.
    case lastUsed = "last_used"
    /// The first of a list that is there.
    case failover

    /// In the words of people.
    package var words: (zh: String, en: String) {
        switch self {
        case .leastRunning: ("运行数最少", "least running")
        case .leastLoad: ("负载最低", "least load")
        case .first: ("排在最前", "first by id")
        case .random: ("随机", "random")
        case .roundRobin: ("轮询", "round robin")
        case .consistentHash: ("一致性哈希", "consistent hash")
        case .lastUsed: ("上次成功的主机", "last used")
        case .failover: ("按故障转移顺序", "failover order")
        }
    }
}

extension AgentID {
    /// Stands in the place of a host while none is chosen.
    package static let unplaced = AgentID("unplaced")!
}
