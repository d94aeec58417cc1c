// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: PlacementStore {
    package func openSlots(after: ExecutionID?, limit: Int) async throws -> [OpenSlot] {
        try await self.read { db in try PlacementTable(db).open(after: after, limit: limit) }
    }

    package func placement(of execution: ExecutionID) async throws -> PlacementNote? {
        try await self.read { db in try PlacementTable(db).note(of: execution) }
    }

    package func slots(of run: RunID) async throws -> [ExecutionID: SlotMark] {
        try await self.read { db in try PlacementTable(db).marks(in: run) }
    }

    package func outputs(of execution: ExecutionID) async throws -> [String: String] {
        try await self.read { db in try ExecutionOutputTable(db).of(execution) }
    }

    package func place(_ facts: PlacementFacts, at now: Timestamp) async throws -> PlacementRound {
        try await self.write("place") { db in
            var step = PlacementStep(db: db, snapshots: self.snapshots, facts: facts, now: now)
            try step.end(facts.ended)
            try step.takeBack(facts.lost)
            try step.place(facts.waiting)
            return step.round
        }
    }

    package func preview(
        _ job: Job,
        _ hosts: [AgentID: PlacementHost],
        at now: Timestamp
    ) async throws -> [PlacementRecord] {
        guard let placement = job.definition.placement, placement.isCoordinated else { return [] }
        let facts = PlacementFacts(hosts: hosts, waiting: [], lost: [], ended: [])
        return try await self.read { db in
            var step = PlacementStep(db: db, snapshots: self.snapshots, facts: facts, now: now)
            return try step.preview(job, placement)
        }
    }
}
