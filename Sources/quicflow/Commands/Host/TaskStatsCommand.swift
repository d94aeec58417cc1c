// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import Foundation

/// `quicflow task stats`: how a host's tasks did, from its own records (S1-FR-5.5).
struct TaskStatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "On an agent's host: how tasks did, day by day, without a server."
    )

    @OptionGroup var options: HostOptions

    @Flag(help: "Today; that is also the default.")
    var today = false

    @Option(help: "Another day, such as 2026-11-21.")
    var date: String?

    @Option(help: "The last days, today included; 1 to 400.")
    var days: Int?

    @Option(name: [.customLong("task-id"), .customLong("task")], help: "Only this task, by number or name.")
    var task: String?

    func validate() throws {
        if [self.today, self.date != nil, self.days != nil].count(where: { $0 }) > 1 {
            throw ValidationError.said("Give one of --today, --date and --days.")
        }
        if let days, !(1...400).contains(days) { throw ValidationError.said("--days is 1 to 400.") }
    }

    func run() throws {
        let now = Timestamp(Date())
        let (title, stats) = try self.options.read { records in
            if let days {
                let last = records.day(of: now)
                return ("\(last), \(days) d", try records.stats(lastDays: days, until: now, task: self.task))
            }
            let day = self.date ?? records.day(of: now)
            return (day, try records.stats(day: day, task: self.task))
        }
        try self.options.show(stats) {
            Terminal.say(StatsTable(.current, withDates: self.days != nil).text(stats, title: title))
        }
    }
}

/// The box of S1-FR-5.5.
struct StatsTable {
    private let language: Language
    private let withDates: Bool

    init(_ language: Language, withDates: Bool) {
        self.language = language
        self.withDates = withDates
    }

    /// Makes the table; `title` is the day or days it is about.
    func text(_ stats: [DailyStats], title: String) -> String {
        let isChinese = self.language == .chinese
        var header =
            isChinese
            ? ["任务", "总次数", "成功", "失败", "成功率", "平均耗时"]
            : ["Task", "Total", "Success", "Failure", "Rate", "Average"]
        if self.withDates { header.insert(isChinese ? "日期" : "Day", at: 0) }
        var table = TextTable(header)
        for day in stats {
            let counts = day.stats
            var row = [
                DisplayWidth.fitted(day.taskName, to: 40), String(counts.total), String(counts.success),
                // A timeout is a failure to whoever reads a summary.
                String(counts.failure + counts.timeout), Self.percent(day.successRate, of: counts.total),
                counts.total == 0 ? "-" : Self.average(counts.averageDuration),
            ]
            if self.withDates { row.insert(day.date, at: 0) }
            table.add(row)
        }
        return table.boxed(title: "\(isChinese ? "任务执行统计" : "Task statistics") - \(title)")
    }

    /// `2.3s`, `0.5s` as S1-FR-5.5 writes them; what would be `0.0s` in milliseconds.
    static func average(_ milliseconds: Int64) -> String {
        guard (100..<1000).contains(milliseconds) else { return DisplayTime.duration(milliseconds: milliseconds) }
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10)s"
    }

    /// `100%`, `98.9%`; never rounded up to 100.
    static func percent(_ rate: Double, of total: Int) -> String {
        guard total > 0 else { return "-" }
        let tenths = Int((rate * 1000).rounded(.down))
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
}
