// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// Which PostgreSQL the server keeps its state in, for commands that read no configuration file.
struct DatabaseOption: ParsableArguments {
    static let variable = "QUARTZFLOW_DATABASE_URL"

    /// nil = the environment says nothing of it.
    static var environmentURL: String? {
        let url = ProcessInfo.processInfo.environment[Self.variable]
        return url?.isEmpty == true ? nil : url
    }

    @Option(help: "The server's PostgreSQL, if it uses one, postgres://…; QUARTZFLOW_DATABASE_URL says the same.")
    var database: String?

    /// nil = SQLite in the data directory.
    var url: String? { self.database ?? Self.environmentURL }

    /// For commands that copy a database file or make one.
    ///
    /// - Throws: ``CoreError`` `invalid` where the environment says that the state is elsewhere: a copy of a file would be one of
    ///   an installation that nobody uses.
    static func requireSQLite(instead: Wording) throws {
        guard Self.environmentURL != nil else { return }
        throw CoreError(.invalid, "\(Self.variable) is set: the state is in a PostgreSQL. \(instead)")
    }
}
