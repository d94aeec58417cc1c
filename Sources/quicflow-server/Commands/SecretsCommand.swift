// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import Foundation

/// Sealed secrets, from the server's own host.
struct SecretsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets",
        abstract: "Change the key that secrets are sealed with.",
        subcommands: [Rotate.self]
    )

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make another master key and seal everything with it.",
            discussion: """
                Stop the server first. A run that was cut off is repeated. Keep a copy of the new secrets.key; copies of the old one are \
                needed for back-ups of before, and for rows of the audit until they go. With QUARTZFLOW_SECRET_KEY: set it to the \
                new key and QUARTZFLOW_SECRET_KEY_PREVIOUS to the old one, then run this.
                """
        )

        @Option(help: "The server's data directory.") var dataDir = NSHomeDirectory() + "/.quartzflow/server"
        @OptionGroup var database: DatabaseOption

        func run() async throws {
            let report = try await KeyRotation.run(
                dataDirectory: self.dataDir,
                databaseURL: self.database.url,
                environment: ProcessInfo.processInfo.environment
            )
            Speech.say(
                report.isNew
                    ? "New key \(report.kid); \(report.resealed) values were sealed with it."
                    : "Key \(report.kid); \(report.resealed) values were sealed with it."
            )
            if !report.dropped.isEmpty {
                Speech.say("No longer needed and gone: \(report.dropped.joined(separator: ", ")).")
            }
            if !report.kept.isEmpty {
                Speech.say("Kept for rows of the audit: \(report.kept.joined(separator: ", ")).")
            }
        }
    }
}
