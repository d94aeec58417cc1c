// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension WorkflowService {
    /// Reads a definition.
    ///
    /// - Throws: all that is wrong with it by itself.
    static func read(_ body: JSON) throws -> WorkflowDefinition {
        var faults = FaultCollector()
        let (definition, found) = WorkflowDefinition.read(body)
        for fault in found { faults.add(fault.path, fault.code, fault.text) }
        try faults.check(Self.refusal)
        guard let definition else { throw CoreError(.internal, "A workflow without faults has no definition.") }
        return definition
    }

    /// Checks what neither the definition itself nor the store can.
    ///
    /// - Parameter before: tasks that it ran already are not looked at again: somebody who may not run one of them can still
    ///   edit the rest. Who saves it answers for all of it at its next start all the same (D12).
    /// - Parameter together: what is to be saved with it, and counts as it will be.
    /// - Returns: when it is due next.
    func check(
        _ definition: WorkflowDefinition,
        uid: JobUID,
        over before: Workflow?,
        together: FlowsTogether = FlowsTogether(),
        as principal: Principal
    ) async throws -> Timestamp? {
        var faults = FaultCollector()
        JobValidator.checkLabels(definition.labels, &faults)
        try self.jobs.requireChange(definition.groups, as: principal)
        var next: Timestamp?
        do {
            next = try definition.schedule?.next(after: self.clock.now, workflow: uid)
            if definition.schedule != nil, next == nil {
                faults.add("cron_expr", "never", "this schedule has no further instant")
            }
        } catch {
            faults.add("cron_expr", error.code.rawValue, error.wording)
        }
        if definition.schedule != nil {
            for (number, parameter) in definition.parameters.enumerated() where parameter.standard == nil {
                faults.add(
                    "parameters[\(number)].default",
                    "required",
                    "a workflow with a schedule starts without anybody: give '\(parameter.name)' a default"
                )
            }
        }
        // Who may see a task may wait for it, and is not thereby allowed to run it.
        let known = Set((before?.definition.nodes ?? []).compactMap(\.work.job))
        let awaited = Set((before?.definition.nodes ?? []).compactMap(\.work.awaited))
        var nested: Set<WorkflowID> = []
        for case .workflow(let id) in (before?.definition.nodes ?? []).map(\.work) { nested.insert(id) }
        for (number, node) in definition.nodes.enumerated() {
            let path = "nodes[\(number)]"
            let place = if case .map = node.work { "\(path).do" } else { path }
            if let id = node.work.awaited, !known.contains(id), !awaited.contains(id), !together.isFaulty(task: id) {
                try await self.checkAwaited(id, "\(path).task_id", together, &faults, as: principal)
            }
            if let id = node.work.job, !known.contains(id), !together.isFaulty(task: id) {
                try await self.checkJob(id, of: node, place, together, &faults, as: principal)
            }
            if let step = node.work.own {
                try await self.check(step, node.key, of: definition, place, &faults, as: principal)
            }
            if let placement = node.placement {
                // It keeps the rules of tasks.
                var found = FaultCollector()
                _ = JobValidator.checked(placement, beside: nil, &found)
                for fault in found.details { faults.add("\(path).\(fault.path)", fault.code, fault.text) }
            }
            switch node.work {
            case .workflow(let id) where !nested.contains(id) && !together.isFaulty(workflow: id):
                try await self.checkNested(id, "\(path).workflow_id", together, &faults, as: principal)
            case .wait(.until(_, _, let zone)):
                do { _ = try ZoneDatabase.shared.rules(named: zone) } catch {
                    faults.add("\(path).timezone", error.code.rawValue, error.wording)
                }
            case .job, .own, .map, .workflow, .wait, .approval, .decision, .noop: break
            }
        }
        try faults.check(Self.refusal)
        return next
    }

    /// Whoever may see a task may wait for it.
    private func checkAwaited(
        _ id: JobID,
        _ path: String,
        _ together: FlowsTogether,
        _ faults: inout FaultCollector,
        as principal: Principal
    ) async throws {
        guard let job = try await self.task(id, together), principal.scope(of: .jobsRead).touches(job.groups) else {
            return faults.add(path, "not_found", "there is no task \(id) that you may see")
        }
    }

    private func checkNested(
        _ id: WorkflowID,
        _ path: String,
        _ together: FlowsTogether,
        _ faults: inout FaultCollector,
        as principal: Principal
    ) async throws {
        let seen = try principal.require(.jobsRead)
        guard let inner = try await self.workflow(id, together), seen.touches(inner.groups) else {
            return faults.add(path, "not_found", "there is no workflow \(id)")
        }
        guard principal.scope(of: .jobsRun).covers(inner.groups) else {
            return faults.add(path, "forbidden", "you may not run workflow \(id) on all its groups")
        }
    }

    static let refusal: Wording = "The workflow cannot be saved"

    /// When a stored definition is due next.
    static func next(of definition: WorkflowDefinition, uid: JobUID, after now: Timestamp) throws -> Timestamp? {
        do {
            return try definition.schedule?.next(after: now, workflow: uid)
        } catch {
            throw CoreError(
                .conflict,
                "The schedule of '\(definition.name)' no longer compiles: \(error). Edit the workflow."
            )
        }
    }

    /// Whoever saves a workflow runs its tasks with it.
    private func checkJob(
        _ id: JobID,
        of node: WorkflowNode,
        _ path: String,
        _ together: FlowsTogether,
        _ faults: inout FaultCollector,
        as principal: Principal
    ) async throws {
        guard let job = try await self.task(id, together), principal.scope(of: .jobsRead).touches(job.groups) else {
            faults.add("\(path).task_id", "not_found", "there is no task \(id) that you may see")
            return
        }
        faults.require(
            principal.scope(of: .jobsRun).covers(job.groups),
            "\(path).task_id",
            "forbidden",
            "you may not run task \(id) on all its groups"
        )
        for name in job.secretParameters where node.parameters[name] != nil {
            faults.add(
                "\(path).parameters.\(name)",
                "secret",
                "'\(name)' is secret, and a workflow's values are readable; give the task a default such as 'secret:NAME'"
            )
        }
        if let why = TwoPersonRule.obstacle(toStart: job) { faults.add("\(path).task_id", "two_person", why) }
    }

    /// Its own scripts and requests keep the rules of tasks.
    private func check(
        _ step: OwnStep,
        _ key: String,
        of definition: WorkflowDefinition,
        _ path: String,
        _ faults: inout FaultCollector,
        as principal: Principal
    ) async throws {
        guard !definition.groups.isEmpty else {
            faults.add("group_ids", "required", "say on which groups '\(key)' runs")
            return
        }
        let job = step.job(of: definition, key: key)
        do {
            _ = try await self.jobs.validate(
                JobDraft(
                    name: job.name,
                    payload: job.payload,
                    schedule: .manual,
                    policies: job.policies,
                    groups: job.groups
                ),
                uid: JobUID(uuid: self.makeUUID()),
                existing: nil,
                as: principal
            )
        } catch let error as CoreError where error.code == .invalid {
            for detail in error.details {
                faults.add(Self.path(of: detail.path, at: path), detail.code, detail.text)
            }
        }
    }

    /// Where a field of a task stands in a step.
    private static func path(of field: String, at step: String) -> String {
        switch field {
        case "group_ids": field
        case "executor_config.command": "\(step).script"
        case "timeout": "\(step).timeout_seconds"
        default: "\(step).\(field.replacing("executor_config.", with: ""))"
        }
    }
}
