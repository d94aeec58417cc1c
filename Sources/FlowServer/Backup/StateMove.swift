// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
package import FlowStore
import FlowWire

/// Moves a server's state from its SQLite file into PostgreSQL, and says what a start of this version would change.
package enum StateMove {
    /// - Parameters:
    ///   - dataDirectory: whose database file it is; keys and authority stay there.
    ///   - url: an empty PostgreSQL database.
    ///   - report: told as it goes on.
    /// - Throws: ``CoreError`` `unavailable` while a server uses either; `conflict` when the database is not empty or rows differ.
    ///   Then the file goes on being the server's.
    package static func run(
        dataDirectory: String,
        to url: String,
        report: @escaping @Sendable (DatabaseMove.Progress) -> Void
    ) async throws -> DatabaseMove.Report {
        let path = try self.database(of: dataDirectory)
        let source = try DatabaseStore.openForMove(path: path)
        do {
            let target = try await PostgresStore.openAlone(url)
            do {
                let result = try await DatabaseMove(from: source, to: target, report: report).run()
                try await target.close()
                try await source.close()
                return result
            } catch {
                try? await target.close()
                throw error
            }
        } catch {
            try? await source.close()
            throw error
        }
    }

    /// Steps of the schema that a start of this version would take; nothing is changed, and servers may be running.
    ///
    /// - Parameter databaseURL: nil = the file in the data directory.
    package static func missingSteps(dataDirectory: String, databaseURL: String?) async throws -> [MissingStep] {
        if let databaseURL { return try await PostgresStore.missingSteps(databaseURL) }
        return try DatabaseStore.missingSteps(path: try self.database(of: dataDirectory))
    }

    private static func database(of dataDirectory: String) throws -> String {
        let path = dataDirectory + "/" + DataDirectory.database
        guard FileProbe.exists(path) else {
            throw CoreError(
                .notFound,
                "\(dataDirectory) holds no database. Name the data directory of a server with --data-dir."
            )
        }
        return path
    }
}
