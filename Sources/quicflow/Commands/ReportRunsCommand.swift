// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow report runs`.
struct ReportRunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Sums up what ended, by task and by group; of the last seven days."
    )

    @OptionGroup var options: ServerOptions

    @Option(help: "Not before, such as 2026-11-01T00:00:00Z.")
    var from: String?

    @Option(help: "Before this.")
    var to: String?

    @Option(help: "So many lines of each list, 1 to 100 (10).")
    var limit: Int64?

    func run() async throws {
        let query: [(String, String?)] = [
            ("from", self.from), ("to", self.to), ("limit", self.limit.map { String($0) }),
        ]
        let answer = try await self.options.client().get("/reports/runs", query)
        self.options.output.show(answer) {
            let parts: [(Wording, JSONValue)] = [
                ("All", .array([answer["total"]])), ("Most failures", answer["failing"]),
                ("Slowest", answer["slowest"]), ("Busiest", answer["busiest"]), ("By group", answer["groups"]),
            ]
            for (title, lines) in parts where !lines.array.isEmpty {
                Terminal.say(title)
                Terminal.say(Self.table(lines.array))
                Terminal.say("")
            }
        }
    }

    static func table(_ lines: [JSONValue]) -> String {
        var table = TextTable(
            ["NAME", "COUNT", "SUCCEEDED", "FAILED", "TIMED OUT", "RATE", "DURATION"],
            alignments: [.left, .right, .right, .right, .right, .right, .right]
        )
        for line in lines {
            let rate = line["success_rate"]
            table.add([
                line["name"].cell, line["total_count"].cell, line["success_count"].cell, line["failure_count"].cell,
                line["timeout_count"].cell, rate.isNull ? "-" : "\(rate.cell) %",
                DisplayTime.duration(milliseconds: line["avg_duration"].integer),
            ])
        }
        return table.plain
    }
}
