// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension InsightService {
    /// Failures that read alike, with the names of their tasks.
    package struct Failures: Hashable, Sendable {
        package let from: Timestamp
        package let until: Timestamp
        package let clusters: [FailureCluster]
        /// Of tasks that may be seen.
        package let names: [JobID: String]
        /// Whether their lines may be shown: they are output.
        package let showsText: Bool
    }

    /// What failed in a span, the last seven days unless it is said, by what it reads like.
    package func failures(
        from: Timestamp?,
        until: Timestamp?,
        job: JobID?,
        limit: Int,
        as principal: Principal
    ) async throws -> Failures {
        let scope = try principal.require(.executionsRead)
        let (begin, end) = try self.span(from, until)
        guard let store = self.store as? any FailureStore else {
            return Failures(from: begin, until: end, clusters: [], names: [:], showsText: false)
        }
        let clusters = try await store.failureClusters(
            FailureQuery(from: begin, until: end, job: job, limit: limit, scope: scope)
        )
        var names: [JobID: String] = [:]
        for id in Set(clusters.flatMap(\.jobs)).sorted() {
            if let job = try await self.store.job(id), scope.touches(job.definition.groups) {
                names[id] = job.definition.name
            }
        }
        return Failures(
            from: begin,
            until: end,
            clusters: clusters,
            names: names,
            showsText: principal.scope(of: .logsRead).covers(scope)
        )
    }
}
