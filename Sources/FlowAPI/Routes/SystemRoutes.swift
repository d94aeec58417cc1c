// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

/// What tools ask: health, version and numbers.
struct SystemRoutes: Sendable {
    let statistics: StatisticsService
    let metrics: any MetricsSource
    let clock: any WallClock
    let version: String
    let settings: LiveSettings
    let storage: @Sendable () -> StorageWatch.Failure?
    /// A proxy in front signs people in, and the page for that is not ours.
    var signsInByProxy = false
    var providers: [OIDCProvider] = []
    var roles = ServerRoles.all

    private var healthMembers: [JSON.Member] {
        [.init("status", "healthy"), .init("timestamp", self.clock.now), .init("version", self.version)]
    }

    func health() -> APIAnswer { .data(self.healthMembers) }

    /// S4's answer without an envelope, for load balancers.
    func plainHealth() -> APIAnswer { .raw(Response(json: .object(self.healthMembers))) }

    func ready() async throws -> APIAnswer {
        if let reason = await self.metrics.notReady() {
            throw APIFailure(.serviceUnavailable, "unavailable", "Not ready: \(reason)")
        }
        let roles = self.roles == .all ? [] : [JSON.Member("roles", self.roles.names)]
        return .data([.init("status", "ready")] + roles)
    }

    /// The API's description, for programs and for the page at `/docs`.
    func document(_ call: APICall) throws -> APIAnswer {
        try call.noQuery()
        return .raw(Response(json: OpenAPIDocument.make(version: self.version)))
    }

    func versionAnswer() -> APIAnswer {
        .data([
            .init("name", "quartz-flow"), .init("version", self.version),
            // Before anybody has signed in, too: the page for that has texts.
            .init("language", self.settings.now.text(.language)),
            .init(
                "sign_on",
                JSON.object([
                    .init("proxy", self.signsInByProxy),
                    .init(
                        "providers",
                        self.providers.map { JSON.object([.init("name", $0.name), .init("title", $0.title)]) }
                    ),
                ])
            ),
        ])
    }

    func metricsText() async -> APIAnswer {
        .raw(Response(text: await self.metrics.exposition(), type: "text/plain; version=0.0.4; charset=utf-8"))
    }

    func overview(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let overview = try await self.statistics.overview(as: call.principal)
        return .data(Self.members(overview) + [.init("storage_failing", Self.json(self.storage()))])
    }

    /// Since when nothing can be stored, and why; null while it can.
    static func json(_ failure: StorageWatch.Failure?) -> JSON {
        guard let failure else { return .null }
        return .object([.init("since", failure.since), .init("text", TextPresenter.json(failure.reason))])
    }

    func punctuality(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let day = try await self.statistics.punctuality(as: call.principal)
        return .data(
            [.init("from", day.from), .init("to", day.until), .init("partial", day.isPartial)]
                + Self.figures(day.figures) + [
                    .init(
                        "hours",
                        day.hours.map { JSON.object([.init("hour", $0.hour)] + Self.figures($0.figures)) }
                    )
                ]
        )
    }

    private static func figures(_ figures: Punctuality) -> [JSON.Member] {
        [
            .init("count", figures.count), .init("p50_ms", figures.median), .init("p99_ms", figures.p99),
            .init("longest_ms", figures.longest),
        ]
    }

    static func members(_ overview: Overview) -> [JSON.Member] {
        [
            .init("running", overview.running),
            .init("pending", overview.pending),
            .init("today_success", overview.todaySuccess),
            .init("today_failure", overview.todayFailure),
            .init("today_timeout", overview.todayTimeout),
            .init("hosts_online", overview.hostsOnline),
            .init("hosts_total", overview.hostsTotal),
            .init("scheduler_stopped_since", overview.schedulerStoppedSince),
        ]
    }
}
