// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Workflows and their runs as answers.
enum WorkflowPresenter {
    /// Of a list: without steps and edges, which may be many.
    static func summary(_ workflow: Workflow) -> [JSON.Member] {
        let definition = workflow.definition
        var members: [JSON.Member] = [
            .init("id", workflow.id), .init("name", definition.name), .init("description", definition.description),
            .init("group_ids", definition.groups), .init("enabled", workflow.isEnabled),
            .init("version", workflow.version),
            .init("cron_expr", definition.schedule?.cron), .init("timezone", definition.schedule?.timeZone),
            .init("labels", definition.labels),
            .init("next_exec_time", workflow.nextFire), .init("node_count", definition.nodes.count),
            .init("created_by", workflow.createdBy), .init("created_at", workflow.createdAt),
            .init("updated_at", workflow.updatedAt),
        ]
        if workflow.isUnreadable { members.append(.init("unreadable", true)) }
        return members
    }

    static func members(_ workflow: Workflow) -> [JSON.Member] {
        let known = Set(self.summary(workflow).map(\.name))
        guard case .object(let definition) = workflow.definition.json else { return self.summary(workflow) }
        return self.summary(workflow) + definition.filter { !known.contains($0.name) }
    }

    /// What can be written of a workflow, with its defaults.
    static func definition(_ definition: WorkflowDefinition, isEnabled: Bool) -> JSON {
        guard case .object(let members) = definition.json else { return .null }
        return .object(members + [.init("enabled", isEnabled)])
    }

    private static func members(_ run: FlowRun) -> [JSON.Member] {
        [
            .init("run_id", run.id), .init("workflow_id", run.workflow), .init("workflow_name", run.workflowName),
            .init("version", run.version), .init("type", run.type.rawValue), .init("source", run.source),
            .init("caller", run.caller), .init("phase", run.phase.rawValue), .init("outcome", run.outcome?.rawValue),
            .init("halt", run.halt?.rawValue), .init("parameters", run.parameters),
            .init("scheduled_time", run.nominal), .init("deadline", run.deadline), .init("rerun_of", run.rerunOf),
            .init("owner_run_id", run.owner?.run), .init("owner_key", run.owner?.key),
            .init("results", run.results), .init("results_fault", run.resultsFault),
            .init("created_at", run.createdAt), .init("ended_at", run.endedAt),
        ]
    }

    private static func counts(_ counts: [NodeState: Int]) -> JSON {
        .object(NodeState.allCases.map { JSON.Member($0.rawValue, counts[$0] ?? 0) })
    }

    static func members(_ summary: FlowSummary) -> [JSON.Member] {
        self.members(summary.run) + [.init("counts", self.counts(summary.counts))]
    }

    static func members(_ detail: FlowDetail) -> [JSON.Member] {
        let graph = WorkflowGraph(detail.definition)
        var counts: [NodeState: Int] = [:]
        for node in detail.nodes { counts[node.state, default: 0] += 1 }
        let edges = graph.edges.map { edge in
            JSON.object([
                .init("from", detail.nodes[edge.from].key), .init("to", detail.nodes[edge.to].key),
                .init("on", edge.on.rawValue), .init("catch", edge.catches), .init("choice", edge.isChoice),
                .init("state", detail.state(of: edge).rawValue),
            ])
        }
        let nodes = zip(detail.nodes, detail.definition.nodes).map { self.json($0, $1) }
        return self.members(detail.run) + [
            .init("counts", self.counts(counts)), .init("nodes", nodes), .init("edges", edges),
        ]
    }

    private static func json(_ node: FlowNode, _ definition: WorkflowNode) -> JSON {
        var message: String?
        if case .approval(let approval) = definition.work { message = approval.message }
        let result = node.result.map { result in
            JSON.object([
                .init(
                    "counts",
                    JSON.object(
                        ExecutionStatus.allCases.map {
                            JSON.Member($0.name.lowercased(), result.counts[$0.rawValue] ?? 0)
                        }
                    )
                ), .init("exit_code", result.exitCode),
            ])
        }
        let answer = node.answer.map { answer in
            JSON.object([
                .init("decision", answer.approves ? "approve" : "reject"), .init("by", answer.by),
                .init("comment", answer.comment), .init("at", answer.at),
            ])
        }
        let isNested = if case .workflow = definition.work { true } else { false }
        let role: String? =
            switch definition.role {
            case .ordinary: nil
            case .compensator: "compensator"
            case .finally: "finally"
            }
        return .object([
            .init("key", node.key), .init("kind", definition.work.kind), .init("state", node.state.rawValue),
            .init("reason", node.reason?.rawValue), .init("detail", node.detail),
            .init("detail_text", TextPresenter.kept(node.detail)), .init("task_id", isNested ? nil : node.job?.id),
            .init("workflow_id", isNested ? node.job?.id : nil), .init("role", role),
            .init("task_name", node.job?.name), .init("child_run_id", node.child), .init("ready_at", node.readyAt),
            .init("started_at", node.startedAt), .init("ended_at", node.endedAt), .init("wake_at", node.wakeAt),
            .init("stopping", node.isStopping), .init("result", result), .init("chosen", node.chosen),
            .init("answer", answer), .init("message", message), .init("kept_from", node.keptFrom),
            .init("kept_items", node.items?.done.count),
        ])
    }
}
