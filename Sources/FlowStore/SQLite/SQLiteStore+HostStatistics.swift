// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: HostStatisticsStore {
    package func store(_ report: HostStatsReport, of agent: AgentID) async throws {
        try await self.write("store_statistics") { db in
            // Of a host that was deleted meanwhile nothing is kept.
            guard try AgentTable(db).find(agent) != nil else { throw StoreFault.noAgent(agent) }
            try HostStatisticsTable(db).store(report, of: agent)
        }
    }

    package func statisticsPosition(of agent: AgentID) async throws -> HostStatsPosition? {
        try await self.read { db in try HostStatisticsTable(db).position(of: agent) }
    }

    package func quarters(
        of agent: AgentID,
        in span: Range<Timestamp>,
        scope: Scope
    ) async throws -> [QuarterSum] {
        try await self.read { db in try HostStatisticsTable(db).quarters(of: agent, in: span, scope: scope) }
    }

    package func outcomesByQuarter(
        of agent: AgentID,
        in span: Range<Timestamp>,
        scope: Scope
    ) async throws -> [Int64: OutcomeSum] {
        try await self.read { db in try HostStatisticsTable(db).outcomes(of: agent, in: span, scope: scope) }
    }

    package func countedQuarters(
        of agent: AgentID,
        in span: Range<Timestamp>,
        as position: HostStatsPosition?,
        scope: Scope
    ) async throws -> [QuarterSum] {
        try await self.read { db in
            try HostStatisticsTable(db).counted(of: agent, in: span, as: position, scope: scope)
        }
    }
}
