// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// A report as the API shows it.
enum ReportPresenter {
    static func members(_ report: RunReport) -> [JSON.Member] {
        [
            .init("from", report.from),
            .init("to", report.until),
            .init("at", report.at),
            .init("job_count", report.jobCount),
            .init("total", JSON.object(Self.sums(report.total))),
            .init("failing", report.failing.map { Self.line($0, id: "task_id") }),
            .init("slowest", report.slowest.map { Self.line($0, id: "task_id") }),
            .init("busiest", report.busiest.map { Self.line($0, id: "task_id") }),
            .init("groups", report.groups.map { Self.line($0, id: "group_id") }),
        ]
    }

    private static func line(_ line: RunReport.Line, id: String) -> JSON {
        .object([.init(id, line.id), .init("name", line.name)] + Self.sums(line.statistics))
    }

    /// Counts by state, the rate and the average; only executions that came to a result of their own count for the rate.
    static func sums(_ statistics: ExecutionStatistics) -> [JSON.Member] {
        func count(_ status: ExecutionStatus) -> Int { statistics.counts[status] ?? 0 }
        return [
            .init("total_count", statistics.counts.values.reduce(0, +)),
            .init("success_count", count(.success)),
            .init("failure_count", count(.failure)),
            .init("timeout_count", count(.timeout)),
            .init("cancelled_count", count(.cancelled)),
            .init("skipped_count", count(.skipped)),
            .init("success_rate", statistics.successRate),
            .init("avg_duration", statistics.averageMilliseconds),
        ]
    }
}
