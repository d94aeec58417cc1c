// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

/// `/events`: what the live connection tells, for programs that speak plain HTTP.
struct EventRoutes: Sendable {
    let connection: LiveConnection

    func stream(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let names = (query.string("topics") ?? "").split(separator: ",", maxSplits: LiveCommand.topicLimit).map(
            String.init
        )
        var filter = ExecutionFilter()
        filter.job = query.integer("task_id")
        filter.run = query.identifier("run_id")
        filter.statuses = Set(query.statuses())
        if let text = query.string("client_id") {
            filter.agent = AgentID(text)
            if filter.agent == nil { query.fault("client_id", "syntax", "'\(text)' is no host's id") }
        }
        let since = query.integer("since", in: 0...Int64.max, default: 0)
        let topics = names.compactMap { LiveTopic($0) }
        if names.isEmpty || names.count > LiveCommand.topicLimit || topics.count != names.count {
            query.fault(
                "topics",
                "syntax",
                "name 1 to \(LiveCommand.topicLimit) of jobs, executions, execution:ID, log:ID, hosts, stats, editing:ID, approvals, storage, separated by commas"
            )
        }
        try query.finish()
        let principal = try call.principal
        // Now, while a refusal can still be a status.
        for permission in topics.compactMap(\.permission) { try principal.require(permission) }
        guard let session = call.session else { throw APIFailure(.unauthorized, "unauthenticated", "Sign in first.") }
        let subscriptions = topics.map { LiveCommand.Subscription(name: $0.name, filter: filter, since: since) }
        let connection = self.connection
        return .raw(
            Response(
                status: .ok,
                headers: [
                    .contentType: "text/event-stream", .cacheControl: "no-store",
                    // Proxies that collect answers would hold events back.
                    Self.buffering: "no",
                ],
                body: ResponseBody { writer in
                    try await connection.stream(subscriptions, session: session, to: &writer)
                    try await writer.finish(nil)
                }
            )
        )
    }

    private static let buffering = HTTPField.Name("X-Accel-Buffering")!
}
