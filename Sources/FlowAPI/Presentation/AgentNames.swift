// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// What hosts are called, remembered for a short while so that a page of history costs no query per row.
actor AgentNames {
    private struct Entry {
        let name: String?
        let at: ContinuousClock.Instant
    }

    private let agents: AgentService
    private var entries: [AgentID: Entry] = [:]

    init(agents: AgentService) { self.agents = agents }

    func names(of ids: some Sequence<AgentID>, as principal: Principal) async throws -> [AgentID: String] {
        var result: [AgentID: String] = [:]
        let now = ContinuousClock.now
        // Ids come from history, which outlives hosts: the table must not grow with it.
        if self.entries.count > 50_000 { self.entries.removeAll() }
        for id in Set(ids) {
            if let entry = self.entries[id], now - entry.at < .seconds(30) {
                result[id] = entry.name
                continue
            }
            let name = try await self.agents.name(of: id, as: principal)
            self.entries[id] = Entry(name: name, at: now)
            result[id] = name
        }
        return result
    }

    /// Where a host is, or was last seen; of one execution, so nothing is remembered.
    func address(of id: AgentID, as principal: Principal) async throws -> String? {
        try await self.agents.address(of: id, as: principal)
    }
}
