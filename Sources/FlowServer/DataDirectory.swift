// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import FlowWire

/// Refuses a data directory of which a part is missing: a start would silently make another installation of it.
enum DataDirectory {
    static let database = "quartzflow.db"
    private static let authority = "ca/ca-key.pem"

    /// Before the database is opened, which would make it.
    static func requireDatabase(in directory: PrivateDirectory) throws {
        guard try directory.hasFile(Self.authority), try !directory.hasFile(Self.database) else { return }
        throw CoreError(
            .conflict,
            "\(directory.path) has the authority that hosts trust (ca), but not the database (\(Self.database)). Restore the "
                + "database from a backup; if it is a PostgreSQL, set database.url again. To begin anew without it, move "
                + "\(directory.path)/ca away; every host then has to join again."
        )
    }

    /// Before the authority is opened, which would make it.
    ///
    /// A first start that was cut off has a database without an authority, but no host in it.
    static func requireAuthority(in directory: PrivateDirectory, for store: any Store) async throws {
        guard try !directory.hasFile(Self.authority), try await !store.agents().isEmpty else { return }
        throw CoreError(
            .conflict,
            "\(directory.path) has a database with enrolled hosts, but not the authority they trust (ca). Restore the "
                + "directory \(directory.path)/ca from a backup, or none of them can connect. To go on without them, delete "
                + "them in the console of a server that has its authority, and let them join again."
        )
    }
}
