// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import Foundation

/// The audit, from the server's own host.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check the record of who did what.",
        subcommands: [Verify.self]
    )

    static func words(for finding: HostAudit.Finding) -> Wording {
        switch finding.outcome {
        case .whole(let rows): "chain \(finding.chain): \(rows) rows, whole"
        case .broken(let what): "chain \(finding.chain): BROKEN: \(what)"
        case .unreadable(let kid): "chain \(finding.chain): cannot be looked at: the key \(kid) is not here"
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look whether a row of the audit was changed or taken out.",
            discussion: """
                Run it on the server's host, whether the server runs or not. Exit codes: 0 whole, 1 broken, 2 could not look. \
                A cut-off end shows only against ends written down elsewhere: keep copies of 'audit-heads'.
                """
        )

        @Option(help: "A copy of 'audit-heads', or a log with its lines.")
        var heads: String?

        @Option(help: "The server's data directory.")
        var dataDir = NSHomeDirectory() + "/.quartzflow/server"

        @OptionGroup var database: DatabaseOption

        func run() async throws {
            let report: HostAudit.Report
            let display = ProgressDisplay()
            do {
                report = try await HostAudit.verify(
                    dataDirectory: self.dataDir,
                    databaseURL: self.database.url,
                    headsFile: self.heads,
                    environment: ProcessInfo.processInfo.environment,
                    progress: { done, total in
                        if done == 0 {
                            display.begin(Wording(english: "rows", chinese: "行"), of: total, unit: .pieces)
                        } else {
                            display.show(done)
                        }
                    }
                )
                display.clear()
            } catch {
                display.clear()
                Speech.complain(error)
                throw ExitCode(2)
            }
            var code: Int32 = 0
            for finding in report.findings {
                Speech.say(AuditCommand.words(for: finding))
                switch finding.outcome {
                case .whole: break
                case .broken: code = 1
                case .unreadable: if code == 0 { code = 2 }
                }
            }
            if report.findings.isEmpty { Speech.say("nothing is sealed yet") }
            if report.unsealed > 0 { Speech.say("rows without a seal yet: \(report.unsealed)") }
            if code != 0 { throw ExitCode(code) }
        }
    }
}
