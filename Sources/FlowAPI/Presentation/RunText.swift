// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A run as text for people: what it was, what happened, what its units wrote.
enum RunText {
    static func text(_ summary: RunSummary, units: [JSON], timeline: [JSON]) -> String {
        let run = summary.run
        var lines = [
            "run        \(run.id)", "task       \(run.jobName) (\(run.jobID), version \(run.jobVersion))",
            "type       \(run.type.rawValue), from \(run.source)" + (run.caller.map { " by \($0)" } ?? ""),
            "status     \(summary.tally.state)", "created    \(run.createdAt.rfc3339())", "",
        ]
        for entry in timeline {
            lines.append(
                [
                    Self.word(entry["time"]), Self.word(entry["action"]),
                    Self.word(entry["client_name"]) + " " + Self.word(entry["detail"]),
                ].joined(separator: "  ")
            )
        }
        for unit in units {
            lines += [
                "", "== \(Self.word(unit["client_id"]))  \(Self.word(unit["status_name"]))  \(Self.word(unit["id"]))",
                Self.word(unit["output_preview"]),
            ]
            if unit["output_truncated"] == .bool(true) { lines.append("[more output is on the server]") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func word(_ value: JSON?) -> String {
        switch value {
        case .string(let text)?: text
        case nil, .null?: "-"
        case .some(let other): JSONWriter.text(other)
        }
    }
}
