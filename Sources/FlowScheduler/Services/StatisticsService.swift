// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// The few numbers of the overview.
///
/// Computed at most once a second however many watch, and not at all when nobody does.
package actor StatisticsService {
    private let store: any Store
    private let gateway: any AgentGateway
    private let scheduler: LiveScheduler
    private let clock: any WallClock
    private var cached: [Scope: Overview] = [:]
    private var delays: [Scope: PunctualityOfDay] = [:]

    private static let freshMilliseconds: UInt64 = 900
    /// A day's figure changes slowly, and costs a look at thousands of rows.
    private static let punctualMilliseconds: UInt64 = 15_000
    private static let day: Int64 = 86_400_000
    /// Answers that are kept at once.
    private static let scopeLimit = 64

    package init(
        store: any Store,
        gateway: any AgentGateway,
        scheduler: LiveScheduler = LiveScheduler(),
        clock: any WallClock
    ) {
        self.store = store
        self.gateway = gateway
        self.scheduler = scheduler
        self.clock = clock
    }

    package func overview(as principal: Principal) async throws -> Overview {
        let scope = try principal.require(.executionsRead)
        let now = self.clock.now
        let scheduler = self.scheduler.now
        let stoppedSince = scheduler.isStopped ? scheduler.stop?.since : nil
        if var cached = self.cached[scope], now.milliseconds(since: cached.at).magnitude < Self.freshMilliseconds {
            // Costs nothing to know, and whoever stops it looks at once.
            cached.schedulerStoppedSince = stoppedSince
            return cached
        }
        let open = try await self.store.openCounts(in: scope)
        // "Today" is the day in UTC, as the hourly sums are kept in it.
        let midnight = Timestamp(milliseconds: now.milliseconds.flooredDivision(by: 86_400_000) * 86_400_000)
        let today = try await self.store.statistics(job: nil, since: midnight, in: scope)
        let hosts = try await self.hosts(in: scope)
        let online = self.gateway.presences
        var total = hosts?.count ?? 0
        if hosts == nil { total = try await self.store.agents().count }
        let overview = Overview(
            at: now,
            running: open[.running] ?? 0,
            pending: open[.pending] ?? 0,
            todaySuccess: today.counts[.success] ?? 0,
            todayFailure: today.counts[.failure] ?? 0,
            todayTimeout: today.counts[.timeout] ?? 0,
            hostsOnline: hosts.map { $0.count { online[$0] != nil } } ?? online.count,
            hostsTotal: total,
            schedulerStoppedSince: stoppedSince
        )
        if self.cached.count >= Self.scopeLimit { self.cached = [:] }
        self.cached[scope] = overview
        return overview
    }

    /// How late the last 24 hours' starts by schedule came after their times.
    package func punctuality(as principal: Principal) async throws -> PunctualityOfDay {
        let scope = try principal.require(.executionsRead)
        let now = self.clock.now
        if let known = self.delays[scope], now.milliseconds(since: known.until).magnitude < Self.punctualMilliseconds {
            return known
        }
        let from = now.advanced(byMilliseconds: -Self.day)
        let found = try await self.store.startDelays(from: from, until: now, limit: Punctuality.limit, in: scope)
        let answer = PunctualityOfDay(
            from: from,
            until: now,
            isPartial: found.isPartial,
            figures: Punctuality(delays: found.delays),
            hours: found.delays.punctualityByHour().map { HourOfPunctuality(hour: $0.hour, figures: $0.figures) }
        )
        if self.delays.count >= Self.scopeLimit { self.delays = [:] }
        self.delays[scope] = answer
        return answer
    }

    /// Nil for all there are.
    private func hosts(in scope: Scope) async throws -> Set<AgentID>? {
        guard scope != .all else { return nil }
        return Set(try await self.store.groups().filter { scope.contains($0.group.id) }.flatMap(\.agents))
    }
}

/// How the whole stands.
package struct Overview: Hashable, Sendable {
    package let at: Timestamp
    package let running: Int
    package let pending: Int
    package let todaySuccess: Int
    package let todayFailure: Int
    package let todayTimeout: Int
    package let hostsOnline: Int
    package let hostsTotal: Int
    /// Nil while schedules fire.
    package var schedulerStoppedSince: Timestamp?
}

/// How punctual a day's starts were.
package struct PunctualityOfDay: Hashable, Sendable {
    package let from: Timestamp
    package let until: Timestamp
    /// Older executions of the day were not looked at; see ``Punctuality/limit``.
    package let isPartial: Bool
    package let figures: Punctuality
    /// The oldest first; hours without a start are absent.
    package let hours: [HourOfPunctuality]
}

/// One hour of it (UTC).
package struct HourOfPunctuality: Hashable, Sendable {
    package let hour: Timestamp
    package let figures: Punctuality
}
