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
        let attempt: Int?
        /// A code and a sentence, or where the run came from.
        let reason: ExecutionReason?
        let sentence: String?

        init(
            at: Timestamp,
            action: String,
            execution: Execution?,
            attempt: Int? = nil,
            reason: ExecutionReason? = nil,
            sentence: String? = nil
        ) {
            self.at = at
            self.action = action
            self.execution = execution
            self.attempt = attempt
            self.reason = reason
            self.sentence = sentence
        }

        var detail: String? {
            let words = [self.reason?.rawValue, self.sentence].compactMap(\.self).joined(separator: ": ")
            return words.isEmpty ? nil : words
        }

        /// ``detail`` in both languages; null where there is none.
        var detailText: JSON {
            guard let english = self.detail else { return .null }
            let chinese = [self.reason?.rawValue, self.sentence.map { KeptTexts.records.chinese($0) }]
            return .object([
                .init("zh", chinese.compactMap(\.self).joined(separator: "：")), .init("en", english),
            ])
        }

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
        var entries = [Entry(at: run.createdAt, action: "run-created", execution: nil, sentence: run.source)]
        for execution in executions {
            let tries = attempts[execution.id] ?? []
            if let start = tries.first?.startedAt ?? execution.startedAt {
                entries.append(Entry(at: start, action: "unit-started", execution: execution))
            }
            entries += Self.between(tries, of: execution)
            if execution.cancelRequested, !execution.status.isTerminal {
                entries.append(
                    Entry(at: execution.updatedAt, action: "stop-requested", execution: execution)
                )
            }
            if let action = Self.end(execution.status) {
                entries.append(
                    Entry(
                        at: execution.finishedAt ?? execution.updatedAt,
                        action: action,
                        execution: execution,
                        reason: execution.reason,
                        sentence: execution.detail
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
                    reason: before.reason,
                    sentence: before.detail
                )
            }
            let started = after.startedAt.map { start in
                Entry(at: start, action: "attempt-started", execution: execution, attempt: after.number)
            }
            return [failed, started].compactMap(\.self)
        }
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
