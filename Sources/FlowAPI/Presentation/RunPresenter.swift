// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Runs as the API shows them: S3's "Task" with its units.
enum RunPresenter {
    static func members(_ summary: RunSummary) -> [JSON.Member] {
        let run = summary.run
        let units: [JSON.Member] =
            [.init("total", summary.tally.total)]
            + ExecutionStatus.allCases.map { .init($0.name.lowercased(), summary.tally.counts[$0] ?? 0) }
        return [
            .init("id", run.id),
            .init("task_id", run.jobID),
            .init("task_name", run.jobName),
            .init("task_version", run.jobVersion),
            .init("type", run.type.rawValue),
            .init("status", summary.tally.state),
            .init("can_stop", summary.tally.isOpen),
            .init("source", run.source),
            .init("caller", run.caller),
            .init("scheduled_time", run.nominal),
            .init("created_at", run.createdAt),
            .init("retry_of", run.retryOf),
            .init("units", JSON.object(units)),
            .init("summary", self.text(summary.tally)),
        ]
    }

    /// "3/5 units succeeded, 2 failed" (S3-4.1).
    private static func text(_ tally: RunTally) -> JSON {
        let succeeded = tally.counts[.success] ?? 0
        let failed = (tally.counts[.failure] ?? 0) + (tally.counts[.timeout] ?? 0)
        let zh = "\(succeeded)/\(tally.total) 成功" + (failed > 0 ? "，\(failed) 失败" : "")
        let en = "\(succeeded)/\(tally.total) units succeeded" + (failed > 0 ? ", \(failed) failed" : "")
        return .object([.init("zh", zh), .init("en", en)])
    }
}

extension RunTally {
    /// Whether there is anything left to stop.
    fileprivate var isOpen: Bool { (self.counts[.pending] ?? 0) + (self.counts[.running] ?? 0) > 0 }
}
