// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What fires, triggers and retries started, as wholes (S3's task centre).
package struct RunService: Sendable {
    let store: any Store
    let executions: ExecutionService

    package init(store: any Store, executions: ExecutionService) {
        self.store = store
        self.executions = executions
    }

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

    /// Asks for all that is still open of a run to be stopped (S3-4.3.1).
    ///
    /// Idempotent: a run that has ended is answered as it is. Each execution is asked for itself, with the rights that it
    /// needs; one that can't be stopped does not keep the others from it.
    package func stop(_ id: RunID, force: Bool, as principal: Principal) async throws -> StoppedRun {
        try principal.require(.executionsCancel)
        _ = try await self.get(id, as: principal)
        var asked = 0
        var refusals: [StoppedRun.Refusal] = []
        var query = ExecutionQuery(page: PageRequest(number: 1, size: 500), statuses: [.pending, .running], run: id)
        while true {
            let page = try await self.executions.list(query, as: principal)
            for execution in page.items {
                do {
                    _ = try await self.executions.cancel(execution.id, force: force, as: principal)
                    asked += 1
                } catch let error as CoreError where error.code == .forbidden || error.code == .notFound {
                    refusals.append(.init(execution: execution.id, agent: execution.agentID, message: error.message))
                }
            }
            guard page.items.count == query.page.size, let last = page.items.last else { break }
            query.before = last.id
        }
        if asked == 0, let first = refusals.first { throw CoreError(.forbidden, first.message) }
        return StoppedRun(summary: try await self.get(id, as: principal), asked: asked, refusals: refusals)
    }
}

/// A run that was asked to stop.
package struct StoppedRun: Sendable {
    /// An execution that whoever asked may not stop.
    package struct Refusal: Hashable, Sendable {
        package let execution: ExecutionID
        package let agent: AgentID
        package let message: String
    }

    /// As it is now.
    package let summary: RunSummary
    /// Executions that were open and have been asked.
    package let asked: Int
    package let refusals: [Refusal]
}
