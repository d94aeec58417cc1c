// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import Foundation

/// Makes join tokens for new agents.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Let new agents join.",
        subcommands: [Create.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a single-use join token.",
            discussion: "Run it on the server's host, whether the server runs or not."
        )

        @Option(help: "Group the agent will belong to, besides 'all'; may be repeated.")
        var group: [String] = []

        @Option(help: "How long the token is good: 30m, 1h, 2d.")
        var ttl = "1h"

        @Option(help: "The server's data directory.")
        var dataDir = NSHomeDirectory() + "/.quartzflow/server"

        @OptionGroup var database: DatabaseOption

        func run() async throws {
            guard let lifetime = Self.milliseconds(self.ttl), (60_000...7 * 86_400_000).contains(lifetime) else {
                throw ValidationError.said("--ttl is '\(self.ttl)'; write 1m to 7d, such as 30m, 1h or 2d.")
            }
            let token = try await JoinTokens.create(
                dataDirectory: self.dataDir,
                databaseURL: self.database.url,
                groupNames: self.group,
                lifetimeMilliseconds: lifetime
            )
            print(token)
        }

        private static func milliseconds(_ text: String) -> Int64? {
            guard let unit = text.last, let number = Int64(text.dropLast()), number > 0, number < 1_000_000 else {
                return nil
            }
            switch unit {
            case "s": return number * 1000
            case "m": return number * 60_000
            case "h": return number * 3_600_000
            case "d": return number * 86_400_000
            default: return nil
            }
        }
    }
}
