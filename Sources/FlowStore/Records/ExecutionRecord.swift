// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// ``Execution`` as a row.
enum ExecutionRecord {
    /// In the order in which ``decode(_:)`` reads and ``values(_:)`` writes them.
    static let columnNames = [
        "id", "run_id", "job_id", "job_uid", "job_name", "job_version", "agent", "kind", "nominal", "status", "reason",
        "detail", "attempt", "agent_seq", "decided_by", "started_at", "finished_at", "exit_code", "cancel_requested",
        "retry_of", "updated_at", "revision", "http_status",
    ]

    static let columns = Self.columnNames.joined(separator: ", ")

    /// The column list behind a table alias, for joins.
    static func columns(of alias: String) -> String {
        Self.columnNames.map { "\(alias).\($0)" }.joined(separator: ", ")
    }

    static func decode(_ row: some RecordRow) throws -> Execution {
        let reason = try row.optionalText(10).map { text in
            guard let reason = ExecutionReason(rawValue: text) else {
                throw StoreFault.unreadable("'\(text)' is not a reason")
            }
            return reason
        }
        return Execution(
            id: try row.id(0),
            runID: try row.id(1),
            jobID: row.integer(2),
            jobUID: try row.id(3),
            jobName: row.text(4),
            jobVersion: row.integer(5),
            agentID: try row.agent(6),
            kind: try Self.kind(row.integer(7)),
            nominal: row.time(8),
            status: try row.status(9),
            reason: reason,
            detail: row.optionalText(11),
            attempt: row.number(12),
            agentSequence: row.integer(13),
            decidedBy: row.flag(14) ? .agent : .server,
            startedAt: row.optionalTime(15),
            finishedAt: row.optionalTime(16),
            exitCode: row.optionalNumber(17),
            httpStatus: row.optionalNumber(22),
            cancelRequested: row.flag(18),
            retryOf: try row.optionalID(19),
            updatedAt: row.time(20),
            revision: row.number(21)
        )
    }

    static func values(_ execution: Execution) -> [RecordValue] {
        [
            .id(execution.id), .id(execution.runID), .integer(execution.jobID), .id(execution.jobUID),
            .text(execution.jobName), .integer(execution.jobVersion), .agent(execution.agentID),
            .integer(Self.code(execution.kind)), .time(execution.nominal), .number(execution.status.rawValue),
            .text(execution.reason?.rawValue), .text(execution.detail), .number(execution.attempt),
            .integer(execution.agentSequence), .flag(execution.decidedBy == .agent), .time(execution.startedAt),
            .time(execution.finishedAt), .number(execution.exitCode), .flag(execution.cancelRequested),
            .id(execution.retryOf), .time(execution.updatedAt), .number(execution.revision),
            .number(execution.httpStatus),
        ]
    }

    /// Kinds are numbers in the database: there is one in every row of the history.
    static func code(_ kind: ExecutionKind) -> Int64 {
        switch kind {
        case .cron: 0
        case .manual: 1
        case .rerun: 2
        case .dependency: 3
        case .node: 4
        case .hook: 5
        case .backfill: 6
        case .test: 7
        }
    }

    static func kind(_ code: Int64) throws -> ExecutionKind {
        switch code {
        case 0: .cron
        case 1: .manual
        case 2: .rerun
        case 3: .dependency
        case 4: .node
        case 5: .hook
        case 6: .backfill
        case 7: .test
        default: throw StoreFault.unreadable("\(code) is not an execution kind")
        }
    }
}
