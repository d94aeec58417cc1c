// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify

/// Writes a report as people read it in a mail.
struct ReportMailText {
    /// Jobs and groups that are listed.
    static let lines = 10

    let subject: String
    let text: String

    /// - Parameters:
    ///   - days: the span as people write it, such as `2026-11-27`.
    ///   - address: of the console, for the link; nil = without one.
    init(_ report: RunReport, of draft: ReportMailDraft, days: String, address: String?) {
        let isChinese = draft.language == Language.chinese.rawValue
        func say(_ english: String, _ chinese: String) -> String { isChinese ? chinese : english }
        let total = report.total
        func count(_ statuses: ExecutionStatus...) -> Int { statuses.reduce(0) { $0 + (total.counts[$1] ?? 0) } }
        let runs = total.counts.values.reduce(0, +)
        let rate = Self.rate(total)
        let name = TemplateVariables.clean(draft.name)
        let figures = say("\(runs) runs, \(total.failedCount) failed", "\(runs) 次运行，\(total.failedCount) 次失败")
        self.subject = "\(name) \(days): \(figures)".shortened(toBytes: 250)
        var lines = ["\(name)", "\(days) (\(draft.timeZone))", ""]
        func add(_ english: String, _ chinese: String, _ value: String) {
            lines.append(say("\(english): \(value)", "\(chinese)：\(value)"))
        }
        add("Runs", "运行次数", "\(runs)")
        add("Succeeded", "成功", "\(count(.success))")
        add("Failed", "失败", "\(count(.failure))")
        add("Timed out", "超时", "\(count(.timeout))")
        add("Skipped or cancelled", "跳过或取消", "\(runs - count(.success, .failure, .timeout))")
        add("Success rate", "成功率", rate)
        if let average = total.averageMilliseconds { add("Average duration", "平均用时", Self.seconds(average)) }
        add("Jobs that ran", "运行过的任务", "\(report.jobCount)")
        lines += ["", say("Most failures", "失败最多的任务")]
        if report.failing.isEmpty { lines.append("  " + say("Nothing failed.", "没有失败。")) }
        for line in report.failing { lines.append("  \(line.statistics.failedCount)  \(Self.clean(line.name))") }
        if !report.groups.isEmpty { lines += ["", say("By group", "按分组")] }
        for line in report.groups.prefix(Self.lines) {
            let all = line.statistics.counts.values.reduce(0, +)
            let failed = line.statistics.failedCount
            lines.append(
                "  \(Self.clean(line.name)): "
                    + say("\(all) runs, \(failed) failed, ", "\(all) 次运行，\(failed) 次失败，")
                    + Self.rate(line.statistics)
            )
        }
        if report.groups.count > Self.lines {
            let more = report.groups.count - Self.lines
            lines.append("  " + say("and \(more) more", "另有 \(more) 个"))
        }
        if let address { lines += ["", address + "/reports"] }
        self.text = lines.joined(separator: "\n")
    }

    private static func clean(_ name: String) -> String { TemplateVariables.clean(name).shortened(toBytes: 120) }

    private static func rate(_ statistics: ExecutionStatistics) -> String {
        statistics.successRate.map { "\($0) %" } ?? "-"
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(Double((milliseconds + 50) / 100) / 10) s"
    }
}
