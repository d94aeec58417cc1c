// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowStore

/// What the owner of a PostgreSQL does for servers that are not.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Rights in a PostgreSQL, and its schema, for servers that do not own it.",
        subcommands: [Grants.self, Upgrade.self]
    )

    struct Grants: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what gives a role the rights that a server needs, and no more.",
            discussion: """
                Connects to nothing. Have the owner of the tables run it with psql, after the first 'database upgrade' or start: \
                quicflow-server database grants quartzflow_app | psql postgres://quartzflow_owner@db/quartzflow
                """
        )

        @Argument(help: "The role that servers connect as; made before, with CREATE ROLE.") var role: String

        func run() { print(PostgresGrants.statements(for: self.role)) }
    }

    struct Upgrade: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the schema to this version, as the owner of the tables.",
            discussion: """
                What a start of this version does for a server that owns them. Beside servers of an older version as far as \
                'migrate --check' says that it goes; else all have to be stopped.
                """
        )

        @OptionGroup var database: DatabaseOption

        func validate() throws {
            guard self.database.url != nil else {
                throw ValidationError.said(
                    "Write --database with the address and the owner of the tables, postgres://…."
                )
            }
        }

        func run() async throws {
            guard let url = self.database.url else { return }
            let steps = try await PostgresStore.missingSteps(url)
            guard !steps.isEmpty else { return Speech.say("The database is of this version: nothing to change.") }
            try await PostgresStore.open(url).close()
            for step in steps { Speech.say("taken  \(step.name)") }
        }
    }
}
