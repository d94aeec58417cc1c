// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Agents by the groups that reach them, kept in memory between transactions; few distinct sets are in use.
///
/// Right because every change of an agent or a membership tells the cache within its own transaction, on the one connection
/// that also fires; where other servers write, it is emptied before each group of fires. Entries are only read from committed state, since a transaction
/// that fires changes nothing that is cached here.
struct TargetCache: Sendable {
    private var targets = GenerationCache<String, [AgentID]>(capacity: 256)

    /// - Parameter groups: ids, ascending, as JSON: how schedules keep them.
    mutating func agents(inAnyOf groups: String, _ db: Database) throws -> [AgentID] {
        if let agents = self.targets.value(groups) { return agents }
        let agents = try AgentTable(db).agents(inAnyOf: groups)
        self.targets.insert(agents, for: groups)
        return agents
    }

    mutating func membershipsChanged() { self.targets.removeAll() }
}
