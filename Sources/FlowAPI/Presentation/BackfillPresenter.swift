// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Backfills as the API shows them.
enum BackfillPresenter {
    static func members(_ backfill: Backfill) -> [JSON.Member] {
        let progress = backfill.progress
        let text = backfill.text
        return [
            .init("id", backfill.id), .init("task_id", backfill.job), .init("task_name", backfill.jobName),
            .init("from", backfill.range.from), .init("to", backfill.range.until),
            .init("concurrency", backfill.pace.concurrency), .init("per_minute", backfill.pace.perMinute),
            .init("force", backfill.isForced),
            .init("params", SecretParameter.shown(backfill.parameters)),
            .init("state", backfill.state.rawValue), .init("reason", backfill.ending?.rawValue),
            .init("waiting", backfill.waiting?.rawValue),
            .init("text", JSON.object([.init("zh", text.zh), .init("en", text.en)])),
            .init("total", backfill.total), .init("looked_at", progress.looked), .init("started", progress.started),
            .init("incomplete", progress.incomplete), .init("already_ran", progress.alreadyRan),
            .init("missed", progress.missed), .init("last_time", progress.last),
            .init("created_by", backfill.caller), .init("created_at", backfill.createdAt),
            .init("ended_at", backfill.endedAt),
        ]
    }
}
