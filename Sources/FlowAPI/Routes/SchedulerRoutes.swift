// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// `/scheduler`: whether schedules fire at all.
struct SchedulerRoutes: Sendable {
    let scheduler: SchedulerService

    func status(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return Self.answer(try await self.scheduler.status(as: call.principal))
    }

    func stop(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.optionalBody())
        let reason = reader.string("reason")
        try reader.finish()
        return Self.answer(try await self.scheduler.stop(reason: reason, as: call.principal))
    }

    func start(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return Self.answer(try await self.scheduler.start(as: call.principal))
    }

    private static func answer(_ status: SchedulerService.Status) -> APIAnswer {
        let stop = status.state.stop
        let last: JSON? = stop.map { stop in
            .object([
                .init("since", stop.since), .init("until", stop.until), .init("by", stop.by),
                .init("ended_by", stop.endedBy), .init("reason", stop.reason),
                .init("text", JSON.object([.init("zh", stop.text.zh), .init("en", stop.text.en)])),
            ])
        }
        return .data([
            .init("is_running", !status.state.isStopped), .init("stop", last ?? .null),
            .init("hosts_connected", status.hosts), .init("hosts_told", status.told),
            .init("hosts_deaf", status.deaf),
        ])
    }
}
