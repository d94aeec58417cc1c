// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func maintenances(after revision: Int64) async throws -> [AgentID: HostMaintenance] {
        try await self.read { db in try MaintenanceTable(db).changed(after: revision) }
    }

    package func maintenances(at instant: Timestamp) async throws -> [AgentID: MaintenancePeriod] {
        try await self.read { db in try MaintenanceTable(db).covering(instant) }
    }

    package func beginMaintenance(
        of agent: AgentID,
        until: Timestamp,
        reason: String?,
        by change: Change
    ) async throws -> HostMaintenance {
        try await self.write("begin_maintenance") { db in
            let table = MaintenanceTable(db)
            let before = try table.newest(of: agent)
            let current = before.period(at: change.at)
            // Clocks of servers differ by a little, and two periods of a host never overlap.
            let since = current?.since ?? max(change.at, before.period?.end ?? change.at)
            let period = MaintenancePeriod(since: since, until: until, by: change.actor.name, reason: reason)
            if current == nil { try table.begin(period, of: agent) } else { try table.change(to: period, of: agent) }
            try Self.audit(.maintenanceBegin, agent, before: current, after: period, by: change, db)
            return try table.newest(of: agent)
        }
    }

    package func endMaintenance(of agent: AgentID, by change: Change) async throws -> HostMaintenance {
        try await self.write("end_maintenance") { db in
            let table = MaintenanceTable(db)
            let before = try table.newest(of: agent)
            guard var period = before.period(at: change.at) else { return before }
            period.endedAt = change.at
            period.endedBy = change.actor.name
            try table.change(to: period, of: agent)
            try Self.audit(.maintenanceEnd, agent, before: before.period, after: nil, by: change, db)
            return try table.newest(of: agent)
        }
    }

    private static func audit(
        _ action: AuditAction,
        _ id: AgentID,
        before: MaintenancePeriod?,
        after: MaintenancePeriod?,
        by change: Change,
        _ db: Database
    ) throws {
        guard let agent = try AgentTable(db).find(id) else { throw StoreFault.noAgent(id) }
        try AuditTable(db).record(
            change,
            action,
            AuditObject(agent),
            groups: try GroupTable(db).groups(of: id).map(\.id),
            before: before.map { MaintenanceAudit($0) },
            after: after.map { MaintenanceAudit($0) }
        )
    }
}

/// What the audit has of a maintenance.
private struct MaintenanceAudit: Encodable {
    let since: String
    let until: String
    let reason: String?

    init(_ period: MaintenancePeriod) {
        self.since = period.since.description
        self.until = period.until.description
        self.reason = period.reason
    }
}
