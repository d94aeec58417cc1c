// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore

/// Tasks, executions and hosts in S0's words.
enum S0Presenter {
    static func task(_ job: Job) -> JSON {
        let definition = job.definition
        var members: [JSON.Member] = [
            .init("id", job.uid), .init("number", job.id), .init("name", definition.name),
            .init("description", definition.description), .init("cronExpression", self.cron(definition.schedule)),
        ]
        switch definition.payload {
        case .shell(let shell): members += [.init("type", "shell"), .init("command", shell.command)]
        case .http(let http):
            members += [.init("type", "http"), .init("url", http.url), .init("method", http.method)]
        case .plugin, .sql, .builtin, .container: members.append(.init("type", definition.payload.kindName))
        }
        members += [
            .init("isEnabled", job.isEnabled), .init("nextRunTime", job.nextFire), .init("createdAt", job.createdAt),
            .init("updatedAt", job.updatedAt),
        ]
        return .object(members)
    }

    /// - Returns: nil for a schedule that no expression says.
    static func cron(_ schedule: ScheduleSpec) -> String? {
        switch schedule.base {
        case .cron(let expression, _, _): expression
        case .every(let period, _): period % 1000 == 0 ? "@every \(period / 1000)s" : "@every \(period)ms"
        case .delay, .once, .manual, .limited: nil
        }
    }

    /// One record of a task's history.
    ///
    /// - Parameter output: nil for who may not read it.
    static func log(_ execution: Execution, task: JobUID, worker: String?, output: String?) -> JSON {
        .object([
            .init("taskId", task), .init("executionId", execution.id),
            .init("worker", worker ?? execution.agentID.rawValue),
            .init("start", execution.startedAt), .init("end", execution.finishedAt), .init("output", output),
            .init("success", execution.status.isTerminal ? .bool(execution.status == .success) : JSON.null),
            .init("status", execution.status.name.lowercased()),
            .init("durationMs", execution.durationMilliseconds),
        ])
    }

    static func worker(_ view: AgentView) -> JSON {
        .object([
            .init("id", view.agent.id), .init("name", view.agent.name), .init("hostname", view.agent.hostname),
            .init("address", view.presence?.address ?? view.agent.address),
            .init("status", view.presence == nil ? "offline" : "online"),
            .init("lastHeartbeat", view.presence?.lastHeartbeat ?? view.agent.lastSeen),
            .init("runningTasks", view.presence?.running.count ?? 0),
        ])
    }
}
