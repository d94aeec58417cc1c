// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension ExecutionService {
    /// Stops all open executions that a filter finds, each checked as if it were asked for alone.
    ///
    /// - Throws: ``BulkChanged`` when it would be other ones than were counted.
    package func stopAll(
        _ query: ExecutionQuery,
        force: Bool,
        token: String?,
        as principal: Principal
    ) async throws -> BulkAnswer {
        try principal.require(.executionsCancel)
        let found = try await self.all(query, where: { !$0.isTerminal }, as: principal)
        return try await self.each(found, force ? "kill" : "stop", token: token, as: principal) { execution in
            _ = try await self.cancel(execution.id, force: force, as: principal)
        }
    }

    /// Runs all ended executions that a filter finds again; the same token starts each once.
    ///
    /// - Throws: ``BulkChanged`` when it would be other ones than were counted.
    package func retryAll(
        _ query: ExecutionQuery,
        source: String,
        token: String?,
        as principal: Principal
    ) async throws -> BulkAnswer {
        try principal.require(.jobsRun)
        let found = try await self.all(query, where: \.isTerminal, as: principal)
        return try await self.each(found, "retry", token: token, as: principal) { execution in
            _ = try await self.retry(execution.id, idempotencyKey: token, source: source, as: principal)
        }
    }

    private func each(
        _ executions: [Execution],
        _ action: String,
        token: String?,
        as principal: Principal,
        _ body: (Execution) async throws -> Void
    ) async throws -> BulkAnswer {
        try await BulkAnswer.of(
            executions,
            action,
            token: token,
            as: principal,
            at: self.clock.now,
            bus: self.bus,
            named: { ($0.id.description, $0.jobName) },
            body
        )
    }

    /// All that a filter finds in these states, up to one more than may be.
    private func all(
        _ query: ExecutionQuery,
        where isWanted: (ExecutionStatus) -> Bool,
        as principal: Principal
    ) async throws -> [Execution] {
        var query = query
        let asked = query.statuses.isEmpty ? ExecutionStatus.allCases : query.statuses
        query.statuses = asked.filter(isWanted)
        guard !query.statuses.isEmpty else { return [] }
        query.page = PageRequest(number: 1, size: 500)
        query.before = nil
        var found: [Execution] = []
        for _ in 1...3 {
            let page = try await self.list(query, as: principal).items
            found += page
            guard page.count == 500, let last = page.last else { break }
            // Older ones than this: new ones that come meanwhile move no page.
            query.before = last.id
        }
        return found
    }
}
