// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

extension SQLiteStore: WorkflowStore {
    package func createWorkflow(
        uid: JobUID,
        definition: WorkflowDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        by change: Change
    ) async throws -> Workflow {
        try await self.write("create_workflow") { db in
            try self.requireGroups(definition.groups, db)
            let table = WorkflowTable(db)
            guard try table.glance(named: definition.name) == nil else {
                throw StoreFault.workflowNameTaken(definition.name)
            }
            let new = Workflow(
                id: 0,
                uid: uid,
                version: 1,
                definition: definition,
                isEnabled: isEnabled,
                nextFire: nextFire,
                owner: Self.owner(change),
                createdBy: change.actor.name,
                createdAt: change.at,
                updatedAt: change.at
            )
            let id = try table.insert(new)
            guard let workflow = try table.find(id) else { throw StoreFault.noWorkflow(id) }
            try self.requireNoCycle(workflow, db)
            try self.bindSteps(of: workflow, by: change, db)
            try table.keep(workflow, by: change.actor.name)
            try AuditTable(db).record(
                change,
                .workflowCreate,
                AuditObject(workflow),
                groups: definition.groups,
                after: WorkflowAudit(workflow)
            )
            return workflow
        }
    }

    package func updateWorkflow(
        _ id: WorkflowID,
        definition: WorkflowDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        expectedVersion: Int64?,
        by change: Change
    ) async throws -> Workflow {
        try await self.write("update_workflow") { db in
            let table = WorkflowTable(db)
            guard let before = try table.find(id) else { throw StoreFault.noWorkflow(id) }
            if let expectedVersion, expectedVersion != before.version {
                throw StoreFault.workflowVersion(before, expected: expectedVersion)
            }
            try self.requireGroups(definition.groups, db)
            if let other = try table.glance(named: definition.name), other.id != id {
                throw StoreFault.workflowNameTaken(definition.name)
            }
            var workflow = before
            workflow.version += 1
            workflow.definition = definition
            workflow.isEnabled = isEnabled
            workflow.nextFire = nextFire
            workflow.updatedAt = change.at
            // Whoever only switches it off and on does not answer for what it does.
            if before.definition != definition { workflow.owner = Self.owner(change) }
            if before.definition != definition { try self.requireNoCycle(workflow, db) }
            try table.update(workflow)
            try table.keep(workflow, by: change.actor.name)
            try table.forgetUnused(of: id, butNewest: WorkflowVersion.limit)
            if before.definition != definition { try self.bindSteps(of: workflow, by: change, db) }
            try AuditTable(db).record(
                change,
                WorkflowAudit.action(from: before, to: workflow),
                AuditObject(workflow),
                groups: before.definition.groups + definition.groups,
                before: WorkflowAudit(before),
                after: WorkflowAudit(workflow)
            )
            return workflow
        }
    }

    package func deleteWorkflow(_ id: WorkflowID, expectedVersion: Int64?, by change: Change) async throws {
        try await self.write("delete_workflow") { db in
            let table = WorkflowTable(db)
            guard let workflow = try table.find(id) else { throw StoreFault.noWorkflow(id) }
            if let expectedVersion, expectedVersion != workflow.version {
                throw StoreFault.workflowVersion(workflow, expected: expectedVersion)
            }
            try table.requireUnused(.workflow(id), named: workflow.definition.name)
            if let open = try FlowTable(db).open(of: id) { throw StoreFault.workflowRuns(workflow, open) }
            for (_, job) in try table.steps(of: id).sorted(by: { $0.key < $1.key }) {
                _ = try self.delete(job, by: change, db)
            }
            try table.delete(id)
            try table.forgetUnused(of: id, butNewest: 0)
            try AuditTable(db).record(
                change,
                .workflowDelete,
                AuditObject(workflow),
                groups: workflow.definition.groups,
                before: WorkflowAudit(workflow)
            )
        }
    }

    package func workflows(using thing: WorkflowUse) async throws -> [WorkflowUser] {
        try await self.read { db in try WorkflowTable(db).users(of: thing) }
    }

    package func workflow(_ id: WorkflowID) async throws -> Workflow? {
        try await self.read { db in try WorkflowTable(db).glance(id) }
    }

    package func workflow(named name: String) async throws -> Workflow? {
        try await self.read { db in try WorkflowTable(db).glance(named: name) }
    }

    package func versions(of id: WorkflowID, page: PageRequest) async throws -> Page<WorkflowVersion> {
        try await self.read { db in try WorkflowTable(db).versions(of: id, page) }
    }

    package func definition(of id: WorkflowID, version: Int64) async throws -> WorkflowDefinition? {
        try await self.read { db in try WorkflowTable(db).definition(id, version: version) }
    }

    package func workflows(_ query: WorkflowQuery) async throws -> Page<Workflow> {
        try await self.read { db in try WorkflowTable(db).page(query) }
    }

    package func dueWorkflows(at now: Timestamp, limit: Int) async throws -> [Workflow] {
        try await self.read { db in try WorkflowTable(db).due(at: now, limit: limit) }
    }

    private static func owner(_ change: Change) -> UserID? {
        change.actor.kind == .user ? change.actor.id.flatMap { UserID($0) } : nil
    }

    /// Makes the jobs of its own steps those of its definition.
    ///
    /// Versions of a job stay, so runs that are open go on with theirs; the job of a step that is gone goes with it.
    private func bindSteps(of workflow: Workflow, by change: Change, _ db: Database) throws {
        let table = WorkflowTable(db)
        var known = try table.steps(of: workflow.id)
        for node in workflow.definition.nodes {
            guard let step = node.work.own else { continue }
            let definition = step.job(of: workflow.definition, key: node.key)
            guard let id = known.removeValue(forKey: node.key), let before = try JobTable(db).find(id) else {
                let new = try NewJob(
                    uid: JobUID(uuid: UUID()),
                    definition: definition,
                    isEnabled: true,
                    nextFire: nil
                )
                let job = try self.create(new, by: change, db)
                try table.claim(job.id, as: node.key, of: workflow.id)
                continue
            }
            guard before.definition != definition else { continue }
            if let other = try JobTable(db).find(named: definition.name), other.id != id {
                throw StoreFault.jobNameTaken(definition.name)
            }
            var job = before
            job.definition = definition
            _ = try self.save(&job, over: before, by: change, db)
        }
        for (_, id) in known.sorted(by: { $0.key < $1.key }) { _ = try self.delete(id, by: change, db) }
    }
}

extension AuditObject {
    init(_ workflow: Workflow) {
        self.init("workflow", String(workflow.id), name: workflow.definition.name)
    }

    init(_ run: FlowRun) { self.init("workflow_run", run.id.description, name: run.workflowName) }
}

/// What the audit says of a workflow: the same as the API.
struct WorkflowAudit: Encodable {
    let definition: String
    let enabled: Bool

    init(_ workflow: Workflow) {
        self.definition = JSONWriter.text(workflow.definition.json)
        self.enabled = workflow.isEnabled
    }

    static func action(from before: Workflow, to after: Workflow) -> AuditAction {
        guard before.definition == after.definition, before.isEnabled != after.isEnabled else { return .workflowUpdate }
        return after.isEnabled ? .workflowEnable : .workflowDisable
    }
}
