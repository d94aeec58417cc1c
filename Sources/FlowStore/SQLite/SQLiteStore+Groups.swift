// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

extension SQLiteStore {
    package func createGroup(
        name: String,
        description: String,
        tags: [String],
        by change: Change
    ) async throws -> Group {
        try await self.write("create_group") { db in
            let groups = GroupTable(db)
            if try groups.find(named: name) != nil { throw StoreFault.groupNameTaken(name) }
            let group = try groups.insert(name: name, description: description, tags: tags, at: change.at)
            try ConfigTable(db).raiseVersion()
            try AuditTable(db).record(
                change,
                .groupCreate,
                AuditObject(group),
                groups: [group.id],
                after: GroupAudit(group)
            )
            return group
        }
    }

    package func updateGroup(
        _ id: GroupID,
        name: String,
        description: String,
        tags: [String],
        by change: Change
    ) async throws -> Group {
        try await self.write("update_group") { db in
            let groups = GroupTable(db)
            var group = try groups.require(id)
            guard !group.isBuiltIn else { throw StoreFault.builtInGroup("changed") }
            if let other = try groups.find(named: name), other.id != id {
                throw StoreFault.groupNameTaken(name)
            }
            let before = group
            group.name = name
            group.description = description
            group.tags = tags
            group.updatedAt = change.at
            try groups.update(group)
            try ConfigTable(db).raiseVersion()
            try AuditTable(db).record(
                change,
                .groupUpdate,
                AuditObject(group),
                groups: [id],
                before: GroupAudit(before),
                after: GroupAudit(group)
            )
            return group
        }
    }

    package func deleteGroup(_ id: GroupID, by change: Change) async throws {
        try await self.write("delete_group") { db in
            let groups = GroupTable(db)
            let group = try groups.require(id)
            guard !group.isBuiltIn else { throw StoreFault.builtInGroup("deleted") }
            let bound = try groups.boundJobs(id, limit: 5)
            guard bound.count == 0 else { throw StoreFault.groupInUse(group, jobs: bound.first, count: bound.count) }
            if let name = try WorkflowTable(db).first(inGroup: id) {
                throw CoreError(
                    .inUse,
                    "Group '\(group.name)' is one of the workflow '\(name)'. Take it out of the workflow first."
                )
            }
            if let rule = try ConfigTable(db).groupRules().firstIndex(where: { $0.group == id }) {
                throw StoreFault.groupHasRule(group, number: rule + 1)
            }
            try groups.delete(id)
            try AuditTable(db).record(
                change,
                .groupDelete,
                AuditObject(group),
                groups: [id],
                before: GroupAudit(group)
            )
            try ConfigTable(db).raiseVersion()
            self.targets.withLock { $0.membershipsChanged() }
        }
    }

    package func group(_ id: GroupID) async throws -> Group? {
        try await self.readFew { db in try GroupTable(db).find(id) }
    }

    package func group(named name: String) async throws -> Group? {
        try await self.read { db in try GroupTable(db).find(named: name) }
    }

    package func groups() async throws -> [GroupSummary] {
        try await self.read { db in
            let groups = GroupTable(db)
            let members = try groups.members()
            let counts = try groups.jobCounts()
            return try groups.all().map { group in
                GroupSummary(group: group, agents: members[group.id] ?? [], jobCount: counts[group.id] ?? 0)
            }
        }
    }

    package func groupNames() async throws -> [GroupID: String] {
        try await self.readFew { db in try GroupTable(db).names() }
    }

    package func agents(in group: GroupID) async throws -> [Agent] {
        try await self.read { db in
            _ = try GroupTable(db).require(group)
            return try AgentTable(db).members(of: group)
        }
    }

    package func addAgents(_ agents: [AgentID], to group: GroupID, by change: Change) async throws {
        try await self.write("add_agents") { db in
            let groups = GroupTable(db)
            let found = try groups.require(group)
            var added: [AgentID] = []
            for agent in agents {
                guard try AgentTable(db).find(agent) != nil else { throw StoreFault.noAgent(agent) }
                if try groups.add(agent, to: group, at: change.at) { added.append(agent) }
            }
            try AuditTable(db).record(
                change,
                .groupAdd,
                AuditObject(found),
                groups: [group],
                after: MembersAudit(clients: added)
            )
            try ConfigTable(db).raiseVersion(agents: added)
            self.targets.withLock { $0.membershipsChanged() }
        }
    }

    package func removeAgents(
        _ agents: [AgentID],
        from group: GroupID,
        by change: Change
    ) async throws -> [Execution] {
        try await self.write("remove_agents") { db in
            let groups = GroupTable(db)
            let found = try groups.require(group)
            guard !found.isBuiltIn else { throw StoreFault.builtInGroup("left") }
            var removed: [AgentID] = []
            for agent in agents where try groups.remove(agent, from: group, at: change.at) { removed.append(agent) }
            try AuditTable(db).record(
                change,
                .groupRemove,
                AuditObject(found),
                groups: [group],
                before: MembersAudit(clients: removed)
            )
            try ConfigTable(db).raiseVersion(agents: removed)
            self.targets.withLock { $0.membershipsChanged() }
            return try self.endUnreached(of: removed, at: change.at, db)
        }
    }

    /// Ends what waits for hosts that are none of their jobs' any more.
    private func endUnreached(of agents: [AgentID], at now: Timestamp, _ db: Database) throws -> [Execution] {
        for agent in agents { try OwedTable(db).endUnreached(of: agent, at: now) }
        let pending = try agents.flatMap { try ExecutionTable(db).open(.pending, of: $0) }
        var changes = RecordChanges()
        for (id, executions) in Dictionary(grouping: pending, by: \.jobID).sorted(by: { $0.key < $1.key }) {
            guard let job = try JobTable(db).find(id) else { continue }
            let targets = try AgentTable(db).agents(inAnyOf: job.definition.groups)
            changes.end(executions, by: Obsolescence(of: job, on: targets), at: now)
        }
        try RecordWriter(db: db, snapshots: self.snapshots).save(changes)
        return changes.changed
    }

    package func groups(of agent: AgentID) async throws -> [Group] {
        try await self.read { db in try GroupTable(db).groups(of: agent) }
    }
}
