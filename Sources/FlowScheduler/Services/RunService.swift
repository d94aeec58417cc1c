// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What fires, triggers and retries started, as wholes (S3's task centre).
package struct RunService: Sendable {
    let store: any Store

    package init(store: any Store) { self.store = store }

    package func list(_ query: RunQuery, as principal: Principal) async throws -> Page<RunSummary> {
        var query = query
        query.scope = try principal.require(.executionsRead)
        return try await self.store.runs(query)
    }

    package func get(_ id: RunID, as principal: Principal) async throws -> RunSummary {
        let scope = try principal.require(.executionsRead)
        guard let run = try await self.store.run(id, in: scope) else {
            throw CoreError(.notFound, "There is no run \(id). It may be older than the history that is kept.")
        }
        return run
    }
}
