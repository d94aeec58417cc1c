// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// One of several workflows that are looked at together, before any of them is saved.
package struct WorkflowCheck: Sendable {
    /// The workflow it would replace; nil for a new one.
    package let id: WorkflowID?
    /// The definition as it was sent.
    package let body: JSON

    package init(id: WorkflowID?, body: JSON) {
        self.id = id
        self.body = body
    }
}

/// What is to be saved together with a workflow: steps name it as it will be.
package struct FlowsTogether: Sendable {
    /// What a task or workflow will be; nil where that is wrong, which is said there.
    package enum Future<Definition: Sendable>: Sendable {
        case known(Definition)
        case faulty
    }

    /// By the number it has, or -1 for the first new one of a request, -2 for the second.
    var tasks: [JobID: Future<JobDefinition>] = [:]
    var workflows: [WorkflowID: Future<WorkflowDefinition>] = [:]

    package init() {}

    /// - Parameters:
    ///   - tasks: nil where there was nothing to look at; it keeps its number.
    ///   - results: what became of each of them.
    package init(_ tasks: [JobCheck?], _ results: [Result<JobDefinition, CoreError>?]) {
        for (index, (check, result)) in zip(tasks, results).enumerated() {
            let number = check?.id ?? JobsTogether.number(index)
            if case .success(let definition)? = result {
                self.tasks[number] = .known(definition)
            } else {
                self.tasks[number] = .faulty
            }
        }
    }
}

extension WorkflowService {
    /// What definitions would become, with every check of ``create(_:isEnabled:as:)`` or
    /// ``update(_:to:isEnabled:expectedVersion:as:)``, and nothing stored.
    ///
    /// They are looked at as if all were saved: -1 in `workflow_id` is the first of them, and in `task_id` the first task of
    /// the same request. Whether a new name is free is not said: the store knows that alone.
    /// - Parameters:
    ///   - checks: nil where there is nothing to look at; it keeps its number.
    ///   - tasks: what is to be saved before them.
    /// - Returns: for each the definition, or what is wrong with it.
    package func check(
        _ checks: [WorkflowCheck?],
        beside tasks: FlowsTogether,
        as principal: Principal
    ) async throws -> [Result<WorkflowDefinition, CoreError>?] {
        try principal.require(.jobsWrite)
        var together = tasks
        var read: [Result<WorkflowDefinition, any Error>?] = []
        for (index, check) in checks.enumerated() {
            let number = check?.id ?? Self.number(index)
            let result = check.map { check in Result { try Self.read(check.body) } }
            read.append(result)
            if case .success(let definition)? = result {
                together.workflows[number] = .known(definition)
            } else {
                together.workflows[number] = .faulty
            }
        }
        var results: [Result<WorkflowDefinition, CoreError>?] = []
        for (index, (check, definition)) in zip(checks, read).enumerated() {
            guard let check, let definition else {
                results.append(nil)
                continue
            }
            do {
                let definition = try definition.get()
                try await self.look(at: definition, check.id, Self.number(index), together, as: principal)
                results.append(.success(definition))
            } catch let error as CoreError {
                switch error.code {
                case .invalid, .forbidden, .notFound, .conflict: results.append(.failure(error))
                // Nobody's mistake in the definition: there is no answer at all.
                default: throw error
                }
            }
        }
        return results
    }

    private static func number(_ index: Int) -> WorkflowID { -WorkflowID(index + 1) }

    private func look(
        at definition: WorkflowDefinition,
        _ id: WorkflowID?,
        _ number: WorkflowID,
        _ together: FlowsTogether,
        as principal: Principal
    ) async throws {
        var before: Workflow?
        if let id { before = try await self.changeable(id, as: principal) }
        let known = Set(try await self.jobs.store.groupNames().keys)
        var faults = FaultCollector()
        for (index, group) in definition.groups.enumerated() where !known.contains(group) {
            faults.add("group_ids[\(index)]", "not_found", "there is no group \(group)")
        }
        try faults.check(Self.refusal)
        let uid = before?.uid ?? JobUID(uuid: self.makeUUID())
        _ = try await self.check(definition, uid: uid, over: before, together: together, as: principal)
        if let circle = try await self.nesting(of: id ?? number, definition, together) { throw circle }
    }

    /// Why a workflow can't be saved for what runs within it; nil = it can.
    private func nesting(
        of root: WorkflowID,
        _ definition: WorkflowDefinition,
        _ together: FlowsTogether
    ) async throws -> CoreError? {
        var found: [WorkflowID: WorkflowDefinition] = [root: definition]
        var open = [definition]
        while let next = open.popLast() {
            for case .workflow(let inner) in next.nodes.map(\.work) where found[inner] == nil {
                guard let workflow = try await self.workflow(inner, together) else { continue }
                found[inner] = workflow
                open.append(workflow)
            }
        }
        return try NestedWorkflows.check(root) { found[$0] }
    }

    /// A task as it will be; nil where there is none.
    func task(_ id: JobID, _ together: FlowsTogether) async throws -> JobDefinition? {
        if case .known(let definition)? = together.tasks[id] { return definition }
        guard let job = try await self.jobs.store.job(id), job.workflow == nil else { return nil }
        return job.definition
    }

    func workflow(_ id: WorkflowID, _ together: FlowsTogether) async throws -> WorkflowDefinition? {
        if case .known(let definition)? = together.workflows[id] { return definition }
        return try await self.store.workflow(id)?.definition
    }
}

extension FlowsTogether {
    /// Whether something is wrong with it by itself, so that nothing more is said where it is named.
    func isFaulty(task id: JobID) -> Bool { if case .faulty? = self.tasks[id] { true } else { false } }
    func isFaulty(workflow id: WorkflowID) -> Bool { if case .faulty? = self.workflows[id] { true } else { false } }
}
