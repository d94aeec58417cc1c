// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Runs of workflows that are steps of others (W14).
extension SQLiteStore {
    /// Begins the run of the workflow that a step is.
    func beginNested(
        _ key: String,
        _ given: [String: String],
        of core: WorkflowCore,
        at now: Timestamp,
        _ db: Database
    ) throws -> Result<FlowStep, Refusal> {
        guard let index = core.graph.index[key], let pinned = core.nodes[index].job, let id = core.nodes[index].child,
            let workflow = try WorkflowTable(db).find(pinned.id), workflow.uid == pinned.uid
        else { return .failure(Refusal(key, .deleted, "The workflow of this step was deleted.")) }
        let depth = (core.run.owner?.depth ?? 0) + 1
        guard depth < WorkflowDefinition.depthLimit else {
            let words = "At most \(WorkflowDefinition.depthLimit) workflows run within one another."
            return .failure(Refusal(key, .depth, words))
        }
        let node = core.definition.nodes[index]
        if !workflow.isEnabled, node.ifDisabled != .run {
            let isSkipped = node.ifDisabled == .skip
            return .failure(Refusal(key, isSkipped ? .ifDisabled : .disabled, "The workflow is disabled."))
        }
        if let owner = try WorkflowTable(db).glance(core.run.workflow)?.owner,
            let words = StartRight.obstacle(
                owner: try UserTable(db).find(owner),
                workflow: core.run.workflowName,
                starting: workflow
            )
        {
            return .failure(Refusal(key, .denied, words.english))
        }
        let parameters: JSON
        do {
            parameters = try workflow.definition.parameters(from: given)
        } catch {
            return .failure(Refusal(key, .expression, error.text.english))
        }
        let run = FlowRun(
            id: id,
            workflow: workflow.id,
            workflowUID: workflow.uid,
            workflowName: workflow.definition.name,
            version: workflow.version,
            type: .workflow,
            nominal: core.nodes[index].readyAt ?? now,
            source: "flow:\(core.run.workflowName)/\(key)",
            caller: core.run.caller,
            parameters: parameters,
            deadline: now.advanced(byMilliseconds: Int64(workflow.definition.timeoutSeconds) * 1000),
            owner: FlowOwner(run: core.run.id, key: key, depth: depth),
            createdAt: now
        )
        return .success(try self.begin(run, of: workflow, request: nil, at: now, db))
    }

    /// Does to the runs within a run what was done to that.
    func cascade(_ event: WorkflowEvent, from step: FlowStep, at now: Timestamp, _ db: Database) throws -> FlowStep {
        switch event {
        case .pause, .resume, .abandon: break
        default: return step
        }
        var (started, stopped) = (step.started, step.stopped)
        for child in try FlowTable(db).open(ownedBy: step.detail.run.id) {
            let inner = try self.apply([event], to: child, at: now, db)
            let whole = try self.cascade(event, from: inner, at: now, db)
            started += whole.started
            stopped += whole.stopped
        }
        return FlowStep(detail: step.detail, started: started, stopped: stopped, isRepeat: step.isRepeat)
    }

    /// Refuses a workflow that would run itself, or too many within one another.
    func requireNoCycle(_ workflow: Workflow, _ db: Database) throws {
        var known: [WorkflowID: WorkflowDefinition?] = [workflow.id: workflow.definition]
        let path = try NestedWorkflows.check(workflow.id) { id in
            if let found = known[id] { return found }
            let found = try WorkflowTable(db).find(id)?.definition
            known[id] = found
            return found
        }
        if let path { throw path }
    }
}

extension JobReference {
    init(_ workflow: Workflow) {
        self.init(id: workflow.id, uid: workflow.uid, version: workflow.version, name: workflow.definition.name)
    }
}

extension WorkflowCore {
    /// Whether a step is another workflow.
    func isWorkflow(_ key: String) -> Bool {
        guard let index = self.graph.index[key], case .workflow = self.definition.nodes[index].work else {
            return false
        }
        return true
    }
}
