// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// ``Run`` as a row.
enum RunRecord {
    static let columnNames = [
        "id", "job_id", "job_uid", "job_name", "job_version", "type", "nominal", "source", "caller", "parameters",
        "retry_of", "created_at", "data_time",
    ]

    static let columns = Self.columnNames.joined(separator: ", ")

    static func decode(_ row: some RecordRow) throws -> Run {
        Run(
            id: try row.id(0),
            jobID: row.integer(1),
            jobUID: try row.id(2),
            jobName: row.text(3),
            jobVersion: row.integer(4),
            type: try Self.type(row.integer(5)),
            nominal: row.time(6),
            dataTime: row.optionalTime(12),
            source: row.text(7),
            caller: row.optionalText(8),
            parameters: try JSONColumn.decodeParameters(row.optionalText(9)),
            retryOf: try row.optionalID(10),
            createdAt: row.time(11)
        )
    }

    static func values(_ run: Run) throws -> [RecordValue] {
        [
            .id(run.id), .integer(run.jobID), .id(run.jobUID), .text(run.jobName), .integer(run.jobVersion),
            .integer(Self.code(run.type)), .time(run.nominal), .text(run.source), .text(run.caller),
            .text(try JSONColumn.encodeParameters(run.parameters)), .id(run.retryOf), .time(run.createdAt),
            .time(run.dataTime),
        ]
    }

    static func code(_ type: RunType) -> Int64 {
        switch type {
        case .schedule: 0
        case .manual: 1
        case .retry: 2
        case .dependency: 3
        case .workflow: 4
        case .webhook: 5
        case .backfill: 6
        case .test: 7
        case .maintenance: 8
        }
    }

    static func type(_ code: Int64) throws -> RunType {
        switch code {
        case 0: .schedule
        case 1: .manual
        case 2: .retry
        case 3: .dependency
        case 4: .workflow
        case 5: .webhook
        case 6: .backfill
        case 7: .test
        case 8: .maintenance
        default: throw StoreFault.unreadable("\(code) is not a run type")
        }
    }
}
