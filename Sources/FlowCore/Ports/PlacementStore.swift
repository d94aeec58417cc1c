// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Slots of runs that the server places (`semantics.md` 5, P5).
package protocol PlacementStore: Sendable {
    /// Slots that wait for a host or that one has, oldest first; at most `limit` of those behind one.
    func openSlots(after: ExecutionID?, limit: Int) async throws -> [OpenSlot]

    /// Goes on with what is due of these jobs, in one transaction: takes slots from hosts that have lost them, decides which
    /// runs may begin, and gives slots that wait to hosts.
    ///
    /// A slot is given by compare-and-set on having no host: whoever is wrong about whose work it is gives nothing twice.
    func place(_ facts: PlacementFacts, at now: Timestamp) async throws -> PlacementRound

    /// Why a slot is where it is; nil for an execution that nobody placed.
    func placement(of execution: ExecutionID) async throws -> PlacementNote?

    /// Which slots of a run its executions have; none where nobody placed it.
    func slots(of run: RunID) async throws -> [ExecutionID: SlotMark]

    /// What an execution has handed on.
    func outputs(of execution: ExecutionID) async throws -> [String: String]

    /// Where a run of a job that began now would go, one record for each slot; nothing is changed.
    func preview(_ job: Job, _ hosts: [AgentID: PlacementHost], at now: Timestamp) async throws -> [PlacementRecord]
}

extension PlacementStore {
    /// The first ones.
    package func openSlots(limit: Int) async throws -> [OpenSlot] { try await self.openSlots(after: nil, limit: limit) }

    /// All of them, read in pages: what can't go on hides nothing behind it.
    package func allOpenSlots(page: Int) async throws -> [OpenSlot] {
        var slots: [OpenSlot] = []
        while true {
            let found = try await self.openSlots(after: slots.last?.execution, limit: page)
            slots += found
            guard found.count == page else { return slots }
        }
    }
}

/// A slot that has not ended.
package struct OpenSlot: Hashable, Sendable {
    package let execution: ExecutionID
    package let jobUID: JobUID
    /// Nil while it waits.
    package let agent: AgentID?
    package let placedAt: Timestamp?
    package let leaseSeconds: Int
    /// Its execution has ended: there is nothing to hold any more.
    package let isEnded: Bool

    package init(
        execution: ExecutionID,
        jobUID: JobUID,
        agent: AgentID?,
        placedAt: Timestamp?,
        leaseSeconds: Int,
        isEnded: Bool
    ) {
        self.execution = execution
        self.jobUID = jobUID
        self.agent = agent
        self.placedAt = placedAt
        self.leaseSeconds = leaseSeconds
        self.isEnded = isEnded
    }
}

/// Which slot of its run an execution has: what tells two of them on one host apart.
package struct SlotMark: Hashable, Sendable {
    /// From 0.
    package let index: Int
    package let total: Int
    /// What a shard of named shards is for.
    package let item: String?

    package init(index: Int, total: Int, item: String?) {
        self.index = index
        self.total = total
        self.item = item
    }
}

/// What a connected host is like.
package struct PlacementHost: Hashable, Sendable {
    package let lastHeard: Timestamp
    package let executors: [String]
    package let knowsLeases: Bool
    /// Tenths of the load of the last minute for each processor; nil when the host does not say.
    package let load: Int?

    package init(lastHeard: Timestamp, executors: [String], knowsLeases: Bool, load: Int? = nil) {
        self.load = load
        self.lastHeard = lastHeard
        self.executors = executors
        self.knowsLeases = knowsLeases
    }

    /// A host that was not heard of for so long is given nothing; milliseconds.
    package static let patience: Int64 = 35_000
}

/// What a round goes by.
package struct PlacementFacts: Sendable {
    package let hosts: [AgentID: PlacementHost]
    /// Slots to go on with; others are another server's.
    package let waiting: Set<ExecutionID>
    /// Slots whose hosts have lost them.
    package let lost: Set<ExecutionID>
    /// Slots whose executions have ended.
    package let ended: Set<ExecutionID>

    package init(
        hosts: [AgentID: PlacementHost],
        waiting: Set<ExecutionID>,
        lost: Set<ExecutionID>,
        ended: Set<ExecutionID>
    ) {
        self.hosts = hosts
        self.waiting = waiting
        self.lost = lost
        self.ended = ended
    }

    package var isEmpty: Bool { self.waiting.isEmpty && self.lost.isEmpty && self.ended.isEmpty }
}

/// What a round did.
package struct PlacementRound: Sendable {
    package var orders: [AgentID: [Order]] = [:]
    package var changed: [Execution] = []
    /// What hosts are to stop, and whether at once.
    package var cancels: [Cancel] = []

    package struct Cancel: Hashable, Sendable {
        package let execution: ExecutionID
        package let agent: AgentID
        package let force: Bool

        package init(execution: ExecutionID, agent: AgentID, force: Bool) {
            self.execution = execution
            self.agent = agent
            self.force = force
        }
    }

    package init() {}
}

/// Why a slot is where it is.
package struct PlacementNote: Hashable, Sendable {
    package let slot: PlacementSlot
    /// The last choice; nil before the first.
    package let record: PlacementRecord?
    package let placedAt: Timestamp?
    /// Set once it was taken from its host.
    package let movedTo: ExecutionID?

    package init(slot: PlacementSlot, record: PlacementRecord?, placedAt: Timestamp?, movedTo: ExecutionID?) {
        self.slot = slot
        self.record = record
        self.placedAt = placedAt
        self.movedTo = movedTo
    }
}
