// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import Foundation

/// `quicflow task history`: a day's executions from a host's own records (S1-FR-5.5).
struct TaskHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "On an agent's host: a day's executions, without a server."
    )

    @OptionGroup var options: HostOptions

    @Option(help: "The day, such as 2026-11-21; today.")
    var date: String?

    @Option(name: [.customLong("task-id"), .customLong("task")], help: "Only this task, by number or name.")
    var task: String?

    @Option(help: "The most executions to print, newest first.")
    var limit = 1000

    func run() throws {
        let entries = try self.options.read { records in
            try records.history(
                day: self.date ?? records.day(of: Timestamp(Date())),
                task: self.task,
                limit: max(1, self.limit)
            )
        }
        try self.options.show(entries) {
            var table = TextTable(
                Language.current == .chinese
                    ? ["计划时间", "任务", "状态", "耗时", "结果", "执行记录"]
                    : ["DUE", "TASK", "STATE", "DURATION", "RESULT", "EXECUTION"],
                alignments: [.left, .left, .left, .right, .right]
            )
            for entry in entries {
                table.add([
                    DisplayTime.text(.string(entry.scheduledTime)), DisplayWidth.fitted(entry.taskName, to: 40),
                    self.state(entry),
                    DisplayTime.duration(milliseconds: entry.durationMilliseconds),
                    entry.httpStatus.map { "HTTP \($0)" } ?? entry.exitCode.map(String.init) ?? "-",
                    entry.executionID,
                ])
            }
            Terminal.say(table.plain)
        }
    }

    private func state(_ entry: HistoryEntry) -> String {
        let word = Language.current == .chinese ? Words.text(entry.status.lowercased(), .execution) : entry.status
        return entry.reason.map { spoken("\(word) (\($0))") } ?? word
    }
}
