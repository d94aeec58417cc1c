// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why the schedule of a job rests though nobody switched it off (`semantics.md` 6).
///
/// A job that is held is disabled for everybody who plans or runs it, on agents of every version; the hold says what did
/// it and what ends it. Enabling the job by hand ends any hold.
package struct JobHold: Hashable, Sendable, Codable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// Its last fire is over on every host: it ran `once`, or its end date is past.
        case finished
        /// Somebody paused it until a time; the server's clock resumes it.
        case paused
        /// So many of its runs in a row failed; somebody has to look.
        case failures
    }

    package let kind: Kind
    package let since: Timestamp
    /// When the clock resumes it; nil = somebody has to.
    package let until: Timestamp?
    /// What the person said who paused it.
    package let reason: String?
    /// How many runs failed in a row.
    package let failures: Int?
    /// The last that failed.
    package let execution: ExecutionID?

    private init(
        _ kind: Kind,
        since: Timestamp,
        until: Timestamp? = nil,
        reason: String? = nil,
        failures: Int? = nil,
        execution: ExecutionID? = nil
    ) {
        self.kind = kind
        self.since = since
        self.until = until
        self.reason = reason
        self.failures = failures
        self.execution = execution
    }

    package static func finished(since: Timestamp) -> JobHold { JobHold(.finished, since: since) }

    package static func paused(until: Timestamp, reason: String? = nil, since: Timestamp) -> JobHold {
        JobHold(.paused, since: since, until: until, reason: reason)
    }

    package static func failures(_ count: Int, last: ExecutionID?, since: Timestamp) -> JobHold {
        JobHold(.failures, since: since, failures: count, execution: last)
    }

    /// A sentence without its full stop.
    package var text: FireExplanation.Text {
        switch self.kind {
        case .finished:
            return FireExplanation.Text(
                zh: "已完成：最后一次触发已结束，任务于 \(self.since) 自动停用",
                en: "finished: its last fire is over, and it switched itself off at \(self.since)"
            )
        case .paused:
            let until = self.until.map { "\($0)" } ?? ""
            return FireExplanation.Text(
                zh: "已暂停至 \(until)" + (self.reason.map { "：\($0)" } ?? ""),
                en: "paused until \(until)" + (self.reason.map { ": \($0)" } ?? "")
            )
        case .failures:
            let count = self.failures ?? 0
            let last = self.execution.map { "\($0)" }
            return FireExplanation.Text(
                zh: "连续失败 \(count) 次后已暂停" + (last.map { "，最后一次：执行 \($0)" } ?? ""),
                en: "paused after \(count) \(count == 1 ? "failure" : "failures in a row")"
                    + (last.map { ", the last: execution \($0)" } ?? "")
            )
        }
    }
}
