// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Runs that go over their hosts in waves (P8).
package protocol WaveStore: Sendable {
    /// Those that have not ended, oldest first.
    func openRollouts() async throws -> [OpenRollout]

    /// Goes on with these runs, in one transaction: begins waves, or stops them.
    ///
    /// Repeated, it does nothing further: a wave begins by the run's state, which the same transaction stores.
    func roll(_ facts: WaveFacts, at now: Timestamp) async throws -> PlacementRound

    /// How far a run has come, with the wave of each of its executions; nil for a run without waves.
    func rollout(of run: RunID) async throws -> RolloutNote?

    /// Does what somebody asks of a run's waves.
    ///
    /// - Throws: `conflict` when there is nothing to do it with.
    func steer(_ run: RunID, _ wish: WaveWish, by change: Change) async throws -> (RolloutNote, changed: [Execution])
}

package struct OpenRollout: Hashable, Sendable {
    package let run: RunID
    package let job: JobUID
    package let rollout: WaveRollout

    package init(run: RunID, job: JobUID, rollout: WaveRollout) {
        self.run = run
        self.job = job
        self.rollout = rollout
    }
}

/// What a look at runs in waves goes by.
package struct WaveFacts: Sendable {
    /// Others are another server's.
    package let runs: [RunID]
    package let away: @Sendable (AgentID) -> Bool

    package init(runs: [RunID], away: @escaping @Sendable (AgentID) -> Bool) {
        self.runs = runs
        self.away = away
    }
}

/// What somebody wants of a run's waves.
package enum WaveWish: String, Sendable, CaseIterable {
    /// No further one until ``resume``.
    case hold
    case resume = "continue"
    /// No further one at all.
    case stop
}

package struct RolloutNote: Hashable, Sendable {
    package let rollout: WaveRollout
    /// From 1.
    package let wave: [ExecutionID: Int]
    package let status: [ExecutionID: ExecutionStatus]

    package init(rollout: WaveRollout, wave: [ExecutionID: Int], status: [ExecutionID: ExecutionStatus]) {
        self.rollout = rollout
        self.wave = wave
        self.status = status
    }
}
