// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import FlowWire
import Logging

/// Opens the store that a configuration names.
enum StoreOpening {
    static func open(
        _ configuration: ServerConfiguration,
        in directory: PrivateDirectory,
        logger: Logger,
        onCommit: @escaping DatabaseStore.CommitHook
    ) async throws -> DatabaseStore {
        guard let url = configuration.databaseURL else {
            try DataDirectory.requireDatabase(in: directory)
            return try DatabaseStore.open(path: directory.path(of: DataDirectory.database), onCommit: onCommit)
        }
        if try directory.hasFile(DataDirectory.database) {
            logger.warning(
                "the data directory holds a database file as well; database.url is set, so the file is not used",
                metadata: ["file": "\(directory.path(of: DataDirectory.database))"]
            )
        }
        return try await PostgresStore.open(
            url,
            replica: configuration.replicaURL,
            onReplica: { trouble in
                if let trouble {
                    logger.warning(
                        "the replica does not answer what people ask of history; the primary does",
                        metadata: ["reason": "\(trouble)"]
                    )
                } else {
                    logger.notice("the replica answers what people ask of history again")
                }
            },
            onCommit: onCommit
        )
    }

    /// For a command that must not run beside a server.
    static func openAlone(in directory: PrivateDirectory, databaseURL: String?) async throws -> DatabaseStore {
        if let databaseURL { return try await PostgresStore.openAlone(databaseURL) }
        return try DatabaseStore.open(path: directory.path(of: DataDirectory.database))
    }

    /// For a command beside a server that may be running.
    ///
    /// - Parameter databaseURL: what the server's `database.url` says, if anything.
    /// - Throws: ``CoreError`` `notFound` when there was never a server.
    static func openForAdministration(
        in directory: PrivateDirectory,
        databaseURL: String?
    ) async throws -> DatabaseStore {
        if let databaseURL { return try await PostgresStore.openForAdministration(databaseURL) }
        guard try directory.hasFile(DataDirectory.database) else {
            throw CoreError(
                .notFound,
                "\(directory.path) holds no database. Start the server once, name its directory with --data-dir, or its "
                    + "PostgreSQL with --database."
            )
        }
        return try DatabaseStore.openForAdministration(path: directory.path(of: DataDirectory.database))
    }
}
