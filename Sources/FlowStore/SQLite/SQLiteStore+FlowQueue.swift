// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Runs of workflows that wait until others have ended (W17).
extension SQLiteStore {
    /// Records the run of a due instant: it begins, waits for its turn, or is skipped.
    func admit(_ due: FlowRun, of workflow: Workflow, at now: Timestamp, _ db: Database) throws -> FlowStep {
        let table = FlowTable(db)
        let definition = workflow.definition
        var run = due
        let latest = definition.startDeadlineSeconds.map {
            run.nominal.advanced(byMilliseconds: Int64($0) * 1000)
        }
        let isMissed = now.milliseconds(since: run.nominal) > WorkflowDefinition.misfireMilliseconds
        if (isMissed && definition.misfire == .skip) || latest.map({ $0 < now }) == true {
            return try self.skip(run, of: workflow, at: now, db)
        }
        guard definition.overlap != .allow, try table.open(of: workflow.id) != nil else {
            return try self.begin(run, of: workflow, request: nil, at: now, db)
        }
        guard let limit = definition.overlap.queueLimit else { return try self.skip(run, of: workflow, at: now, db) }
        var (started, stopped): ([StartedRun], [(execution: Execution, force: Bool)]) = ([], [])
        func stop(_ ids: [RunID]) throws {
            for id in ids {
                let step = try self.apply([.cancel(force: false)], to: id, at: now, db)
                started += step.started
                stopped += step.stopped
            }
        }
        // Those that wait go first, or the end of the others would begin one of them.
        if definition.overlap == .cancelPrevious {
            try stop(try table.queued(of: workflow.id, limit: WorkflowDefinition.queueLimit))
        } else if try table.queued(of: workflow.id, limit: limit).count >= limit {
            return try self.skip(run, of: workflow, at: now, db)
        }
        run.phase = .queued
        run.deadline = latest
        _ = try self.begin(run, of: workflow, request: nil, at: now, db)
        if definition.overlap == .cancelPrevious { try stop(try table.begun(of: workflow.id)) }
        return FlowStep(detail: try self.loaded(run.id, db).detail, started: started, stopped: stopped)
    }

    private func skip(_ due: FlowRun, of workflow: Workflow, at now: Timestamp, _ db: Database) throws -> FlowStep {
        var run = due
        run.phase = .ended
        run.outcome = .skipped
        run.endedAt = now
        return try self.begin(run, of: workflow, request: nil, at: now, db)
    }

    /// Begins the run that has waited longest, if no other one is open.
    func beginNext(of workflow: WorkflowID, at now: Timestamp, _ db: Database) throws -> FlowStep? {
        let table = FlowTable(db)
        guard let next = try table.queued(of: workflow, limit: 1).first, try table.begun(of: workflow).isEmpty,
            let run = try table.find(next),
            let definition = try WorkflowTable(db).definition(run.workflow, version: run.version)
        else { return nil }
        // One that comes too late is skipped, and has no steps.
        if run.deadline.map({ $0 > now }) ?? true {
            try table.save(try self.pinned(definition, of: workflow, db), of: next)
        }
        return try self.apply([.begin], to: next, at: now, db)
    }
}
