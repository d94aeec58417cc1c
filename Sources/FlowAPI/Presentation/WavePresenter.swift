// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// How far a run in waves has come.
enum WavePresenter {
    static func json(_ note: RolloutNote?) -> JSON {
        guard let note else { return .null }
        let rollout = note.rollout
        let (zh, en) = rollout.text
        return .object([
            .init("phase", rollout.phase.rawValue), .init("wave", rollout.opened), .init("waves", rollout.count),
            .init("wave_began_at", rollout.openedAt), .init("next_at", rollout.nextAt),
            .init("held_by", rollout.heldBy), .init("text", JSON.object([.init("zh", zh), .init("en", en)])),
            .init("list", self.list(note)),
        ])
    }

    private static func list(_ note: RolloutNote) -> [JSON] {
        var counts: [Int: [ExecutionStatus: Int]] = [:]
        var ids: [Int: [ExecutionID]] = [:]
        for (id, wave) in note.wave {
            if let status = note.status[id] { counts[wave, default: [:]][status, default: 0] += 1 }
            ids[wave, default: []].append(id)
        }
        return note.rollout.sizes.enumerated().map { index, size in
            let wave = index + 1
            let units = ExecutionStatus.allCases.map {
                JSON.Member($0.name.lowercased(), counts[wave]?[$0] ?? 0)
            }
            return .object([
                .init("wave", wave), .init("hosts", size), .init("units", JSON.object(units)),
                .init("executions", (ids[wave] ?? []).sorted().prefix(self.shown).map { "\($0)" }),
            ])
        }
    }

    /// Executions of a wave that are named.
    private static let shown = 100
}
