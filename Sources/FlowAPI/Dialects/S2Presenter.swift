// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A task's history in S2's words.
enum S2Presenter {
    static func row(_ execution: Execution, host: String?) -> JSON {
        .object([
            .init("execution_id", execution.id), .init("run_id", execution.runID),
            .init("host", host ?? execution.agentID.rawValue), .init("scheduled_time", execution.nominal),
            .init("execution_start_time", execution.startedAt), .init("execution_end_time", execution.finishedAt),
            .init("execution_duration", execution.durationMilliseconds.map { Double($0) / 1000 }),
            .init("execution_status", self.status(execution)), .init("exit_code", execution.exitCode),
        ])
    }

    static let statuses = [
        "pending", "running", "success", "business_failure", "technical_failure", "timeout", "cancelled", "skipped",
    ]

    /// Exit code 1 is the task's own word for "no", every other failure is technical (S2-9).
    static func status(_ execution: Execution) -> String {
        guard execution.status == .failure else { return execution.status.name.lowercased() }
        return execution.exitCode == 1 ? "business_failure" : "technical_failure"
    }
}
