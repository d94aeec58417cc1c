// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A host and the groups that rules give it and it is not in yet.
package struct RuleMove: Hashable, Sendable {
    package let agent: Agent
    package let groups: [GroupID]
}

// Rules that put hosts into groups (S1-FR-3.2). They are asked when a host joins, and again when people want it; they only
// ever add, because nobody could tell which membership a person wanted.

extension GroupService {
    package static let ruleLimit = 200
    /// Addresses, host names or labels of one rule.
    package static let conditionLimit = 100

    package func rules(as principal: Principal) async throws -> [GroupRule] {
        // Their order is one for all groups.
        try principal.requireEverywhere(.groupsRead)
        return try await self.store.groupRules()
    }

    package func setRules(_ rules: [GroupRule], as principal: Principal) async throws {
        try principal.requireEverywhere(.groupsWrite)
        try await self.validate(rules)
        try await self.store.setGroupRules(rules, by: principal.change(at: self.clock.now))
        self.bus.publish(.groupsChanged)
    }

    /// What applying would change: with the rules that are in force, or with others that are only thought of.
    package func preview(_ rules: [GroupRule]?, as principal: Principal) async throws -> [RuleMove] {
        try principal.requireEverywhere(.groupsRead)
        try principal.requireEverywhere(.agentsRead)
        guard let rules else { return try await self.moves(by: try await self.store.groupRules()) }
        try await self.validate(rules)
        return try await self.moves(by: rules)
    }

    /// Asks the rules about every host there is and adds what is missing.
    package func applyRules(as principal: Principal) async throws -> [RuleMove] {
        try principal.requireEverywhere(.groupsWrite)
        let moves = try await self.moves(by: try await self.store.groupRules())
        guard !moves.isEmpty else { return [] }
        try await self.store.addMemberships(
            Dictionary(uniqueKeysWithValues: moves.map { ($0.agent.id, $0.groups) }),
            by: principal.change(at: self.clock.now)
        )
        await self.membershipChanged()
        return moves
    }

    private func moves(by rules: [GroupRule]) async throws -> [RuleMove] {
        guard !rules.isEmpty else { return [] }
        let present = try await self.groupsOfHosts()
        return try await self.store.agents().compactMap { agent in
            let missing = GroupRule.groups(for: agent.traits, by: rules).filter {
                present[agent.id]?.contains($0) != true
            }
            return missing.isEmpty ? nil : RuleMove(agent: agent, groups: missing)
        }
    }

    private func validate(_ rules: [GroupRule]) async throws {
        var faults = FaultCollector()
        faults.require(rules.count <= Self.ruleLimit, "rules", "too_many", "at most \(Self.ruleLimit) rules")
        let groups = Set(try await self.store.groupNames().keys)
        for (index, rule) in rules.enumerated() {
            let path = "rules[\(index)]"
            faults.require(
                rule.group != Group.everyone && groups.contains(rule.group),
                "\(path).group_id",
                rule.group == Group.everyone ? "value" : "not_found",
                rule.group == Group.everyone
                    ? "every host is in 'all' already" : "there is no group \(rule.group)"
            )
            for (name, count) in [
                ("addresses", rule.addresses.count), ("hostnames", rule.hostnames.count),
                ("labels", rule.labels.count),
            ] {
                faults.require(
                    count <= Self.conditionLimit,
                    "\(path).\(name)",
                    "too_many",
                    "at most \(Self.conditionLimit) of a kind"
                )
            }
            for (name, value) in rule.labels.sorted(by: { $0.key < $1.key }) {
                if let fault = HostLabels.fault(name: name, value: value) {
                    faults.add("\(path).labels", "value", "'\(name)': \(fault)")
                }
            }
        }
        try faults.check("The rules cannot be saved")
    }
}
