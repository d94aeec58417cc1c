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
            .init("trigger", self.trigger(run)),
            .init("status", summary.tally.state),
            .init("can_stop", summary.tally.isOpen),
            .init("source", run.source),
            .init("caller", run.caller),
            .init("scheduled_time", run.nominal),
            .init("data_time", run.dataTime),
            .init("created_at", run.createdAt),
            .init("started_at", summary.startedAt),
            .init("finished_at", summary.finishedAt),
            .init("duration", self.duration(summary)),
            .init("retry_of", run.retryOf),
            .init("units", JSON.object(units)),
            .init("summary", self.text(summary.tally)),
        ]
    }

    private static func duration(_ summary: RunSummary) -> Int64? {
        guard let start = summary.startedAt, let end = summary.finishedAt else { return nil }
        return max(0, end.milliseconds(since: start))
    }

    /// S3's word for what triggered it.
    static func trigger(_ run: Run) -> String {
        switch run.type {
        case .schedule, .backfill: "scheduler"
        case .webhook: run.source.hasSuffix("/github") ? "github-webhook" : "webhook"
        default: run.type.rawValue
        }
    }

    /// Types by S3's words, besides our own.
    static let words: [String: [RunType]] = [
        "scheduler": [.schedule, .backfill], "github-webhook": [.webhook], "automatic": [.schedule, .dependency],
    ]

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
