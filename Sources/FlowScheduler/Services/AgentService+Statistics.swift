// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension AgentService {
    /// What a host did on a day: as it says itself, and as its records here come to (S1-FR-5.3).
    ///
    /// - Parameters:
    ///   - id: the host.
    ///   - date: a day on the host's clocks, such as `2026-11-21`; nil = today.
    ///   - principal: sees of it what belongs to its groups.
    /// - Throws: `notFound`; `invalid` when the text is no day.
    package func day(of id: AgentID, date: String?, as principal: Principal) async throws -> HostDay {
        let (scope, statistics, agent) = try await self.told(of: id, as: principal)
        let position = try await statistics.statisticsPosition(of: id)
        let zone = Self.zone(of: position)
        let date = date ?? ZoneDay.text(of: self.clock.now, in: zone)
        guard let span = ZoneDay.span(of: date, in: zone) else {
            throw CoreError(.invalid, "'\(date)' is no day; write one such as 2026-11-21.")
        }
        let told = try await statistics.quarters(of: id, in: span, scope: scope)
        let counted = try await statistics.countedQuarters(of: id, in: span, as: position, scope: scope)
        return HostDay(
            agent: agent,
            date: date,
            zone: zone,
            span: span,
            position: position,
            told: told,
            counted: counted
        )
    }

    /// What ended on a host on each of its last days, all jobs together: by its own word, or by the records here where it never said any.
    ///
    /// - Parameters:
    ///   - id: the host.
    ///   - count: how many days, the host's today among them.
    ///   - principal: sees of it what belongs to its groups.
    /// - Throws: `notFound`.
    package func days(of id: AgentID, count: Int, as principal: Principal) async throws -> HostDays {
        let (scope, statistics, agent) = try await self.told(of: id, as: principal)
        let position = try await statistics.statisticsPosition(of: id)
        let zone = Self.zone(of: position)
        let calendar = HostDays.calendar(through: self.clock.now, count: count, in: zone)
        var days = HostDays(agent: agent.id, zone: zone.name, toldAt: position?.at, days: calendar)
        guard let first = calendar.first, let last = calendar.last else { return days }
        let span = first.span.lowerBound..<last.span.upperBound
        if position != nil {
            for (quarter, outcomes) in try await statistics.outcomesByQuarter(of: id, in: span, scope: scope) {
                days.add(outcomes, quarter: quarter)
            }
        } else {
            let counted = try await statistics.countedQuarters(of: id, in: span, as: nil, scope: scope)
            for sum in counted { days.add(sum.outcomes, quarter: sum.quarter) }
        }
        return days
    }

    /// The host, if the caller may see it, and what of it they see.
    private func told(
        of id: AgentID,
        as principal: Principal
    ) async throws -> (scope: Scope, statistics: any HostStatisticsStore, agent: Agent) {
        let scope = try principal.require(.executionsRead)
        guard let statistics, let agent = try await self.store.agent(id) else { throw Self.noAgent(id) }
        if scope != .all {
            // Of a host outside, nobody learns that it exists.
            let groups = try await self.store.groups(of: id)
            guard groups.contains(where: { scope.contains($0.id) }) else { throw Self.noAgent(id) }
        }
        return (scope, statistics, agent)
    }

    /// UTC for a zone that this server does not know, and for a host that named none.
    private static func zone(of position: HostStatsPosition?) -> ZoneRules {
        position.flatMap { try? ZoneDatabase.shared.rules(named: $0.zone) } ?? .universal
    }
}

/// A host's day, job by job.
package struct HostDay: Hashable, Sendable {
    /// What one job did.
    package struct Line: Hashable, Sendable {
        package let job: JobUID
        package var id: JobID
        package var name: String
        /// What the host says; nil when it never said anything of any day.
        package var told: JobDay?
        /// What the records here come to, as far as the host can have counted them.
        package var counted = JobDay()

        /// The host's sums less those of the records; nil when the host never said anything.
        package var difference: Difference? { self.told.map { Difference($0.total, less: self.counted.total) } }
    }

    /// Nothing but zeros when both agree.
    package struct Difference: Hashable, Sendable {
        package let total: Int
        package let success: Int
        package let failure: Int
        package let timeout: Int
        package let cancelled: Int
        package let duration: Int64

        init(_ told: OutcomeSum, less counted: OutcomeSum) {
            self.total = told.total - counted.total
            self.success = told.success - counted.success
            self.failure = told.failure - counted.failure
            self.timeout = told.timeout - counted.timeout
            self.cancelled = told.cancelled - counted.cancelled
            self.duration = told.duration.saturating(minus: counted.duration)
        }

        package var isZero: Bool {
            [self.total, self.success, self.failure, self.timeout, self.cancelled].allSatisfy { $0 == 0 }
                && self.duration == 0
        }
    }

    package let agent: AgentID
    package let name: String
    package let date: String
    package let zone: String
    package let span: Range<Timestamp>
    /// When the host last told what it did; nil = never.
    package let toldAt: Timestamp?
    /// By name.
    package let lines: [Line]

    /// Whether host and records agree; nil when the host never said anything.
    package var agrees: Bool? {
        self.toldAt.map { _ in self.lines.allSatisfy { $0.difference?.isZero ?? true } }
    }

    init(
        agent: Agent,
        date: String,
        zone: ZoneRules,
        span: Range<Timestamp>,
        position: HostStatsPosition?,
        told: [QuarterSum],
        counted: [QuarterSum]
    ) {
        self.agent = agent.id
        self.name = agent.name
        self.date = date
        self.zone = zone.name
        self.span = span
        self.toldAt = position?.at
        var lines: [JobUID: Line] = [:]
        // The newest name wins: quarters come in their order.
        for quarter in told + counted {
            let blank = Line(
                job: quarter.job,
                id: quarter.jobID,
                name: quarter.jobName,
                told: position.map { _ in JobDay() }
            )
            lines[quarter.job, default: blank].id = quarter.jobID
            if !quarter.jobName.isEmpty { lines[quarter.job]?.name = quarter.jobName }
        }
        for (job, day) in JobDay.sum(told, in: zone) where position != nil { lines[job]?.told = day }
        for (job, day) in JobDay.sum(counted, in: zone) { lines[job]?.counted = day }
        self.lines = lines.values.sorted { ($0.name, $0.job) < ($1.name, $1.job) }
    }
}
