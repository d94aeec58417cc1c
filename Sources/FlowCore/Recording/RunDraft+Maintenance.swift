// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension RunDraft {
    /// The same without starts on hosts in maintenance: what they would have run is recorded as skipped, with the reason.
    ///
    /// Fires are theirs to account for when it is over, and what the server places goes elsewhere.
    package func sparing(_ maintained: [AgentID: MaintenancePeriod]) -> RunDraft {
        guard self.kind != .cron, !maintained.isEmpty else { return self }
        var spared = self.executions
        for index in spared.indices where !spared[index].status.isTerminal {
            guard let period = maintained[spared[index].agentID] else { continue }
            spared[index].status = .skipped
            spared[index].reason = .maintenance
            spared[index].detail = period.text.en
        }
        return self.with(spared, ordered: self.ordered.filter { maintained[$0] == nil })
    }

    /// Whether nothing of it starts, for one and the same reason.
    package func isRefused(because reason: ExecutionReason) -> Bool {
        !self.executions.isEmpty && self.executions.allSatisfy { $0.status.isTerminal && $0.reason == reason }
    }

    /// Hosts that it names, or all that it reaches, if none of those may start anything: then it is refused and not recorded.
    ///
    /// - Parameter named: whether somebody chose these hosts.
    package func refusal(
        during maintained: [AgentID: MaintenancePeriod],
        named: Bool
    ) -> (agent: AgentID, period: MaintenancePeriod)? {
        let hosts = self.wanted ?? self.executions.map(\.agentID)
        let resting = hosts.filter { maintained[$0] != nil }
        guard let first = resting.first, let period = maintained[first], named || resting.count == hosts.count else {
            return nil
        }
        return (first, period)
    }
}
