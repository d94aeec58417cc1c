// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow report`: what there is to learn from what ran.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Reports on what ran.",
        subcommands: [ReportRunsCommand.self, ReportFailuresCommand.self, ReportMailCommand.self]
    )
}

/// `quicflow report failures`.
struct ReportFailuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures",
        abstract: "Failures that read alike, the most frequent first; of the last seven days."
    )

    @OptionGroup var options: ServerOptions

    @Option(help: "Not before, such as 2026-11-01T00:00:00Z.")
    var from: String?

    @Option(help: "Before this.")
    var to: String?

    @Option(help: "Only of this task: its number.")
    var task: Int64?

    @Option(help: "So many lines, 1 to 100 (20).")
    var limit: Int64?

    func run() async throws {
        let query: [(String, String?)] = [
            ("from", self.from), ("to", self.to), ("task_id", self.task.map { String($0) }),
            ("limit", self.limit.map { String($0) }),
        ]
        let answer = try await self.options.client().get("/reports/fingerprints", query)
        self.options.output.show(answer) { Terminal.say(Self.table(answer["items"].array)) }
    }

    static func table(_ clusters: [JSONValue]) -> String {
        var table = TextTable(
            ["FINGERPRINT", "COUNT", "TASKS", "HOSTS", "SINCE", "LAST", "SEEN BEFORE", "OUTCOME", "SAYS"],
            alignments: [.left, .right, .right, .right, .left, .left, .left, .left, .left]
        )
        for cluster in clusters {
            let lines = (cluster["text"].string ?? "").split(separator: "\n")
            table.add([
                cluster["fingerprint"].cell, cluster["count"].cell, cluster["task_count"].cell,
                cluster["client_count"].cell, DisplayTime.text(cluster["first_at"]),
                DisplayTime.text(cluster["last_at"]), DisplayTime.text(cluster["seen_before"]),
                cluster["outcome"].word(.execution), DisplayWidth.fitted(lines.last.map(String.init) ?? "-", to: 60),
            ])
        }
        return table.plain
    }
}
