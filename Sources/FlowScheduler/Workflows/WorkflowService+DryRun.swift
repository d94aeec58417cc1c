// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A step of a run that is only thought of.
package struct ForeseenStep: Sendable {
    package let step: WorkflowForecast.Step
    /// The hosts of the task's groups by id; nil where no host does it, and where the caller may not see them all.
    package var hosts: [Agent]?
    /// Of a task that the server places: who would get each slot now.
    package var records: [PlacementRecord] = []
    /// Why it would not start as things are.
    package var obstacle: Wording?
}

extension WorkflowService {
    /// What a run that began now would do; nothing starts, and nothing is stored (W18).
    package func dryRun(
        _ id: WorkflowID,
        parameters: JSON,
        as principal: Principal
    ) async throws -> (workflow: Workflow, steps: [ForeseenStep]) {
        let workflow = try await self.runnable(id, as: principal)
        let values = try Self.values(parameters, of: workflow.definition)
        let now = self.clock.now
        let forecast = WorkflowForecast(of: workflow, values: values, caller: principal.username, at: now)
        var owner: User?
        if let id = workflow.owner { owner = try await self.jobs.store.user(id) }
        var steps: [ForeseenStep] = []
        for step in forecast.steps {
            var foreseen = ForeseenStep(step: step)
            if case .workflow(let inner) = step.node.work {
                foreseen.obstacle = try await self.obstacle(to: inner, in: workflow, owner, step.node)
            } else if step.node.work.own != nil {
                try await self.addHosts(of: workflow.definition.groups, to: &foreseen, as: principal)
            } else if let id = step.node.work.job {
                try await self.foresee(id, in: workflow, owner, &foreseen, as: principal)
            }
            steps.append(foreseen)
        }
        return (workflow, steps)
    }

    private func foresee(
        _ id: JobID,
        in workflow: Workflow,
        _ owner: User?,
        _ foreseen: inout ForeseenStep,
        as principal: Principal
    ) async throws {
        guard var job = try await self.jobs.store.job(id) else {
            foreseen.obstacle = "The task of this step was deleted."
            return
        }
        if !job.isEnabled, foreseen.step.node.ifDisabled != .run {
            foreseen.obstacle = "The task is disabled."
        } else if workflow.owner != nil {
            foreseen.obstacle = StartRight.obstacle(owner: owner, workflow: workflow.definition.name, job: job)
        }
        try await self.addHosts(of: job.definition.groups, to: &foreseen, as: principal)
        if let placement = foreseen.step.node.placement {
            job.definition.placement = placement.narrowing(job.definition.placement)
        }
        guard foreseen.hosts != nil, job.definition.placement?.hasSlots == true,
            let store = self.jobs.store as? any PlacementStore
        else { return }
        // A list goes by itself over the hosts, as they are by then.
        if case .map = foreseen.step.node.work { return }
        let hosts = self.jobs.gateway.presences.mapValues { PlacementHost($0) }
        foreseen.records = try await store.preview(job, hosts, at: self.clock.now)
    }

    private func addHosts(
        of groups: [GroupID],
        to foreseen: inout ForeseenStep,
        as principal: Principal
    ) async throws {
        let ids = Set(try await self.jobs.store.agents(inAnyOf: groups))
        if ids.isEmpty, foreseen.obstacle == nil { foreseen.obstacle = "The task has no host." }
        // Hosts are named: whoever may not see all of these groups sees none.
        guard principal.scope(of: .executionsRead).covers(groups) else { return }
        foreseen.hosts = try await self.jobs.store.agents().filter { ids.contains($0.id) }.sorted { $0.id < $1.id }
    }

    private func obstacle(
        to id: WorkflowID,
        in workflow: Workflow,
        _ owner: User?,
        _ node: WorkflowNode
    ) async throws -> Wording? {
        guard let inner = try await self.store.workflow(id) else { return "The workflow of this step was deleted." }
        if inner.isUnreadable { return StoreFault.workflowUnreadable(inner).text }
        if !inner.isEnabled, node.ifDisabled != .run { return "The workflow is disabled." }
        guard workflow.owner != nil else { return nil }
        return StartRight.obstacle(owner: owner, workflow: workflow.definition.name, starting: inner)
    }
}
