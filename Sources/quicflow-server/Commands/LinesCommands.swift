// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import FlowStore
import Foundation

/// Writes the database as text that other programs and other versions' tools can read.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write everything the database holds as JSON lines, for another database or another program.",
        discussion: """
            From SQLite while the server runs, as of one moment; from a PostgreSQL with all servers stopped. Keys and the authority \
            that hosts trust are files of the data directory and not inside; sealed secrets and hashes of passwords are. The file is \
            for its owner only.
            """
    )

    @Argument(help: "The file to make.") var file: String
    @Flag(help: "Replace the file when it is there.") var force = false
    @Option(help: "The server's data directory.") var dataDir = NSHomeDirectory() + "/.quartzflow/server"
    @OptionGroup var database: DatabaseOption

    func run() async throws {
        let display = ProgressDisplay()
        defer { display.clear() }
        let written = try await StateLines.write(
            self.dataDir,
            databaseURL: self.database.url,
            to: self.file,
            replaces: self.force,
            at: Timestamp(Date())
        ) { done, total in
            if done == 0 { display.begin(rows, of: total, unit: .pieces) } else { display.show(done) }
        }
        display.clear()
        Speech.say(
            "\(self.file): \(written.report.rows) rows of \(written.report.tables) tables, \(written.bytes) bytes"
        )
    }
}

/// Makes a database of such lines.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a database of the JSON lines that 'export' wrote: a SQLite file, or an empty PostgreSQL.",
        discussion: """
            Stop the server that the lines are from first: two with the same hosts would run every job twice. Sessions of people and \
            join tokens end, as with 'restore'. Nothing is kept of a file that is damaged.
            """
    )

    @Argument(help: "The file that 'export' wrote.") var file: String
    @Option(help: "The server's data directory.") var dataDir = NSHomeDirectory() + "/.quartzflow/server"
    @OptionGroup var database: DatabaseOption

    func run() async throws {
        let display = ProgressDisplay()
        defer { display.clear() }
        display.begin(rows, of: nil, unit: .pieces)
        let read = try await StateLines.read(
            self.file,
            into: self.dataDir,
            databaseURL: self.database.url,
            by: Actor(.host, id: String(getuid()), name: NSUserName()),
            at: Timestamp(Date()),
            reached: { display.show($0) },
            moved: { progress in
                guard case .went(let done, let total) = progress else { return }
                if done == 0 { display.begin(rows, of: total, unit: .pieces) } else { display.show(done) }
            }
        )
        display.clear()
        Speech.say("\(read.report.rows) rows of \(read.report.tables) tables are here, as of \(read.madeAt).")
        Speech.say(
            "Keys and the authority (ca) come from the data directory of before: copy them before the server starts."
        )
    }
}

private let rows = Wording(english: "rows", chinese: "行")
