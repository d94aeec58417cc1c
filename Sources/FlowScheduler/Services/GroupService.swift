// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// Host groups and their members (S1-FR-3).
package struct GroupService: Sendable {
    let store: any Store
    let gateway: any AgentGateway
    let bus: EventBus
    let clock: any WallClock

    package init(store: any Store, gateway: any AgentGateway, bus: EventBus, clock: any WallClock) {
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
    }

    package func list(as principal: Principal) async throws -> [GroupSummary] {
        let scope = try principal.require(.groupsRead)
        return try await self.store.groups().filter { scope.contains($0.group.id) }
    }

    /// What those groups are called that whoever asks may see.
    package func names(as principal: Principal) async throws -> [GroupID: String] {
        let scope = try principal.require(.groupsRead)
        return try await self.store.groupNames().filter { scope.contains($0.key) }
    }

    package func create(
        name: String,
        description: String,
        tags: [String],
        as principal: Principal
    ) async throws -> Group {
        try principal.requireEverywhere(.groupsWrite)
        try Self.validate(name: name, description: description, tags: tags)
        let group = try await self.store.createGroup(
            name: name,
            description: description,
            tags: tags,
            by: principal.change(at: self.clock.now)
        )
        self.bus.publish(.groupsChanged)
        return group
    }

    package func update(
        _ id: GroupID,
        name: String,
        description: String,
        tags: [String],
        as principal: Principal
    ) async throws -> Group {
        try await self.requireChangeable(id, as: principal)
        try principal.require(.groupsWrite, onAll: [id], visible: principal.scope(of: .groupsRead))
        try Self.validate(name: name, description: description, tags: tags)
        let group = try await self.store.updateGroup(
            id,
            name: name,
            description: description,
            tags: tags,
            by: principal.change(at: self.clock.now)
        )
        self.bus.publish(.groupsChanged)
        return group
    }

    /// Refused while jobs are bound (S1-FR-3.1).
    package func delete(_ id: GroupID, as principal: Principal) async throws {
        try await self.requireChangeable(id, as: principal)
        try principal.requireEverywhere(.groupsWrite)
        try await self.store.deleteGroup(id, by: principal.change(at: self.clock.now))
        self.bus.publish(.groupsChanged)
    }

    package func agents(in id: GroupID, as principal: Principal) async throws -> [Agent] {
        try principal.require(.groupsRead)
        try principal.require(.agentsRead)
        _ = try await self.existing(id, as: principal)
        return try await self.store.agents(in: id)
    }

    package func add(_ agents: [AgentID], to id: GroupID, as principal: Principal) async throws {
        try await self.requireChangeable(id, as: principal)
        try principal.require(.groupsWrite, onAll: [id], visible: principal.scope(of: .groupsRead))
        var faults = FaultCollector()
        faults.require(!agents.isEmpty, "client_ids", "required", "name at least one host")
        faults.require(agents.count <= 10_000, "client_ids", "too_many", "at most 10000 hosts at once")
        // A host outside the scope is as good as absent.
        let groups = try await self.groupsOfHosts()
        let scope = principal.scope(of: .agentsRead)
        for (index, agent) in agents.enumerated() where groups[agent].map({ scope.touches($0) }) != true {
            faults.add("client_ids[\(index)]", "not_found", "there is no host '\(agent)'")
        }
        try faults.check("The hosts cannot be added")
        // Who puts a host into a group lets the group's jobs run on it.
        for agent in agents {
            // A host without groups is everybody's. One that is there already changes nothing.
            let present = (groups[agent] ?? []).filter { $0 != Group.everyone }
            try principal.require(.groupsWrite, onAll: present, visible: principal.scope(of: .groupsRead))
        }
        try await self.store.addAgents(agents, to: id, by: principal.change(at: self.clock.now))
        await self.membershipChanged()
    }

    package func remove(_ agent: AgentID, from id: GroupID, as principal: Principal) async throws {
        try await self.requireChangeable(id, as: principal)
        try principal.require(.groupsWrite, onAll: [id], visible: principal.scope(of: .groupsRead))
        let ended = try await self.store.removeAgents([agent], from: id, by: principal.change(at: self.clock.now))
        await self.membershipChanged()
        if !ended.isEmpty { self.bus.publish(.executionsChanged(ended)) }
    }

    // MARK: Inside

    func membershipChanged() async {
        await self.gateway.configurationChanged()
        self.bus.publish(.groupsChanged)
    }

    func groupsOfHosts() async throws -> [AgentID: [GroupID]] {
        var groups: [AgentID: [GroupID]] = [:]
        for summary in try await self.store.groups() {
            for agent in summary.agents { groups[agent, default: []].append(summary.group.id) }
        }
        return groups
    }

    private func existing(_ id: GroupID, as principal: Principal) async throws -> Group {
        guard principal.scope(of: .groupsRead).contains(id), let group = try await self.store.group(id) else {
            throw CoreError(.notFound, "There is no group \(id).")
        }
        return group
    }

    private func requireChangeable(_ id: GroupID, as principal: Principal) async throws {
        try principal.require(.groupsWrite)
        guard try await !self.existing(id, as: principal).isBuiltIn else {
            throw CoreError(.forbidden, "The built-in group of all hosts can be neither changed nor deleted.")
        }
    }

    /// The shape only: whether a name is free, the store knows alone.
    private static func validate(name: String, description: String, tags: [String]) throws {
        var faults = FaultCollector()
        let trimmed = name.trimmingCharacters(in: .whitespaces)
        faults.require(
            !trimmed.isEmpty && trimmed == name && TextRules.length(name) <= 64
                && !TextRules.hasControlCharacters(name),
            "name",
            "length",
            "a group's name has 1 to 64 characters and no blanks around it"
        )
        faults.require(
            TextRules.length(description) <= 256,
            "description",
            "length",
            "a group's description has at most 256 characters"
        )
        faults.require(tags.count <= 32, "tags", "too_many", "at most 32 tags")
        faults.require(Set(tags).count == tags.count, "tags", "duplicate", "a tag is named twice")
        for (index, tag) in tags.enumerated() {
            faults.require(
                !tag.isEmpty && TextRules.length(tag) <= 64 && !TextRules.hasControlCharacters(tag)
                    && !tag.contains(","),
                "tags[\(index)]",
                "value",
                "a tag has 1 to 64 characters and no comma"
            )
        }
        try faults.check("The group cannot be saved")
    }
}
