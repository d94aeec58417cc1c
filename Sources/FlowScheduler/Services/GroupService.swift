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
        try principal.require(.groupsRead)
        return try await self.store.groups()
    }

    package func create(
        name: String,
        description: String,
        tags: [String],
        as principal: Principal
    ) async throws -> Group {
        try principal.require(.groupsWrite)
        try await self.validate(name: name, description: description, tags: tags, existing: nil)
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
        try principal.require(.groupsWrite)
        try await self.requireChangeable(id)
        try await self.validate(name: name, description: description, tags: tags, existing: id)
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
        try principal.require(.groupsWrite)
        try await self.requireChangeable(id)
        try await self.store.deleteGroup(id, by: principal.change(at: self.clock.now))
        self.bus.publish(.groupsChanged)
    }

    package func agents(in id: GroupID, as principal: Principal) async throws -> [Agent] {
        try principal.require(.groupsRead)
        try principal.require(.agentsRead)
        _ = try await self.existing(id)
        return try await self.store.agents(in: id)
    }

    package func add(_ agents: [AgentID], to id: GroupID, as principal: Principal) async throws {
        try principal.require(.groupsWrite)
        try await self.requireChangeable(id)
        var faults = FaultCollector()
        faults.require(!agents.isEmpty, "client_ids", "required", "name at least one host")
        faults.require(agents.count <= 10_000, "client_ids", "too_many", "at most 10000 hosts at once")
        let known = Set(try await self.store.agents().map(\.id))
        for (index, agent) in agents.enumerated() where !known.contains(agent) {
            faults.add("client_ids[\(index)]", "not_found", "there is no host '\(agent)'")
        }
        try faults.check("The hosts cannot be added")
        try await self.store.addAgents(agents, to: id, by: principal.change(at: self.clock.now))
        await self.membershipChanged()
    }

    package func remove(_ agent: AgentID, from id: GroupID, as principal: Principal) async throws {
        try principal.require(.groupsWrite)
        try await self.requireChangeable(id)
        try await self.store.removeAgents([agent], from: id, by: principal.change(at: self.clock.now))
        await self.membershipChanged()
    }

    // MARK: Inside

    private func membershipChanged() async {
        await self.gateway.configurationChanged()
        self.bus.publish(.groupsChanged)
    }

    private func existing(_ id: GroupID) async throws -> Group {
        guard let group = try await self.store.group(id) else {
            throw CoreError(.notFound, "There is no group \(id).")
        }
        return group
    }

    private func requireChangeable(_ id: GroupID) async throws {
        guard try await !self.existing(id).isBuiltIn else {
            throw CoreError(.forbidden, "The built-in group of all hosts can be neither changed nor deleted.")
        }
    }

    private func validate(name: String, description: String, tags: [String], existing: GroupID?) async throws {
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
        if let other = try await self.store.group(named: name), other.id != existing {
            if faults.isEmpty {
                throw CoreError(
                    .nameTaken,
                    "Group \(other.id) already has the name '\(name)'. Choose another.",
                    details: [.init(path: "name", code: "name_taken", message: "group \(other.id) has this name")]
                )
            }
            faults.add("name", "name_taken", "group \(other.id) has this name")
        }
        try faults.check("The group cannot be saved")
    }
}
