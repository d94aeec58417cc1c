// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// What pictures are drawn from: the last runs of many jobs, sums by the hour, coming fires by the minute.
struct InsightRoutes: Sendable {
    let insights: InsightService
    let agents: AgentService
    let presenter: ExecutionPresenter

    /// `GET /executions/recent?task_ids=1,2&count=20`: one request for the strips of a whole list.
    func recent(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let text = query.string("task_ids") ?? ""
        let parts = text.split(separator: ",", maxSplits: InsightService.jobLimit)
        // As in a path, a number has digits only, and at most nineteen.
        let jobs = parts.compactMap { part in
            part.utf8.count <= 19 && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? JobID(part) : nil
        }
        if jobs.count != parts.count || jobs.isEmpty {
            query.fault("task_ids", "syntax", "write 1 to \(InsightService.jobLimit) task numbers, separated by commas")
        }
        let count = Int(query.integer("count", in: 1...100, default: 20))
        try query.finish()
        let principal = try call.principal
        let recent = try await self.insights.recent(of: jobs, count: count, as: principal)
        var items: [JSON] = []
        for job in recent.keys.sorted() {
            let rows = try await self.presenter.rows(recent[job] ?? [], as: principal)
            items.append(.object([.init("task_id", job), .init("executions", rows)]))
        }
        return .data([.init("items", items)])
    }

    /// `GET /executions/trend?hours=24&task_id=7`: ended executions by hour and state.
    func trend(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let job = query.integer("task_id")
        let hours = Int(query.integer("hours", in: 1...(24 * 366), default: 24))
        try query.finish()
        let (from, counts) = try await self.insights.hourly(job: job, hours: hours, as: call.principal)
        let items = counts.map { count in
            JSON.object([
                .init("hour", count.hour),
                .init("status", count.status.rawValue),
                .init("count", count.count),
                .init(
                    "avg_duration",
                    count.timedCount == 0 ? nil : count.durationMilliseconds / Int64(count.timedCount)
                ),
            ])
        }
        return .data([.init("from", from), .init("hours", hours), .init("items", items)])
    }

    /// `GET /reports/runs?from=…&to=…&limit=10`: what ended in whole hours, by job and by group; the last seven days
    /// unless the span is said.
    func report(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let from = query.timestamp("from")
        let until = query.timestamp("to")
        let limit = Int(query.integer("limit", in: 1...100, default: 10))
        try query.finish()
        return .data(
            ReportPresenter.members(
                try await self.insights.report(from: from, until: until, limit: limit, as: call.principal)
            )
        )
    }

    /// `GET /upcoming?from=…&to=…`: coming fires, by the minute; the next hour unless the span is said.
    func upcoming(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let from = query.timestamp("from")
        let through = query.timestamp("to")
        let job = query.integer("task_id")
        try query.finish()
        let fires = try await self.insights.upcoming(from: from, through: through, job: job, as: call.principal)
        let items = fires.minutes.map { minute in
            JSON.object([
                .init("minute", minute.at),
                .init("count", minute.count),
                .init(
                    "tasks",
                    minute.jobs.map { entry in
                        JSON.object([
                            .init("id", entry.job), .init("name", entry.name), .init("count", entry.count),
                        ])
                    }
                ),
            ])
        }
        return .data([
            .init("total", fires.total),
            .init("partial", fires.isPartial),
            .init("items", items),
            .init("excluded", fires.excluded.map(Self.excluded)),
            .init(
                "clock_changes",
                fires.clockChanges.map { JSON.object([.init("zone", $0.zone)] + TaskRoutes.members($0.change)) }
            ),
            .init("maintenances", try await self.maintenances(call)),
        ])
    }

    /// Hosts that the caller may see and that are in maintenance now.
    private func maintenances(_ call: APICall) async throws -> [JSON] {
        let principal = try call.principal
        guard !principal.scope(of: .agentsRead).isEmpty else { return [] }
        return try await self.agents.list(as: principal).compactMap { host in
            host.maintenance.map { maintenance in
                JSON.object([
                    .init("client_id", host.agent.id), .init("name", host.agent.name),
                    .init("since", maintenance.period.since), .init("until", maintenance.period.until),
                    .init("by", maintenance.period.by), .init("reason", maintenance.period.reason),
                ])
            }
        }
    }

    private static func excluded(_ excluded: UpcomingFires.Excluded) -> JSON {
        JSON.object([
            .init("id", excluded.job), .init("name", excluded.name), .init("at", excluded.fire.at),
            .init("calendar", excluded.fire.calendar), .init("day", excluded.fire.name),
            .init("moved_to", excluded.fire.movedTo),
        ])
    }
}
