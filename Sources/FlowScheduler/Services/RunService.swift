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

    /// What the product did in one of its own runs; nil for any other.
    package func ownWork(of run: Run) async throws -> OwnWork? {
        guard run.type == .maintenance, let store = self.store as? any OwnWorkStore else { return nil }
        return try await store.ownWork(run.id)
    }

    private static func requireForeign(_ run: Run) throws(CoreError) {
        guard run.type == .maintenance else { return }
        throw CoreError(
            .conflict,
            "Run \(run.id) is the server's own work: it is a record, and can neither be stopped nor run again."
        )
    }

    /// Keeps what somebody says who ran a job without an agent (S0, C-25).
    ///
    /// Needs the right to run the job, as it makes a record of a run; the times have to be such that a run could have had
    /// them.
    package func report(_ report: OutsideReport, as principal: Principal) async throws -> Execution {
        try principal.require(.jobsRun)
        let scope = try principal.require(.jobsRead)
        guard let job = try await self.store.job(report.job), scope.touches(job.definition.groups) else {
            throw StoreFault.noJob(report.job)
        }
        try principal.require(.jobsRun, onAll: job.definition.groups, visible: principal.scope(of: .groupsRead))
        let now = self.executions.clock.now
        var faults = FaultCollector()
        faults.require(report.start <= report.end, "end", "range", "it ended before it began")
        faults.require(
            report.end.milliseconds(since: now) <= 300_000,
            "end",
            "future",
            "\(report.end) is in the future; the server's clock shows \(now)"
        )
        faults.require(
            now.milliseconds(since: report.start) <= 7 * 86_400_000,
            "start",
            "past",
            "a report is at most seven days late"
        )
        try faults.check("The report cannot be taken")
        guard let store = self.store as? any OutsideReportStore else {
            throw CoreError(.notFound, "This server's store takes no reports of others.")
        }
        let execution = try await store.record(report, by: principal.change(at: now))
        self.executions.bus.publish(.executionsChanged([execution]))
        return execution
    }

    /// Runs a run again: the same parameters on the same hosts, as a new run that names this one (S3-4.3.3).
    ///
    /// On those of its hosts that the job still reaches; of a run in waves on those that have not succeeded. What is still open has to end first.
    package func retry(
        _ id: RunID,
        idempotencyKey: String?,
        source: String,
        as principal: Principal
    ) async throws -> StartedRun {
        try principal.require(.jobsRun)
        let summary = try await self.get(id, as: principal)
        try Self.requireForeign(summary.run)
        guard let job = try await self.store.job(uid: summary.run.jobUID) else {
            throw CoreError(.conflict, "The job '\(summary.run.jobName)' has been deleted, so it cannot be run again.")
        }
        try principal.require(.jobsRun, onAll: job.definition.groups, visible: principal.scope(of: .groupsRead))
        guard summary.tally.counts[.pending, default: 0] + summary.tally.counts[.running, default: 0] == 0 else {
            throw CoreError(.conflict, "Run \(id) is \(summary.tally.state). Wait until it ends, or stop it.")
        }
        var executions: [Execution] = []
        var query = ExecutionQuery(page: PageRequest(number: 1, size: 500), run: id)
        while true {
            let page = try await self.executions.list(query, as: principal)
            executions += page.items
            guard page.items.count == query.page.size, let last = page.items.last else { break }
            query.before = last.id
        }
        let unfinished = try await self.unfinished(executions, of: id)
        let hosts = unfinished ?? Set(executions.map(\.agentID))
        let uid = try RunStarter.uid(
            key: idempotencyKey.map { "\(id)/\($0)" },
            job: job.id,
            principal: principal,
            fresh: self.executions.makeUUID
        )
        return try await self.executions.starter.start(
            Trigger(
                job: job.id,
                uid: uid,
                type: .retry,
                source: source,
                caller: principal.username,
                parameters: try await self.executions.starter.carried(summary.run.parameters, to: job, as: principal),
                // One that reached nobody is tried on whoever is there now.
                targets: hosts.isEmpty ? nil : hosts.sorted(),
                rerunOf: id
            ),
            as: principal
        )
    }

    /// Asks for all that is still open of a run to be stopped (S3-4.3.1).
    ///
    /// Idempotent: a run that has ended is answered as it is. Each execution is asked for itself, with the rights that it
    /// needs; one that can't be stopped does not keep the others from it.
    package func stop(_ id: RunID, force: Bool, as principal: Principal) async throws -> StoppedRun {
        try principal.require(.executionsCancel)
        let summary = try await self.get(id, as: principal)
        try Self.requireForeign(summary.run)
        if force {
            let open = summary.tally.counts[.pending, default: 0] + summary.tally.counts[.running, default: 0]
            if open > 0 {
                try principal.require(.executionsKill)
                let object = Approval.Object(kind: "run", id: id.description, name: summary.run.jobName)
                try await self.executions.askToKill(object, .stopRun(id), of: summary.run.jobUID, as: principal)
            }
        }
        // The first of them settles the request that is carried out; the others are part of it.
        var acting = principal
        var asked = 0
        var refusals: [StoppedRun.Refusal] = []
        var query = ExecutionQuery(page: PageRequest(number: 1, size: 500), statuses: [.pending, .running], run: id)
        while true {
            let page = try await self.executions.list(query, as: principal)
            for execution in page.items {
                do {
                    _ = try await self.executions.cancel(execution.id, force: force, isAsked: true, as: acting)
                    acting.approval = nil
                    asked += 1
                } catch let error as CoreError where error.code == .forbidden || error.code == .notFound {
                    refusals.append(.init(execution: execution.id, agent: execution.agentID, text: error.text))
                }
            }
            guard page.items.count == query.page.size, let last = page.items.last else { break }
            query.before = last.id
        }
        if asked == 0, let first = refusals.first { throw CoreError(.forbidden, first.text) }
        return StoppedRun(summary: try await self.get(id, as: principal), asked: asked, refusals: refusals)
    }
}

/// A run that was asked to stop.
package struct StoppedRun: Sendable {
    /// An execution that whoever asked may not stop.
    package struct Refusal: Hashable, Sendable {
        package let execution: ExecutionID
        package let agent: AgentID
        package let text: Wording

        /// ``text`` in English.
        package var message: String { self.text.english }
    }

    /// As it is now.
    package let summary: RunSummary
    /// Executions that were open and have been asked.
    package let asked: Int
    package let refusals: [Refusal]
}
