// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension RunDraft {
    /// What a step of a workflow starts: an order for every host of the job.
    ///
    /// - Parameters:
    ///   - node: ready, with its job and the name of its run.
    ///   - targets: of the job's groups, now.
    ///   - placement: where it runs when that is not for the job to say.
    /// - Returns: nil for a step that starts nothing.
    package static func node(
        _ node: FlowNode,
        of flow: FlowRun,
        parameters: [String: String],
        on targets: [AgentID],
        placement: Placement? = nil,
        at now: Timestamp
    ) -> RunDraft? {
        guard let id = node.child, let job = node.job, let ready = node.readyAt else { return nil }
        let run = Run(
            id: id,
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.name,
            jobVersion: job.version,
            type: .workflow,
            nominal: ready,
            source: "flow:\(flow.workflowName)/\(node.key)",
            caller: flow.caller,
            parameters: parameters,
            createdAt: now
        )
        return RunDraft(
            run: run,
            executions: self.executions(
                of: run,
                kind: .node,
                on: targets,
                discriminator: WorkflowCore.discriminator(run: flow.id, key: node.key),
                at: now
            ),
            ordered: Set(targets),
            deadline: StartDeadline.ofTrigger(at: now),
            triggerUID: nil,
            kind: .node,
            discriminator: WorkflowCore.discriminator(run: flow.id, key: node.key),
            placement: placement
        )
    }
}
