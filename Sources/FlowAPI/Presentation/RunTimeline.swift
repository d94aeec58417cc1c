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
        let detail: String?

        var text: JSON {
            let zh: String
            let en: String
            switch self.action {
            case "run-created": (zh, en) = ("已触发", "triggered")
            case "unit-started": (zh, en) = ("开始执行", "started")
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
        "unit-skipped", "stop-requested",
    ]

    init(_ run: Run, _ executions: [Execution]) {
        var entries = [Entry(at: run.createdAt, action: "run-created", execution: nil, detail: run.source)]
        for execution in executions {
            if let start = execution.startedAt {
                entries.append(Entry(at: start, action: "unit-started", execution: execution, detail: nil))
            }
            if execution.cancelRequested, !execution.status.isTerminal {
                entries.append(
                    Entry(at: execution.updatedAt, action: "stop-requested", execution: execution, detail: nil)
                )
            }
            if let action = Self.end(execution.status) {
                let detail = [execution.reason?.rawValue, execution.detail].compactMap(\.self).joined(separator: ": ")
                entries.append(
                    Entry(
                        at: execution.finishedAt ?? execution.updatedAt,
                        action: action,
                        execution: execution,
                        detail: detail.isEmpty ? nil : detail
                    )
                )
            }
        }
        // Of the same instant the order of the records stays.
        self.entries = entries.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
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
