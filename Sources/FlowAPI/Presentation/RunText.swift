// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A run as text for people: what it was, what happened, what its units wrote.
struct RunText {
    private let isChinese: Bool

    init(_ language: Language) { self.isChinese = language == .chinese }

    func text(_ summary: RunSummary, units: [JSON], timeline: [JSON]) -> String {
        let run = summary.run
        let state = summary.tally.state
        var lines = [
            self.row("run", "运行", run.id.description),
            self.row(
                "task",
                "任务",
                self.isChinese
                    ? "\(run.jobName)（\(run.jobID)，版本 \(run.jobVersion)）"
                    : "\(run.jobName) (\(run.jobID), version \(run.jobVersion))"
            ),
            self.row("type", "触发", self.origin(run)),
            self.row("status", "状态", self.isChinese ? Self.states[state]?.chinese ?? state : state),
            self.row("created", "创建", run.createdAt.rfc3339()), "",
        ]
        for entry in timeline {
            let action = self.isChinese ? self.said(entry["text"]) : Self.word(entry["action"])
            let detail = self.isChinese ? self.said(entry["detail_text"]) : Self.word(entry["detail"])
            lines.append("\(Self.word(entry["time"]))  \(action)  \(Self.word(entry["client_name"])) \(detail)")
        }
        for unit in units {
            let name = Self.word(unit["status_name"])
            let status = self.isChinese ? Self.statuses[name] ?? name : name
            lines += [
                "", "== \(Self.word(unit["client_id"]))  \(status)  \(Self.word(unit["id"]))",
                Self.word(unit["output_preview"]),
            ]
            if unit["output_truncated"] == .bool(true) {
                lines.append(self.isChinese ? "[其余输出在服务器上]" : "[more output is on the server]")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func origin(_ run: Run) -> String {
        guard self.isChinese else {
            return "\(run.type.rawValue), from \(run.source)" + (run.caller.map { " by \($0)" } ?? "")
        }
        let type = Self.types[run.type] ?? run.type.rawValue
        return "\(type)，来自 \(run.source)" + (run.caller.map { "，由 \($0)" } ?? "")
    }

    /// The English names fill eleven columns, and the Chinese ones six.
    private func row(_ english: String, _ chinese: String, _ value: String) -> String {
        self.isChinese
            ? chinese + "  " + value : english + String(repeating: " ", count: 11 - english.count) + value
    }

    private func said(_ text: JSON?) -> String { Self.word(text?["zh"]) }

    private static func word(_ value: JSON?) -> String {
        switch value {
        case .string(let text)?: text
        case nil, .null?: "-"
        case .some(let other): JSONWriter.text(other)
        }
    }

    private static let types: [RunType: String] = [
        .schedule: "定时", .manual: "手动", .retry: "重试", .dependency: "依赖", .workflow: "工作流", .webhook: "Webhook",
        .backfill: "补跑", .test: "试运行", .maintenance: "维护",
    ]

    /// A run's state is one of its executions', under another name.
    private static let states: [String: ExecutionStatus] = [
        "pending": .pending, "running": .running, "succeeded": .success, "failed": .failure, "cancelled": .cancelled,
        "skipped": .skipped,
    ]

    private static let statuses = Dictionary(
        [ExecutionStatus.pending, .running, .success, .failure, .timeout, .cancelled, .skipped].map {
            ($0.name, $0.chinese)
        }
    ) { $1 }
}
