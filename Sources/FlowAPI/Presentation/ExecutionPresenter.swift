// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Executions as the API shows them.
struct ExecutionPresenter: Sendable {
    let names: AgentNames

    func rows(_ executions: [Execution], as principal: Principal) async throws -> [JSON] {
        let names = try await self.names.names(of: executions.map(\.agentID), as: principal)
        return executions.map { .object(Self.members($0, name: names[$0.agentID])) }
    }

    func detail(_ detail: ExecutionDetail, as principal: Principal) async throws -> JSON {
        let execution = detail.execution
        let names = try await self.names.names(of: [execution.agentID], as: principal)
        let hint: String? = Self.isPartial(detail.preview) ? "view full log" : nil
        var members = Self.members(execution, name: names[execution.agentID])
        members += [
            .init("client_ip", try await self.names.address(of: execution.agentID, as: principal)),
            .init("job_version", execution.jobVersion),
            .init("error", Self.error(of: execution)),
            .init("error_text", TextPresenter.kept(Self.error(of: execution))),
            .init("params", SecretParameter.shown(detail.parameters)),
            .init("data_time", detail.dataTime),
            .init("cancel_requested", execution.cancelRequested),
            .init("attempts", JSON.array(detail.attempts.map(Self.attempt))),
            .init("placement", try await self.placement(detail.placement, as: principal)),
            .init("outputs", detail.outputs),
            .init("fingerprint", detail.fingerprint),
            .init("output_preview", Self.preview(detail.preview)),
            .init("output_truncated", Self.isPartial(detail.preview)),
            .init("output_bytes", detail.preview.totalBytes),
            .init("output_hint", hint),
        ]
        return .object(members)
    }

    private static func members(_ execution: Execution, name: String?) -> [JSON.Member] {
        [
            .init("id", execution.id),
            .init("run_id", execution.runID),
            .init("task_id", execution.jobID),
            .init("task_name", execution.jobName),
            .init("client_id", execution.agentID),
            .init("client_name", name),
            .init("kind", execution.kind.rawValue),
            .init("status", execution.status.rawValue),
            .init("status_name", execution.status.name),
            .init("reason", ReasonText.json(execution.reason)),
            .init("scheduled_time", execution.nominal),
            .init("start_time", execution.startedAt),
            .init("end_time", execution.finishedAt),
            .init("duration", execution.durationMilliseconds),
            .init("exit_code", execution.exitCode),
            .init("http_status", execution.httpStatus),
            // The first attempt is no retry.
            .init("retry_count", max(0, execution.attempt - 1)),
            .init("attempt", execution.attempt),
            .init("provisional", execution.isProvisional),
            .init("retry_of", execution.retryOf),
        ]
    }

    private static func attempt(_ record: AttemptRecord) -> JSON {
        .object([
            .init("attempt", record.number),
            .init("status", record.status.rawValue),
            .init("status_name", record.status.name),
            .init("reason", ReasonText.json(record.reason)),
            .init("error", record.detail),
            .init("error_text", TextPresenter.kept(record.detail)),
            .init("start_time", record.startedAt),
            .init("end_time", record.finishedAt),
            .init("duration", record.durationMilliseconds),
            .init("exit_code", record.exitCode),
            .init("http_status", record.httpStatus),
            .init("output_bytes", record.outputBytes),
            .init("output_truncated", record.isOutputTruncated),
        ])
    }

    /// Both streams in the order in which they were written, with a line for what is left out of the middle.
    private static func preview(_ slice: LogSlice) -> String? {
        slice.chunks.isEmpty ? nil : LogPieces(slice, from: 0).text
    }

    private static func isPartial(_ slice: LogSlice) -> Bool {
        slice.isTruncated || slice.totalBytes > Int64(LogPreview.limit)
    }
}
