// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Foundation

/// Workflows, as people handle them.
///
/// Nothing changes before every fault is known, and each call states who asks.
package struct WorkflowService: Sendable {
    let store: any WorkflowStore
    let jobs: JobService
    let engine: WorkflowEngine
    let clock: any WallClock
    let makeUUID: @Sendable () -> UUID

    package init(
        store: any WorkflowStore,
        jobs: JobService,
        engine: WorkflowEngine,
        clock: any WallClock,
        makeUUID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.jobs = jobs
        self.engine = engine
        self.clock = clock
        self.makeUUID = makeUUID
    }

    // MARK: Reading

    package func list(_ query: WorkflowQuery, as principal: Principal) async throws -> Page<Workflow> {
        var query = query
        query.scope = try principal.require(.jobsRead)
        return try await self.store.workflows(query)
    }

    /// A workflow that cannot be read is answered like one that does not exist.
    package func get(_ id: WorkflowID, as principal: Principal) async throws -> Workflow {
        let scope = try principal.require(.jobsRead)
        guard let workflow = try await self.store.workflow(id), scope.touches(workflow.definition.groups) else {
            throw StoreFault.noWorkflow(id)
        }
        return workflow
    }

    package func versions(
        of id: WorkflowID,
        page: PageRequest,
        as principal: Principal
    ) async throws -> Page<WorkflowVersion> {
        try await self.store.versions(of: self.get(id, as: principal).id, page: page)
    }

    /// What one of its versions said.
    package func definition(
        of id: WorkflowID,
        version: Int64,
        as principal: Principal
    ) async throws -> WorkflowDefinition {
        let known = try await self.get(id, as: principal).id
        // It may have belonged to other groups then.
        let scope = principal.scope(of: .jobsRead)
        guard let definition = try await self.store.definition(of: known, version: version),
            scope.touches(definition.groups)
        else { throw StoreFault.noWorkflowVersion(version) }
        return definition
    }

    // MARK: Writing

    /// - Parameter body: the definition.
    package func create(_ body: JSON, isEnabled: Bool, as principal: Principal) async throws -> Workflow {
        try principal.require(.jobsWrite)
        let uid = JobUID(uuid: self.makeUUID())
        let definition = try Self.read(body)
        let next = try await self.check(definition, uid: uid, over: nil, as: principal)
        let workflow = try await self.store.createWorkflow(
            uid: uid,
            definition: definition,
            isEnabled: isEnabled,
            nextFire: isEnabled ? next : nil,
            by: principal.change(at: self.clock.now)
        )
        await self.jobs.gateway.configurationChanged()
        return workflow
    }

    /// Stores a new version; open runs keep to theirs.
    package func update(
        _ id: WorkflowID,
        to body: JSON,
        isEnabled: Bool?,
        expectedVersion: Int64?,
        as principal: Principal
    ) async throws -> Workflow {
        try principal.require(.jobsWrite)
        var definition = try Self.read(body)
        let before = try await self.changeable(id, as: principal)
        // Who does not speak of labels, as editors of before, leaves them as they are.
        if body["labels"] == nil { definition.labels = before.definition.labels }
        if let expectedVersion, expectedVersion != before.version {
            throw StoreFault.workflowVersion(before, expected: expectedVersion)
        }
        let next = try await self.check(definition, uid: before.uid, over: before, as: principal)
        let isEnabled = isEnabled ?? before.isEnabled
        let workflow = try await self.store.updateWorkflow(
            id,
            definition: definition,
            isEnabled: isEnabled,
            nextFire: isEnabled ? next : nil,
            // Rights were checked on the groups of the version that was read: that one has to be replaced.
            expectedVersion: before.version,
            by: principal.change(at: self.clock.now)
        )
        await self.jobs.gateway.configurationChanged()
        return workflow
    }

    package func delete(_ id: WorkflowID, expectedVersion: Int64? = nil, as principal: Principal) async throws {
        let workflow = try await self.changeable(id, as: principal)
        if let expectedVersion, expectedVersion != workflow.version {
            throw StoreFault.workflowVersion(workflow, expected: expectedVersion)
        }
        try await self.store.requireUnused(.workflow(id), named: workflow.definition.name, as: principal)
        // Rights were checked on the groups of the version that was read: that one has to go.
        try await self.store.deleteWorkflow(
            id,
            expectedVersion: workflow.version,
            by: principal.change(at: self.clock.now)
        )
        await self.jobs.gateway.configurationChanged()
    }

    /// Switches the schedule on or off; idempotent.
    ///
    /// What runs goes on (W8).
    package func setEnabled(_ isEnabled: Bool, _ id: WorkflowID, as principal: Principal) async throws -> Workflow {
        let workflow = try await self.runnable(id, as: principal)
        guard workflow.isEnabled != isEnabled else { return workflow }
        let now = self.clock.now
        return try await self.store.updateWorkflow(
            id,
            definition: workflow.definition,
            isEnabled: isEnabled,
            nextFire: isEnabled ? try Self.next(of: workflow.definition, uid: workflow.uid, after: now) : nil,
            expectedVersion: workflow.version,
            by: principal.change(at: now)
        )
    }

    // MARK: Rights

    /// - Throws: `conflict` for one that only a newer server can read.
    private func readable(_ id: WorkflowID, as principal: Principal) async throws -> Workflow {
        let workflow = try await self.get(id, as: principal)
        guard !workflow.isUnreadable else { throw StoreFault.workflowUnreadable(workflow) }
        return workflow
    }

    func changeable(_ id: WorkflowID, as principal: Principal) async throws -> Workflow {
        try principal.require(.jobsWrite)
        let workflow = try await self.readable(id, as: principal)
        try self.jobs.requireChange(workflow.definition.groups, as: principal)
        return workflow
    }

    func runnable(_ id: WorkflowID, as principal: Principal) async throws -> Workflow {
        try principal.require(.jobsRun)
        let workflow = try await self.readable(id, as: principal)
        try principal.require(
            .jobsRun,
            onAll: workflow.definition.groups,
            visible: principal.scope(of: .groupsRead)
        )
        return workflow
    }
}

extension WorkflowStore {
    /// - Throws: `inUse` with the names of the workflows that use it, as far as somebody may see them.
    func requireUnused(_ thing: WorkflowUse, named name: String, as principal: Principal) async throws {
        let users = try await self.workflows(using: thing)
        guard !users.isEmpty else { return }
        let scope = principal.scope(of: .jobsRead)
        let visible = users.filter { scope.touches($0.groups) }
        throw StoreFault.usedByWorkflows(name, visible, hidden: users.count - visible.count)
    }
}
