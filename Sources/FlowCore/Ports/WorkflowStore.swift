// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Workflows, their runs, and what is to happen to these.
///
/// Every call that changes a run loads it, lets ``WorkflowCore`` decide, and saves what changed with all that follows from it
/// in one transaction; writers run one after the other.
package protocol WorkflowStore: Sendable {
    // MARK: Workflows

    /// Stores version 1, with a task for each script and request of its own.
    ///
    /// - Throws: `nameTaken` for its name or one of those tasks', `notFound` for a group.
    func createWorkflow(
        uid: JobUID,
        definition: WorkflowDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        by change: Change
    ) async throws -> Workflow

    /// Stores a new version. Runs that are open keep to theirs.
    ///
    /// - Throws: `conflict` when the stored version is another one than expected.
    func updateWorkflow(
        _ id: WorkflowID,
        definition: WorkflowDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        expectedVersion: Int64?,
        by change: Change
    ) async throws -> Workflow

    /// Deletes it with its own tasks; its runs stay.
    ///
    /// - Throws: `inUse` while a run of it is open or another workflow runs it, `conflict` when the stored version is another one than
    ///   expected.
    func deleteWorkflow(_ id: WorkflowID, expectedVersion: Int64?, by change: Change) async throws

    /// Workflows that use a task or workflow as they are now, by name.
    func workflows(using thing: WorkflowUse) async throws -> [WorkflowUser]

    /// Also one that can't be read (``Workflow/isUnreadable``); so do the next two.
    func workflow(_ id: WorkflowID) async throws -> Workflow?
    func workflow(named name: String) async throws -> Workflow?
    func workflows(_ query: WorkflowQuery) async throws -> Page<Workflow>

    /// What it said before, the newest first; empty for one that is not there.
    func versions(of id: WorkflowID, page: PageRequest) async throws -> Page<WorkflowVersion>
    /// - Returns: nil for a version that is not kept.
    func definition(of id: WorkflowID, version: Int64) async throws -> WorkflowDefinition?

    // MARK: Runs

    func startFlow(_ start: FlowStart, by change: Change) async throws -> FlowStep

    /// Repeats a run that has ended (W16).
    ///
    /// - Throws: `conflict` while it is open, `notFound` for the step.
    func rerunFlow(
        _ id: RunID,
        from start: RerunStart,
        uid: String,
        source: String,
        by change: Change
    ) async throws -> FlowStep

    /// Applies what somebody asks for; repeated, it changes nothing.
    ///
    /// - Throws: `conflict` where it cannot be applied any more, with why.
    func request(_ event: WorkflowEvent, of run: RunID, by change: Change) async throws -> FlowStep

    /// Nil also for one that is not in the scope.
    func flow(_ id: RunID, in scope: Scope) async throws -> FlowDetail?
    func flows(_ query: FlowQuery) async throws -> Page<FlowSummary>

    // MARK: The engine

    /// Workflows that are due and can be read, earliest first.
    func dueWorkflows(at now: Timestamp, limit: Int) async throws -> [Workflow]

    /// Begins the run of a due instant by compare-and-set, or records why it does not.
    ///
    /// - Parameters:
    ///   - due: what is stored as the next instant; nothing happens when it is another one by now.
    ///   - nominal: the instant to run for; nil = only the schedule moves on.
    func fireWorkflow(
        _ id: WorkflowID,
        due: Timestamp,
        nominal: Timestamp?,
        next: Timestamp?,
        at now: Timestamp
    ) async throws -> FlowStep?

    /// Runs for which something has come: a child that settled, or a time that has passed.
    func dueFlows(at now: Timestamp, limit: Int) async throws -> [RunID]

    /// Applies what has come for a run.
    func stepFlow(_ id: RunID, at now: Timestamp) async throws -> FlowStep?

    /// Looks at a run again: children that settled unheard are heard, steps that may start do (W20).
    func reconcileFlow(_ id: RunID, at now: Timestamp) async throws -> FlowStep?

    /// Runs that have not ended, by id, behind one.
    func openFlows(after id: RunID?, limit: Int) async throws -> [RunID]

    /// Forgets runs that ended before an instant.
    ///
    /// - Returns: how many.
    func forgetFlows(endedBefore instant: Timestamp, limit: Int) async throws -> Int
}

extension StoreFault {
    package static func noWorkflowVersion(_ number: Int64) -> CoreError {
        CoreError(
            .notFound,
            "There is no version \(number). The newest \(WorkflowVersion.limit) are kept, and those of runs that are still there."
        )
    }

    package static func noWorkflow(_ id: WorkflowID) -> CoreError {
        CoreError(.notFound, "There is no workflow \(id). It may have been deleted.")
    }

    package static func noFlow(_ id: RunID) -> CoreError {
        CoreError(.notFound, "There is no workflow run \(id). It may be older than the history that is kept.")
    }

    package static func noStep(_ key: String, of run: FlowRun) -> CoreError {
        CoreError(.notFound, "The workflow '\(run.workflowName)' has no step '\(key)'.")
    }

    package static func workflowNameTaken(_ name: String) -> CoreError {
        self.nameTaken("A workflow named '\(name)' exists already. Choose another name.")
    }

    package static func workflowRuns(_ workflow: Workflow, _ run: RunID) -> CoreError {
        CoreError(
            .inUse,
            "'\(workflow.definition.name)' is not deleted while it runs: run \(run) has not ended. Cancel it first."
        )
    }

    /// - Parameters:
    ///   - name: of the task or workflow.
    ///   - users: those that whoever asks may see.
    ///   - hidden: how many others there are.
    package static func usedByWorkflows(_ name: String, _ users: [WorkflowUser], hidden: Int = 0) -> CoreError {
        var named = users.prefix(5).map { "'\($0.name)' (workflow \($0.id))" }
        let more = users.count - named.count + hidden
        if more > 0 { named.append("\(more) other\(more == 1 ? " workflow" : " workflows")") }
        return CoreError(
            .inUse,
            "'\(name)' is a step of \(named.joined(separator: ", ")). Take it out there first."
        )
    }

    package static func workflowUnreadable(_ workflow: Workflow) -> CoreError {
        CoreError(
            .conflict,
            "This server can't read what the workflow '\(workflow.definition.name)' says: a newer one wrote it. It stays as it is; "
                + "upgrade this server, or ask a newer one."
        )
    }

    package static func workflowVersion(_ workflow: Workflow, expected: Int64) -> CoreError {
        CoreError(
            .conflict,
            "'\(workflow.definition.name)' was changed by somebody else: you have version \(expected), stored is "
                + "\(workflow.version). Load it again."
        )
    }
}
