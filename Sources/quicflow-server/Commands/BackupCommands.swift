// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import Foundation

/// Makes a back-up, while the server runs or not.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy everything a server needs to come back into one file, while it runs.",
        discussion: """
            Inside are the database, the authority that hosts trust, and where the audit ended. Not inside, unless asked for, is \
            secrets.key, which opens secrets: keep a copy of it somewhere else. The file is a tar archive for its owner only.
            """
    )

    @Argument(help: "The file to make.") var file: String
    @Flag(help: "Replace the file when it is there.") var force = false
    @Flag(help: "Put secrets.key in: whoever has the file can then read all secrets.") var withKey = false
    @Option(help: "The server's data directory.") var dataDir = NSHomeDirectory() + "/.quartzflow/server"

    func run() async throws {
        try DatabaseOption.requireSQLite(instead: "Back it up with pg_dump, and copy the data directory beside it.")
        let progress = ProgressDisplay()
        defer { progress.clear() }
        let report = try await BackupRecord.keeping(in: self.dataDir) { now in
            try Backup.make(
                of: self.dataDir,
                to: self.file,
                replaces: self.force,
                includesKey: self.withKey,
                at: now,
                report: { progress.show($0) }
            )
        }
        progress.clear()
        Speech.say("\(self.file): \(report.bytes) bytes, as of \(report.manifest.madeAt)")
        for part in report.manifest.parts { print("  \(part.name)  \(part.bytes)") }
        if !report.hasKey {
            Speech.say("Not inside: secrets.key. Keep a copy of it elsewhere; secrets and audit need it.")
        }
    }
}

/// Looks at a back-up.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Look whether a back-up is whole and could be restored by this version.",
        discussion: "Exit codes: 0 whole, 1 damaged (and what), 2 could not look."
    )

    @Argument(help: "The back-up.") var file: String
    @Option(help: "A copy of secrets.key, to look at the audit too.") var keyFile: String?
    @Option(help: "A directory with room to unpack it meanwhile.") var scratch = NSTemporaryDirectory()

    func run() async throws {
        let report: BackupCheck.Report
        let progress = ProgressDisplay()
        do {
            report = try await BackupCheck.verify(
                self.file,
                keyFile: self.keyFile,
                scratch: self.scratch,
                environment: ProcessInfo.processInfo.environment,
                at: Timestamp(Date()),
                report: { progress.show($0) }
            )
            progress.clear()
        } catch {
            progress.clear()
            Speech.complain(error)
            throw ExitCode((error as? CoreError)?.code == .invalid ? 1 : 2)
        }
        Speech.say("\(self.file): of \(report.manifest.madeAt), by version \(report.manifest.program)")
        Speech.say("  jobs: \(report.jobs), hosts: \(report.hosts), users: \(report.users)")
        switch report.audit {
        case .noKey: Speech.say("  audit: not looked at, as the key is not here (--key-file)")
        case .looked(let audit):
            for finding in audit.findings { Speech.say("  audit: \(AuditCommand.words(for: finding))") }
        }
        guard report.isWhole else { throw ExitCode(1) }
        Speech.say("whole")
    }
}

/// Makes a data directory from a back-up.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a server's data directory from a back-up.",
        discussion: """
            Stop the server first. Sessions of people and join tokens end; agents come back on their own and say what they did \
            meanwhile. What was disabled, deleted or revoked since the back-up is as it was then: look at users and tokens.
            """
    )

    @Argument(help: "The back-up.") var file: String
    @Flag(help: "Move an installation that is there aside.") var force = false
    @Option(help: "The data directory to make.") var dataDir = NSHomeDirectory() + "/.quartzflow/server"

    func run() async throws {
        try DatabaseOption.requireSQLite(
            instead: "Bring it back with pg_restore, and the data directory from its copy."
        )
        let progress = ProgressDisplay()
        defer { progress.clear() }
        let report = try await Restore.run(
            self.file,
            into: self.dataDir,
            replaces: self.force,
            by: Actor(.host, id: String(getuid()), name: NSUserName()),
            at: Timestamp(Date()),
            report: { progress.show($0) }
        )
        progress.clear()
        Speech.say("\(self.dataDir) is as it was at \(report.manifest.madeAt).")
        if let former = report.former { Speech.say("What was there before is in \(former).") }
        if !report.hasKey {
            Speech.say(
                "There is no secrets.key: put its copy there, or secrets stay closed and the audit can't be checked."
            )
        }
    }
}
