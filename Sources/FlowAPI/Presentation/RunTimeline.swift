// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What happened to a run, as its records tell it (S3-4.2.2).
struct RunTimeline {
    struct Entry {
        let at: Timestamp
        /// Stable and bounded, such as `unit-failed`.
        let action: String
        /// Nil where the run as a whole is meant.
        let execution: Execution?
        /// Of several starts, which one.
        var attempt: Int?
        let detail: String?

        var text: JSON {
            let zh: String
            let en: String
            switch self.action {
            case "run-created": (zh, en) = ("已触发", "triggered")
            case "unit-started": (zh, en) = ("开始执行", "started")
            case "attempt-failed": (zh, en) = ("本次尝试失败", "an attempt failed")
            case "attempt-started": (zh, en) = ("再次尝试", "started again")
            case "unit-succeeded": (zh, en) = ("成功", "succeeded")
            case "unit-failed": (zh, en) = ("失败", "failed")
            case "unit-timed-out": (zh, en) = ("超时", "timed out")
            case "unit-cancelled": (zh, en) = ("已取消", "cancelled")
            case "unit-skipped": (zh, en) = ("已跳过", "skipped")
            default: (zh, en) = ("已请求停止", "asked to stop")
            }
            return .object([.init("zh", zh), .init("en", en)])
        }
    }

    let entries: [Entry]

    static let actions = [
        "run-created", "unit-started", "unit-succeeded", "unit-failed", "unit-timed-out", "unit-cancelled",
        "unit-skipped", "stop-requested", "attempt-failed", "attempt-started",
    ]

    init(_ run: Run, _ executions: [Execution], attempts: [ExecutionID: [AttemptRecord]] = [:]) {
        var entries = [Entry(at: run.createdAt, action: "run-created", execution: nil, detail: run.source)]
        for execution in executions {
            let tries = attempts[execution.id] ?? []
            if let start = tries.first?.startedAt ?? execution.startedAt {
                entries.append(Entry(at: start, action: "unit-started", execution: execution, detail: nil))
            }
            entries += Self.between(tries, of: execution)
            if execution.cancelRequested, !execution.status.isTerminal {
                entries.append(
                    Entry(at: execution.updatedAt, action: "stop-requested", execution: execution, detail: nil)
                )
            }
            if let action = Self.end(execution.status) {
                entries.append(
                    Entry(
                        at: execution.finishedAt ?? execution.updatedAt,
                        action: action,
                        execution: execution,
                        detail: Self.words(execution.reason, execution.detail)
                    )
                )
            }
        }
        // Of the same instant the order of the records stays.
        self.entries = entries.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    /// The ends of attempts that another one followed, and the starts of those; how the last one ended, the unit says.
    private static func between(_ attempts: [AttemptRecord], of execution: Execution) -> [Entry] {
        zip(attempts, attempts.dropFirst()).flatMap { before, after in
            let failed = before.finishedAt.map { end in
                Entry(
                    at: end,
                    action: "attempt-failed",
                    execution: execution,
                    attempt: before.number,
                    detail: self.words(before.reason, before.detail)
                )
            }
            let started = after.startedAt.map { start in
                Entry(at: start, action: "attempt-started", execution: execution, attempt: after.number, detail: nil)
            }
            return [failed, started].compactMap(\.self)
        }
    }

    private static func words(_ reason: ExecutionReason?, _ detail: String?) -> String? {
        let words = [reason?.rawValue, detail].compactMap(\.self).joined(separator: ": ")
        return words.isEmpty ? nil : words
    }

    private static func end(_ status: ExecutionStatus) -> String? {
        switch status {
        case .pending, .running: nil
        case .success: "unit-succeeded"
        case .failure: "unit-failed"
        case .timeout: "unit-timed-out"
        case .cancelled: "unit-cancelled"
        case .skipped: "unit-skipped"
        }
    }
}
