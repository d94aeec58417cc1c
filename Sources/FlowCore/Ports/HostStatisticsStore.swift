// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What hosts say they did, beside what their records here come to (S1-FR-5.3).
package protocol HostStatisticsStore: Sendable {
    /// How far the host has told; nil when it never did.
    func statisticsPosition(of agent: AgentID) async throws -> HostStatsPosition?

    /// What the host said of the quarters that begin in a span.
    func quarters(of agent: AgentID, in span: Range<Timestamp>, scope: Scope) async throws -> [QuarterSum]

    /// The same over all its jobs: how executions ended, by the quarter; without durations.
    func outcomesByQuarter(
        of agent: AgentID,
        in span: Range<Timestamp>,
        scope: Scope
    ) async throws -> [Int64: OutcomeSum]

    /// The same quarters, counted from the records here.
    ///
    /// - Parameter position: what the host can't have counted yet is left out; nil = nothing is.
    func countedQuarters(
        of agent: AgentID,
        in span: Range<Timestamp>,
        as position: HostStatsPosition?,
        scope: Scope
    ) async throws -> [QuarterSum]
}
