// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

extension InsightRoutes {
    /// `GET /reports/fingerprints?from=…&to=…&task_id=7`: failures that read alike, the largest number first.
    func failures(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let from = query.timestamp("from")
        let until = query.timestamp("to")
        let job = query.integer("task_id")
        let limit = Int(query.integer("limit", in: 1...100, default: 20))
        try query.finish()
        let principal = try call.principal
        let failures = try await self.insights.failures(from: from, until: until, job: job, limit: limit, as: principal)
        let names = try await self.presenter.names.names(of: failures.clusters.flatMap(\.hosts), as: principal)
        return .data([
            .init("from", failures.from), .init("to", failures.until),
            .init("items", failures.clusters.map { Self.cluster($0, failures, names) }),
        ])
    }

    private static func cluster(
        _ cluster: FailureCluster,
        _ failures: InsightService.Failures,
        _ names: [AgentID: String]
    ) -> JSON {
        let text: String? = failures.showsText ? cluster.text : nil
        return .object([
            .init("fingerprint", cluster.fingerprint), .init("outcome", cluster.outcome), .init("text", text),
            .init("count", cluster.count), .init("task_count", cluster.jobCount),
            .init("client_count", cluster.hostCount), .init("first_at", cluster.first), .init("last_at", cluster.last),
            .init("seen_before", cluster.seenBefore),
            .init(
                "tasks",
                cluster.jobs.compactMap { id in
                    failures.names[id].map { JSON.object([.init("id", id), .init("name", $0)]) }
                }
            ),
            .init(
                "clients",
                cluster.hosts.map { JSON.object([.init("id", $0.rawValue), .init("name", names[$0])]) }
            ),
            .init("execution_id", cluster.example),
        ])
    }
}
