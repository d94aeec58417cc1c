// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import Foundation

/// The authority that hosts trust, from the server's own host.
struct AuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "Show the authority that hosts trust, and replace it.",
        discussion: """
            By itself the server makes the authority that follows at two thirds of the old one's life, shows its certificates when all \
            hosts of the last 30 days trust it, and forgets the old one at its end. These commands do it earlier; the server takes \
            them within a minute.
            """,
        subcommands: [Status.self, Roll.self, Serve.self, Drop.self],
        defaultSubcommand: Status.self
    )

    struct Place: ParsableArguments {
        @Option(help: "The server's data directory.") var dataDir = NSHomeDirectory() + "/.quartzflow/server"
        @OptionGroup var database: DatabaseOption

        func order(_ order: AuthorityOrder, isForced: Bool = false) async throws {
            try await AuthorityStatus.order(
                order,
                isForced: isForced,
                dataDirectory: self.dataDir,
                databaseURL: self.database.url
            )
            Speech.say("The server does it within a minute; 'quicflow-server authority status' shows it.")
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the authorities, and which hosts lack the newest."
        )
        @OptionGroup var place: Place

        func run() async throws {
            let status = try await AuthorityStatus.read(
                dataDirectory: self.place.dataDir,
                databaseURL: self.place.database.url
            )
            for authority in status.authorities {
                let role: Wording = authority.serves ? "serves hosts" : "trusted"
                Speech.say(
                    "\(authority.name)  until \(authority.expiresAt)  \(role)  SHA-256 \(authority.fingerprint)"
                )
                if let time = authority.replaceAt { Speech.say("  the one that follows is made at \(time)") }
            }
            if status.authorities.count > 1 {
                Self.list("Hosts of the last 30 days that do not trust the newest", status.lacking)
                Self.list("Hosts of the last 30 days with no certificate of it", status.unrenewed)
            }
            if let order = status.order { Speech.say("Waits for the server: \(order.rawValue)") }
        }

        private static func list(_ title: Wording, _ names: [String]) {
            Speech.say("\(title): \(names.count)")
            for name in names.prefix(20) { print("  \(name)") }
        }
    }

    struct Roll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the authority that follows; hosts then trust both."
        )
        @OptionGroup var place: Place

        func run() async throws {
            try await self.place.order(.roll)
            Speech.say(
                "Make a back-up then: one from before does not know hosts with certificates of the new authority."
            )
        }
    }

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Show certificates of the new authority to hosts that do not say whom they trust, and name it in join tokens."
        )
        @OptionGroup var place: Place
        @Flag(help: "Also while hosts do not trust it.") var force = false

        func run() async throws { try await self.place.order(.serve, isForced: self.force) }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trust the new authority alone; hosts that do not trust it have to be enrolled again."
        )
        @OptionGroup var place: Place
        @Flag(help: "Also while hosts do not trust it.") var force = false

        func run() async throws { try await self.place.order(.drop, isForced: self.force) }
    }
}
