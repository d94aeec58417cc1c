// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

extension SQLiteStore {
    package func groupRules() async throws -> [GroupRule] {
        try await self.read { db in try ConfigTable(db).groupRules() }
    }

    package func setGroupRules(_ rules: [GroupRule], by change: Change) async throws {
        try await self.write("set_group_rules") { db in
            let groups = GroupTable(db)
            for rule in rules {
                let group = try groups.require(rule.group)
                guard !group.isBuiltIn else { throw StoreFault.builtInGroup("filled by a rule") }
            }
            let before = try ConfigTable(db).groupRules()
            try ConfigTable(db).setGroupRules(rules)
            try AuditTable(db).record(
                change,
                .groupRules,
                AuditObject("group_rules", "all"),
                groups: (before + rules).map(\.group),
                before: before,
                after: rules
            )
        }
    }

    package func addMemberships(_ memberships: [AgentID: [GroupID]], by change: Change) async throws {
        try await self.write("add_memberships") { db in
            let groups = GroupTable(db)
            var added: [GroupID: [AgentID]] = [:]
            for (agent, wanted) in memberships.sorted(by: { $0.key < $1.key }) {
                guard try AgentTable(db).find(agent) != nil else { throw StoreFault.noAgent(agent) }
                for group in wanted {
                    _ = try groups.require(group)
                    if try groups.add(agent, to: group, at: change.at) { added[group, default: []].append(agent) }
                }
            }
            for (group, agents) in added.sorted(by: { $0.key < $1.key }) {
                try AuditTable(db).record(
                    change,
                    .groupAdd,
                    AuditObject(try groups.require(group)),
                    groups: [group],
                    after: MembersAudit(clients: agents)
                )
            }
            guard !added.isEmpty else { return }
            try ConfigTable(db).raiseVersion(agents: Set(added.values.joined()).sorted())
            self.targets.withLock { $0.membershipsChanged() }
        }
    }
}
