// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension PlacementStep {
    /// Nothing is held of these any more; of a run over a list the next items have their turn (W13).
    mutating func endSlots(_ ids: [ExecutionID]) throws {
        let table = PlacementTable(self.db)
        var maps: [RunID: (slots: MapSlots, ended: Int)] = [:]
        for id in ids {
            // Once for each slot: what has ended already has let the next one go.
            guard let slot = try table.find(id), let map = slot.placement.map, try table.isOpen(id) else { continue }
            maps[slot.run] = (map, (maps[slot.run]?.ended ?? 0) + 1)
        }
        try table.end(ids)
        for (run, map) in maps.sorted(by: { $0.key < $1.key }) {
            if map.slots.isFast, try self.hasFailed(run) {
                try self.dropKept(of: run)
                continue
            }
            let next = try table.kept(of: run, limit: map.ended)
            try table.release(next)
            for id in next {
                // It could not begin before.
                try ExecutionTable(self.db).setStartDeadline(StartDeadline.ofTrigger(at: self.now), of: id)
            }
        }
    }

    private func hasFailed(_ run: RunID) throws -> Bool {
        let tally = try RunTable(self.db).tally(of: run, withoutMoved: true)
        return (tally.counts[.failure] ?? 0) + (tally.counts[.timeout] ?? 0) > 0
    }

    private mutating func dropKept(of run: RunID) throws {
        let table = PlacementTable(self.db)
        let kept = try table.kept(of: run, limit: MapStep.itemRange.upperBound)
        guard !kept.isEmpty else { return }
        try table.endKept(kept)
        var changes = RecordChanges()
        changes.infer(.itemFailed, for: try ExecutionTable(self.db).find(kept), at: self.now)
        try RecordWriter(db: self.db, snapshots: self.snapshots).save(changes)
        self.round.changed += changes.changed
    }
}
