// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What an import would make, and what has to be said about it, for people and for scripts.
struct ImportReport {
    private let plan: CrontabImport

    init(_ plan: CrontabImport) {
        self.plan = plan
    }

    /// The table to standard output, everything else to standard error.
    func show() {
        var table = TextTable(
            ["LINE", "NAME", "SCHEDULE", "TIME ZONE", "USER", "SHELL", "STATUS", "COMMAND"],
            alignments: [.right]
        )
        for task in self.plan.tasks {
            table.add([
                String(task.line), task.name, task.expression, task.timeZone, task.user ?? "-", task.shell,
                task.isEnabled ? "enabled" : "disabled", DisplayWidth.fitted(task.command, to: 60),
            ])
        }
        Terminal.say(table.plain)
        self.showRemarks()
        for note in self.notes { Terminal.complain("All lines: \(note)") }
        let skipped = self.plan.remarks.count { $0.severity == .error }
        let unread = skipped == 0 ? "" : ", \(skipped) line\(skipped == 1 ? "" : "s") could not be read"
        Terminal.complain("\(self.plan.tasks.count) tasks\(unread); nothing is made without --apply.")
    }

    func showRemarks() {
        for remark in self.plan.remarks {
            Terminal.complain("\(remark.file):\(remark.line): \(remark.severity.rawValue): \(remark.message)")
        }
    }

    var json: JSONValue {
        .object([
            "tasks": .array(self.plan.tasks.map(\.body)),
            "remarks": .array(
                self.plan.remarks.map { remark in
                    .object([
                        "file": .string(remark.file), "line": .integer(Int64(remark.line)),
                        "severity": .string(remark.severity.rawValue), "message": .string(remark.message),
                    ])
                }
            ),
            "notes": .array(self.notes.map(JSONValue.string)),
        ])
    }

    /// What is other than under cron for every job; the whole table is in docs/migrating-from-cron.md.
    var notes: [String] {
        guard !self.plan.tasks.isEmpty else { return [] }
        return [
            "a run longer than \(ImportedTask.timeoutSeconds / 86_400) days is ended; cron had no limit",
            "a fire is skipped while the run before it still runs; cron starts another",
            "output is kept with each run and not mailed",
        ]
    }
}
