// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB
import Synchronization

extension SQLiteStore {
    package func createGroup(
        name: String,
        description: String,
        tags: [String],
        at now: Timestamp
    ) async throws -> Group {
        try await self.write("create_group") { db in
            let groups = GroupTable(db)
            if let other = try groups.find(named: name) { throw StoreFault.groupNameTaken(name, by: other.id) }
            let group = try groups.insert(name: name, description: description, tags: tags, at: now)
            try ConfigTable(db).raiseVersion()
            return group
        }
    }

    package func updateGroup(
        _ id: GroupID,
        name: String,
        description: String,
        tags: [String],
        at now: Timestamp
    ) async throws -> Group {
        try await self.write("update_group") { db in
            let groups = GroupTable(db)
            var group = try groups.require(id)
            guard !group.isBuiltIn else { throw StoreFault.builtInGroup("changed") }
            if let other = try groups.find(named: name), other.id != id {
                throw StoreFault.groupNameTaken(name, by: other.id)
            }
            group.name = name
            group.description = description
            group.tags = tags
            group.updatedAt = now
            try groups.update(group)
            try ConfigTable(db).raiseVersion()
            return group
        }
    }

    package func deleteGroup(_ id: GroupID) async throws {
        try await self.write("delete_group") { db in
            let groups = GroupTable(db)
            let group = try groups.require(id)
            guard !group.isBuiltIn else { throw StoreFault.builtInGroup("deleted") }
            let bound = try groups.boundJobs(id, limit: 5)
            guard bound.count == 0 else { throw StoreFault.groupInUse(group, jobs: bound.first, count: bound.count) }
            try groups.delete(id)
            try ConfigTable(db).raiseVersion()
            self.catalog.withLock { $0.membershipsChanged() }
        }
    }

    package func group(_ id: GroupID) async throws -> Group? {
        try await self.read { db in try GroupTable(db).find(id) }
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

    package func agents(in group: GroupID) async throws -> [Agent] {
        try await self.read { db in
            _ = try GroupTable(db).require(group)
            return try AgentTable(db).members(of: group)
        }
    }

    package func addAgents(_ agents: [AgentID], to group: GroupID) async throws {
        try await self.write("add_agents") { db in
            let groups = GroupTable(db)
            _ = try groups.require(group)
            for agent in agents {
                guard try AgentTable(db).find(agent) != nil else { throw StoreFault.noAgent(agent) }
                try groups.add(agent, to: group)
            }
            try ConfigTable(db).raiseVersion()
            self.catalog.withLock { $0.membershipsChanged() }
        }
    }

    package func removeAgents(_ agents: [AgentID], from group: GroupID) async throws {
        try await self.write("remove_agents") { db in
            let groups = GroupTable(db)
            guard try !groups.require(group).isBuiltIn else { throw StoreFault.builtInGroup("left") }
            for agent in agents { try groups.remove(agent, from: group) }
            try ConfigTable(db).raiseVersion()
            self.catalog.withLock { $0.membershipsChanged() }
        }
    }

    package func groups(of agent: AgentID) async throws -> [Group] {
        try await self.read { db in try GroupTable(db).groups(of: agent) }
    }
}
