// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow audit`: who did what.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who did what: changes, sign-ins, sensitive reads.",
        discussion:
            "Whether rows were changed or taken out is found by 'quicflow-server audit verify' on the server's host.",
        subcommands: [AuditListCommand.self, AuditExportCommand.self]
    )
}

/// Which rows of the audit.
struct AuditFilter: ParsableArguments {
    @Option(help: "Not before, such as 2026-11-01T00:00:00Z.")
    var since: String?

    @Option(help: "Before this.")
    var until: String?

    @Option(help: "Only what this person, token's owner or host did; the exact name.")
    var actor: String?

    @Option(help: "Only this, such as job.update or session.start.")
    var action: String?

    @Option(help: "Only about this: a kind, such as job, or a kind and an id, such as job:42.")
    var object: String?

    @Option(help: "ok, denied or failed.")
    var outcome: String?

    var query: [(String, String?)] {
        let object = self.object?.split(separator: ":", maxSplits: 1).map(String.init) ?? []
        return [
            ("since", self.since), ("until", self.until), ("actor", self.actor), ("action", self.action),
            ("object_kind", object.first), ("object_id", object.count > 1 ? object[1] : nil),
            ("outcome", self.outcome),
        ]
    }
}

/// `quicflow audit list`.
struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists rows, newest first.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions
    @OptionGroup var watching: WatchOptions
    @OptionGroup var filter: AuditFilter

    @Flag(help: "Show what each change was before and after.")
    var diff = false

    func run() async throws {
        let client = try self.options.client()
        let query = self.paging.query + self.filter.query
        try await self.watching.show {
            let answer = try await client.get("/audit", query)
            self.options.output.show(answer) {
                Terminal.say(Self.table(answer["items"].array, withChanges: self.diff))
                self.paging.remark(on: answer)
            }
        }
    }

    static func table(_ rows: [JSONValue], withChanges: Bool) -> String {
        var table = TextTable(["AT", "WHO", "FROM", "DID", "WHAT", "OUTCOME", "REASON"])
        for row in rows {
            let what = [row["object_kind"], row["object_name"].isNull ? row["object_id"] : row["object_name"]]
            let who = row["actor"].isNull ? row["actor_kind"].cell : row["actor"].cell
            let isEmergency = row["flags"].array.contains("break_glass")
            table.add([
                DisplayTime.text(row["at"]), isEmergency ? spoken("\(who) (all rights)") : who,
                row["address"].isNull ? row["via"].cell : row["address"].cell, row["action"].cell,
                what.contains(where: \.isNull) ? what[0].cell : what.map(\.cell).joined(separator: " "),
                row["outcome"].word(), row["reason"].cell,
            ])
            guard withChanges else { continue }
            for change in row["diff"].array {
                table.add(["", "", "", "", Self.words(for: change)])
            }
        }
        return table.plain
    }

    /// `/timeout: 300 → 600`.
    private static func words(for change: JSONValue) -> String {
        func side(_ name: String) -> String { change[name].isNull ? "-" : change[name].compact }
        return "\(change["path"].cell): \(side("old")) → \(side("new"))"
    }
}

/// `quicflow audit export`.
struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes all rows that a filter finds to a file or standard output."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var filter: AuditFilter

    @Option(help: "csv or json.")
    var format = Format.csv

    @Option(help: "The file; standard output without it.")
    var file: String?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv
        case json
    }

    func run() async throws {
        let query = self.filter.query + [("format", self.format.rawValue)]
        try await self.options.client().save("/audit/export", query, to: self.file)
    }
}
