// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import FlowStore
import Foundation

/// Looks at the schema of a server's database, or moves its state to PostgreSQL.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Say what an upgrade would change in the database, or move it from SQLite to PostgreSQL.",
        discussion: """
            --check changes nothing and may be run beside servers. Exit codes: 0 nothing to change, 1 a start of this version \
            changes the schema, 2 could not look.

            --to needs the server stopped and an empty database. Hosts go on by themselves meanwhile and connect again to a \
            server that was started with database.url. The file is not changed until every row has arrived and was compared; \
            then no server starts with it any more. A move that was cut off is repeated and goes on where it stopped.
            """
    )

    @Flag(help: "Only say which steps a start of this version would take.") var check = false
    @Option(help: "The empty PostgreSQL database to move everything to, postgres://….") var to: String?
    @Option(help: "The server's data directory.") var dataDir = NSHomeDirectory() + "/.quartzflow/server"
    @OptionGroup var database: DatabaseOption

    func validate() throws {
        guard self.check != (self.to != nil) else {
            throw ValidationError.said("Write either --check, or --to with the database to move everything to.")
        }
        guard self.to == nil || self.database.database == nil else {
            throw ValidationError.said("--database is for --check: what is moved is the SQLite file in --data-dir.")
        }
    }

    func run() async throws {
        if let to = self.to { try await self.move(to) } else { try await self.look() }
    }

    private func look() async throws {
        let steps: [MissingStep]
        do {
            steps = try await StateMove.missingSteps(dataDirectory: self.dataDir, databaseURL: self.database.url)
        } catch {
            Speech.complain(error)
            throw ExitCode(2)
        }
        guard !steps.isEmpty else { return Speech.say("The database is of this version: nothing to change.") }
        let isRolling = steps.allSatisfy(\.isBesideServers)
        Speech.say(
            isRolling
                ? "A start of this version changes the database:"
                : "A start of this version changes the database, and older versions can't use it afterwards:"
        )
        for step in steps { print("  \(step.name)") }
        Speech.say(
            isRolling
                ? "Servers of the version before go on beside it: replace them one after another."
                : "Back it up first, and stop all servers of the older version."
        )
        throw ExitCode(1)
    }

    private func move(_ url: String) async throws {
        let display = ProgressDisplay()
        defer { display.clear() }
        let report = try await StateMove.run(dataDirectory: self.dataDir, to: url) { progress in
            switch progress {
            case .went(0, let total):
                display.begin(Wording(english: "rows", chinese: "行"), of: total, unit: .pieces)
                return
            case .went(let done, _): return display.show(done)
            case .copied, .compared, .begunAnew: display.clear()
            }
            switch progress {
            case .went: break
            case .copied(let table, let rows): Speech.say("copied    \(table): \(rows)")
            case .compared(let table, let rows): Speech.say("the same  \(table): \(rows)")
            case .begunAnew(let table): Speech.say("\(table) has changed since the first try; beginning anew")
            }
        }
        display.clear()
        Speech.say("\(report.rows) rows in \(report.tables) tables have arrived and were compared.")
        Speech.say(
            "Start the server with database.url set to this database, and the same data directory: keys and authority\n"
                + "are there. The database file in it is no longer used; keep it as long as a back-up is kept."
        )
    }
}
