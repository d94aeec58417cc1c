// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// What a fire has to know of a job, kept in memory between transactions.
///
/// Right because one process owns the file: every change of a job, a group or a membership tells the catalog within its
/// own transaction, on the one connection that also fires. Entries are only read from committed state, since a
/// transaction that fires changes nothing that is cached here.
struct JobCatalog: Sendable {
    struct Entry: Sendable {
        let id: JobID
        let uid: JobUID
        let version: Int64
        let name: String
        /// Ascending.
        let groups: [GroupID]
    }

    private var entries = GenerationCache<JobUID, Entry>(capacity: 20_000)
    /// Agents by the groups that reach them; few distinct sets are in use.
    private var targets = GenerationCache<[GroupID], [AgentID]>(capacity: 256)

    mutating func entry(_ uid: JobUID, _ db: Database) throws -> Entry? {
        if let entry = self.entries.value(uid) { return entry }
        guard let entry = try JobTable(db).catalogEntry(uid) else { return nil }
        self.entries.insert(entry, for: uid)
        return entry
    }

    mutating func agents(of entry: Entry, _ db: Database) throws -> [AgentID] {
        if let agents = self.targets.value(entry.groups) { return agents }
        let agents = try AgentTable(db).agents(inAnyOf: entry.groups)
        self.targets.insert(agents, for: entry.groups)
        return agents
    }

    mutating func jobChanged(_ uid: JobUID) { self.entries.remove(uid) }

    mutating func membershipsChanged() { self.targets.removeAll() }
}
