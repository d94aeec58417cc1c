// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import Foundation

/// `quicflow task export`: a day's records of a host as files (S1-FR-5.1).
struct TaskExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "On an agent's host: a day's records as files, without a server.",
        discussion: """
            Writes executions/DATE.json, daily_stats/DATE.json, logs/DATE/task_ID_exec_ID.log and pending_sync.json. \
            'quicflow agent run --export-directory DIR' keeps such files up to date. Definitions of tasks as files are \
            'quicflow export'.
            """
    )

    @OptionGroup var options: HostOptions

    @Option(help: "The day, such as 2026-11-21; today.")
    var date: String?

    @Option(help: "Where to write to; 'tasks' in the agent's data directory.", completion: .directory)
    var directory: String?

    func run() throws {
        let summary = try self.options.read { records in
            try records.export(
                day: self.date ?? records.day(of: Timestamp(Date())),
                to: URL(fileURLWithPath: self.directory ?? self.options.dataDir + "/tasks").standardized.path
            )
        }
        try self.options.show(summary) {
            Terminal.say(
                "\(summary.directory): \(summary.executions) executions of \(summary.date), statistics of "
                    + "\(summary.tasks) tasks, \(summary.logs) logs, \(summary.pending) not with the server yet"
            )
        }
    }
}
