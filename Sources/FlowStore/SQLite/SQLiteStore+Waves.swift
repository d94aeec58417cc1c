// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: WaveStore {
    package func openRollouts() async throws -> [OpenRollout] {
        try await self.read { db in try WaveTable(db).open() }
    }

    package func roll(_ facts: WaveFacts, at now: Timestamp) async throws -> PlacementRound {
        try await self.write("roll") { db in
            var step = WaveStep(db: db, snapshots: self.snapshots, now: now, away: facts.away)
            for run in facts.runs { try step.roll(run) }
            return step.round
        }
    }

    package func rollout(of run: RunID) async throws -> RolloutNote? {
        try await self.read { db in try Self.note(of: run, db) }
    }

    package func steer(
        _ run: RunID,
        _ wish: WaveWish,
        by change: Change
    ) async throws -> (RolloutNote, changed: [Execution]) {
        try await self.write("steer") { db in
            let table = WaveTable(db)
            guard let stored = try table.find(run) else { throw StoreFault.withoutWaves(run) }
            var rollout = stored.rollout
            var step = WaveStep(db: db, snapshots: self.snapshots, now: change.at)
            let name = change.actor.name
            switch wish {
            case .hold: guard rollout.hold(by: name) else { throw StoreFault.noWaveLeft }
            case .resume: guard rollout.resume() else { throw StoreFault.wavesNotHeld }
            case .stop:
                guard rollout.end(by: name), let stop = rollout.stop else { throw StoreFault.noWaveLeft }
                let waiting = try ExecutionTable(db).of(run: run).filter(\.awaitsWave)
                try step.conclude(stop.inference, waiting)
            }
            if rollout != stored.rollout {
                try table.update(run, rollout)
                try AuditTable(db).record(
                    change,
                    .runWaves,
                    AuditObject("run", run.description, name: try RunTable(db).find(run)?.jobName),
                    groups: try JobTable(db).groups(of: stored.job),
                    after: WaveAudit(wish)
                )
            }
            guard let note = try Self.note(of: run, db) else { throw StoreFault.withoutWaves(run) }
            return (note, changed: step.round.changed)
        }
    }

    private static func note(of run: RunID, _ db: Database) throws -> RolloutNote? {
        guard let stored = try WaveTable(db).find(run) else { return nil }
        let executions = try ExecutionTable(db).of(run: run)
        return RolloutNote(
            rollout: stored.rollout,
            wave: try WaveTable(db).waves(of: run),
            status: Dictionary(executions.map { ($0.id, $0.status) }) { first, _ in first }
        )
    }
}
