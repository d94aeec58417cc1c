// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What people are told of a run of a workflow: how it ended, or that it waits for one of them.
///
/// Whole in itself: rules find it by what the workflow was when it happened, also when it is changed or gone meanwhile.
package struct WorkflowNews: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case succeeded, failed
        /// It was due and did not begin: another run was open, or it was too late.
        case skipped
        /// A step asks a person (W10).
        case asks
        /// Nobody need answer any more: somebody has, the time for it is over, or the step was ended.
        case asksNoMore = "asks_no_more"
    }

    package let kind: Kind
    package let workflow: WorkflowID
    package let run: RunID
    package let name: String
    package let groups: [GroupID]
    package let labels: [String: String]
    /// Keys of the steps that failed, or of the one that asks; in the order of the definition.
    package let steps: [String]
    /// Why a failed run went no further.
    package let halt: FlowHalt?

    /// Steps that are kept by their keys; of more there is the number.
    package static let stepLimit = 10

    package init(
        _ kind: Kind,
        workflow: WorkflowID,
        run: RunID,
        name: String,
        groups: [GroupID],
        labels: [String: String] = [:],
        steps: [String] = [],
        halt: FlowHalt? = nil
    ) {
        self.kind = kind
        self.workflow = workflow
        self.run = run
        self.name = name
        self.groups = groups
        self.labels = labels
        self.steps = steps
        self.halt = halt
    }

    /// A step that asks a person, or does so no more; also one of a run that is a step itself.
    package init(
        asking step: String,
        _ kind: Kind = .asks,
        _ run: FlowRun,
        of definition: WorkflowDefinition,
        groups: [GroupID]
    ) {
        self.init(
            kind,
            workflow: run.workflow,
            run: run.id,
            name: run.workflowName,
            groups: groups,
            labels: definition.labels,
            steps: [step]
        )
    }

    /// The end of a run.
    ///
    /// - Returns: nil for a run that has not ended, for one that somebody cancelled (they know), and for one that is a step
    ///   of another run, whose end tells of it.
    package init?(endOf run: FlowRun, _ nodes: [FlowNode], of definition: WorkflowDefinition, groups: [GroupID]) {
        guard run.owner == nil, let outcome = run.outcome else { return nil }
        let kind: Kind
        switch outcome {
        case .succeeded: kind = .succeeded
        case .failed: kind = .failed
        case .skipped: kind = .skipped
        case .cancelled: return nil
        }
        let failed = kind == .failed ? nodes.filter { $0.state == .failed }.map(\.key) : []
        let more = failed.count - Self.stepLimit
        self.init(
            kind,
            workflow: run.workflow,
            run: run.id,
            name: run.workflowName,
            groups: groups,
            labels: definition.labels,
            steps: more > 0 ? failed.prefix(Self.stepLimit) + ["+\(more)"] : failed,
            halt: kind == .failed ? run.halt : nil
        )
    }
}
