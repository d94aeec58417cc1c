// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// The few numbers of the overview.
///
/// Computed at most once a second however many watch, and not at all when nobody does.
package actor StatisticsService {
    private let store: any Store
    private let gateway: any AgentGateway
    private let clock: any WallClock
    private var cached: Overview?

    private static let freshMilliseconds: UInt64 = 900

    package init(store: any Store, gateway: any AgentGateway, clock: any WallClock) {
        self.store = store
        self.gateway = gateway
        self.clock = clock
    }

    package func overview(as principal: Principal) async throws -> Overview {
        try principal.require(.executionsRead)
        let now = self.clock.now
        if let cached, now.milliseconds(since: cached.at).magnitude < Self.freshMilliseconds { return cached }
        let open = try await self.store.openCounts()
        // "Today" is the day in UTC, as the hourly sums are kept in it.
        let midnight = Timestamp(milliseconds: now.milliseconds.flooredDivision(by: 86_400_000) * 86_400_000)
        let today = try await self.store.statistics(job: nil, since: midnight)
        let overview = Overview(
            at: now,
            running: open[.running] ?? 0,
            pending: open[.pending] ?? 0,
            todaySuccess: today.counts[.success] ?? 0,
            todayFailure: today.counts[.failure] ?? 0,
            todayTimeout: today.counts[.timeout] ?? 0,
            hostsOnline: self.gateway.presences.count,
            hostsTotal: try await self.store.agents().count
        )
        self.cached = overview
        return overview
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
}
