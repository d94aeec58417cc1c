// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What an import would make, and what has to be said about it, for people and for scripts.
struct ImportReport {
    private let plan: any ImportPlan

    init(_ plan: any ImportPlan) {
        self.plan = plan
    }

    /// The table to standard output, everything else to standard error.
    func show() {
        var table = TextTable(
            ["LINE", "NAME", "SCHEDULE", "TIME ZONE", "USER", "RUN BY", "STATUS", "COMMAND"],
            alignments: [.right]
        )
        for task in self.plan.candidates {
            table.add([
                String(task.line), task.name, task.scheduleText, task.zoneText, task.user ?? "-", task.runner,
                task.isEnabled ? "enabled" : "disabled",
                DisplayWidth.fitted(task.command.replacing("\n", with: " "), to: 60),
            ])
        }
        Terminal.say(table.plain)
        self.showRemarks()
        for note in self.plan.notes { Terminal.complain("All lines: \(note)") }
        let skipped = self.plan.remarks.count { $0.severity == .error }
        let unread: Wording =
            switch skipped {
            case 0: ""
            case 1: ", 1 line could not be read"
            default: ", \(skipped) lines could not be read"
            }
        Terminal.complain("\(self.plan.candidates.count) tasks\(unread); nothing is made without --apply.")
    }

    func showRemarks() {
        for remark in self.plan.remarks {
            Terminal.complain("\(remark.file):\(remark.line): \(words: remark.severity.rawValue): \(remark.text)")
        }
    }

    var json: JSONValue {
        .object([
            "tasks": .array(self.plan.candidates.map(\.body)),
            "remarks": .array(
                self.plan.remarks.map { remark in
                    .object([
                        "file": .string(remark.file), "line": .integer(Int64(remark.line)),
                        "severity": .string(remark.severity.rawValue), "message": .string(remark.message),
                        "text": remark.text.json,
                    ])
                }
            ),
            "notes": .array(self.plan.notes.map { .string($0.english) }),
        ])
    }
}
