// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowSchedulerCore

/// Hosts as people see them.
package struct AgentService: Sendable {
    let store: any Store
    let gateway: any AgentGateway
    let bus: EventBus
    let clock: any WallClock
    /// Nil over a store that keeps none.
    let statistics: (any HostStatisticsStore)?
    let live: LiveScheduler

    package init(
        store: any Store,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        live: LiveScheduler = LiveScheduler()
    ) {
        self.live = live
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.statistics = store as? any HostStatisticsStore
    }

    /// All hosts with their groups and whether they are there, by id.
    package func list(as principal: Principal) async throws -> [AgentView] {
        let scope = try principal.require(.agentsRead)
        var agents = try await self.store.agents()
        var groups: [AgentID: [Group]] = [:]
        for summary in try await self.store.groups() where scope.contains(summary.group.id) {
            for agent in summary.agents { groups[agent, default: []].append(summary.group) }
        }
        if scope != .all { agents.removeAll { groups[$0.id] == nil } }
        let presences = self.gateway.presences
        let duplicates = self.gateway.duplicates
        let now = self.clock.now
        return agents.sorted { $0.id < $1.id }.map {
            AgentView(
                agent: $0,
                groups: groups[$0.id] ?? [],
                presence: presences[$0.id],
                duplicates: duplicates[$0.id] ?? [],
                maintenance: MaintenanceView(self.live.maintenance(of: $0.id), presences[$0.id], at: now)
            )
        }
    }

    package func get(_ id: AgentID, as principal: Principal) async throws -> AgentView? {
        let scope = try principal.require(.agentsRead)
        guard let agent = try await self.store.agent(id) else { return nil }
        let groups = try await self.store.groups(of: id).filter { scope.contains($0.id) }
        // Of a host outside, nobody learns that it exists.
        guard scope == .all || !groups.isEmpty else { return nil }
        let presence = self.gateway.presences[id]
        return AgentView(
            agent: agent,
            groups: groups,
            presence: presence,
            duplicates: self.gateway.duplicates[id] ?? [],
            maintenance: MaintenanceView(self.live.maintenance(of: id), presence, at: self.clock.now)
        )
    }

    /// What hosts are called.
    package func name(of id: AgentID, as principal: Principal) async throws -> String? {
        try principal.require(.executionsRead)
        return try await self.store.agent(id)?.name
    }

    /// Where a host is, or was last seen; nil for one that was removed.
    package func address(of id: AgentID, as principal: Principal) async throws -> String? {
        try principal.require(.executionsRead)
        if let presence = self.gateway.presences[id] { return presence.address }
        return try await self.store.agent(id)?.address
    }

    /// The hosts that are connected.
    package func online(as principal: Principal) throws -> [AgentID: AgentPresence] {
        try principal.require(.groupsRead)
        return self.gateway.presences
    }

    /// Deletes a host: its certificate is worth nothing from then on, and its session ends.
    ///
    /// Its history stays.
    package func delete(_ id: AgentID, as principal: Principal) async throws {
        try principal.require(.agentsWrite)
        guard try await self.get(id, as: principal) != nil else { throw Self.noAgent(id) }
        let groups = try await self.store.groups(of: id).filter { !$0.isBuiltIn }.map(\.id)
        try principal.require(.agentsWrite, onAll: groups, visible: principal.scope(of: .agentsRead))
        let ended = try await self.store.deleteAgent(id, by: principal.change(at: self.clock.now))
        await self.gateway.disconnect(id, reason: "The host was deleted by \(principal.username).")
        self.bus.publish(.agentChanged(id))
        self.bus.publish(.groupsChanged)
        if !ended.isEmpty { self.bus.publish(.executionsChanged(ended)) }
    }

    /// Replaces what people say of a host.
    package func setLabels(
        _ labels: [String: String],
        of id: AgentID,
        as principal: Principal
    ) async throws -> AgentView {
        // Labels may put a host into groups, so all of its own have to be in reach.
        let view = try await self.requireWritable(id, as: principal)
        var faults = FaultCollector()
        faults.require(
            labels.count <= HostLabels.countLimit,
            "labels",
            "too_many",
            "at most \(HostLabels.countLimit) labels"
        )
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            if let fault = HostLabels.fault(name: name, value: value) {
                faults.add("labels", "value", "'\(name)': \(fault)")
            }
        }
        try faults.check("The labels cannot be saved")
        try await self.store.setLabels(labels, of: id, by: principal.change(at: self.clock.now))
        self.bus.publish(.agentChanged(id))
        return try await self.get(id, as: principal) ?? view
    }

    /// - Throws: `notFound` for a host that the caller does not see, `forbidden` for one that is in groups out of reach.
    func requireWritable(_ id: AgentID, as principal: Principal) async throws -> AgentView {
        try principal.require(.agentsWrite)
        guard let view = try await self.get(id, as: principal) else { throw Self.noAgent(id) }
        let groups = try await self.store.groups(of: id).filter { !$0.isBuiltIn }.map(\.id)
        try principal.require(.agentsWrite, onAll: groups, visible: principal.scope(of: .agentsRead))
        return view
    }

    static func noAgent(_ id: AgentID) -> CoreError {
        CoreError(.notFound, "There is no host '\(id)'. It may have been deleted.")
    }
}

/// A host with its groups and its live session.
package struct AgentView: Hashable, Sendable {
    package let agent: Agent
    package let groups: [Group]
    /// Nil while the host is not connected.
    package let presence: AgentPresence?
    /// Hosts that use this one's identity and are kept out (R14).
    package let duplicates: [DuplicateAgent]
    /// Nil while the host takes new work.
    package let maintenance: MaintenanceView?
}
