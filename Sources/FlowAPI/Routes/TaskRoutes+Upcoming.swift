// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

extension TaskRoutes {
    /// `GET /tasks/{id}/upcoming?from=…&to=…`: coming fires of a task, with its hosts and days on which clocks change.
    func upcoming(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let from = query.timestamp("from")
        let through = query.timestamp("to")
        let limit = Int(query.integer("limit", in: 1...Int64(JobService.comingLimit), default: 100))
        try query.finish()
        let coming = try await self.jobs.upcoming(
            of: try call.number("id"),
            from: from,
            through: through,
            limit: limit,
            as: try call.principal
        )
        let definition = coming.job.definition
        return .data([
            .init(
                "items",
                coming.fires.map { fire in
                    JSON.object([
                        .init("at", fire.at),
                        .init("clock_change", fire.change.map { JSON.object(Self.members($0)) } ?? JSON.null),
                    ])
                }
            ),
            .init("partial", coming.isPartial),
            .init("placement", (definition.placement?.kind ?? .each).rawValue),
            .init("offline", definition.policies.offline.rawValue),
            .init("offline_max_seconds", definition.policies.offlineMaxSeconds),
            .init(
                "clients",
                coming.hosts.map { host in
                    JSON.object([
                        .init("id", host.id), .init("name", host.name), .init("online", host.isOnline),
                    ])
                }
            ),
        ])
    }

    static func members(_ change: ZoneChange) -> [JSON.Member] {
        [
            .init("at", change.at), .init("offset_before", change.before), .init("offset_after", change.after),
        ]
    }
}
