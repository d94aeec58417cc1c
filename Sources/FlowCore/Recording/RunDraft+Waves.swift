// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension RunDraft {
    /// The same run with hosts that wait for their waves: nobody gets an order yet.
    ///
    /// The hosts are those of this moment, in the order of their ids behind those that the placement names first; who joins later
    /// is not among them. Identifiers are those of a run that goes to each host at once.
    ///
    /// - Returns: no rollout where nothing is to begin.
    package func inWaves(
        _ waves: Waves,
        first: [AgentID]
    ) -> (draft: RunDraft, rollout: WaveRollout?, wave: [ExecutionID: Int]) {
        let waiting = self.executions.filter { !$0.status.isTerminal }
        let ranks = Dictionary(zip(first, first.indices)) { first, _ in first }
        let sorted = waiting.sorted { one, other in
            let (left, right) = (ranks[one.agentID] ?? first.count, ranks[other.agentID] ?? first.count)
            return left != right ? left < right : one.agentID < other.agentID
        }
        let rollout = WaveRollout(waves, hosts: sorted.count, latestStart: self.deadline)
        let wave = Dictionary(zip(sorted.map(\.id), rollout.waveOfEach)) { first, _ in first }
        var executions = self.executions
        for index in executions.indices {
            guard let number = wave[executions[index].id] else { continue }
            executions[index].reason = .waitingWave
            executions[index].detail = WaveRollout.waiting(for: number, of: rollout.count).en
        }
        let draft = self.with(executions, ordered: [])
        return (draft, wave.isEmpty ? nil : rollout, wave)
    }
}
