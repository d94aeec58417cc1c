// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Runs that go over their hosts in waves (P8).
extension RunService {
    /// How far a run has come, of what the principal may see of it; nil for a run without waves.
    package func rollout(of id: RunID, as principal: Principal) async throws -> RolloutNote? {
        let scope = try principal.require(.executionsRead)
        guard let store = self.store as? any WaveStore, let note = try await store.rollout(of: id) else { return nil }
        guard scope != .all else { return note }
        let visible = try await self.store.visible(note.wave.keys.sorted(), in: scope)
        return RolloutNote(
            rollout: note.rollout,
            wave: note.wave.filter { visible.contains($0.key) },
            status: note.status.filter { visible.contains($0.key) }
        )
    }

    /// Holds, continues or stops the waves of a run.
    ///
    /// To begin what was held is to run it, and to stop it is to cancel what has not begun: each needs that right on all of the
    /// task's groups.
    package func steer(_ id: RunID, _ wish: WaveWish, as principal: Principal) async throws -> RolloutNote {
        let permission: Permission = wish == .resume ? .jobsRun : .executionsCancel
        try principal.require(permission)
        let summary = try await self.get(id, as: principal)
        if let job = try await self.store.job(uid: summary.run.jobUID) {
            try principal.require(
                permission,
                onAll: job.definition.groups,
                visible: principal.scope(of: .groupsRead)
            )
        }
        guard let store = self.store as? any WaveStore else { throw StoreFault.noWaveLeft }
        // There is a run: that it has no waves is no reason to say that there is none.
        guard try await store.rollout(of: id) != nil else { throw StoreFault.withoutWaves(id) }
        let (_, changed) = try await store.steer(id, wish, by: principal.change(at: self.executions.clock.now))
        if !changed.isEmpty { self.executions.bus.publish(.executionsChanged(changed)) }
        guard let note = try await self.rollout(of: id, as: principal) else { throw StoreFault.withoutWaves(id) }
        return note
    }

    /// The hosts that a repeated run is for, where it went in waves: those that failed, and those whose wave never began.
    ///
    /// - Returns: nil where all of them are meant.
    func unfinished(_ executions: [Execution], of id: RunID) async throws -> Set<AgentID>? {
        guard let store = self.store as? any WaveStore, try await store.rollout(of: id) != nil else { return nil }
        let left = Set(executions.filter { $0.status != .success }.map(\.agentID))
        return left.isEmpty ? nil : left
    }
}
