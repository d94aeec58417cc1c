// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Runs as people see them.
enum RunView {
    static func table(_ runs: [JSONValue]) -> String {
        var table = TextTable(
            ["RUN", "TASK", "TYPE", "STATE", "CREATED", "DURATION", "EXECUTIONS"],
            alignments: [.left, .left, .left, .left, .left, .right]
        )
        for run in runs {
            table.add([
                run["id"].cell, DisplayWidth.fitted(run["task_name"].cell, to: 32), run["type"].word(.runType),
                run["status"].word(.execution), DisplayTime.text(run["created_at"]),
                DisplayTime.duration(milliseconds: run["duration"].integer),
                run["summary"][Language.current.rawValue].cell,
            ])
        }
        return table.plain
    }

    static func timeline(_ entries: [JSONValue]) -> String {
        var table = TextTable(["AT", "HOST", "WHAT", "DETAILS"])
        for entry in entries {
            table.add([
                DisplayTime.text(entry["time"]), entry.host, entry["text"][Language.current.rawValue].cell,
                entry["detail_text"][Language.current.rawValue].cell,
            ])
        }
        return table.plain
    }
}

extension JSONValue {
    /// What the host of an execution is called; its id where it is gone.
    var host: String { self["client_name"].string.flatMap { $0.isEmpty ? nil : $0 } ?? self["client_id"].cell }
}
