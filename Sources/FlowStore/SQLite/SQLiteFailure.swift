// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Turns SQLite's failures into ``CoreError``s that say what to do.
enum SQLiteFailure {
    static func mapped<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw Self.coreError(error) }
    }

    static func mappingErrors<Value: Sendable>(of body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw Self.coreError(error) }
    }

    static let fullDisk = CoreError(
        .unavailable,
        "The disk with the database is full. Free some space; nothing was stored."
    )

    /// Cancellation and errors that are already ours pass; values never get into a message (they may be secrets).
    static func coreError(_ error: any Error) -> any Error {
        guard let failure = error as? DatabaseError else { return error }
        switch failure.resultCode {
        case .SQLITE_FULL: return Self.fullDisk
        case .SQLITE_IOERR:
            return CoreError(
                .unavailable,
                "The disk with the database failed or is full (SQLite \(failure.extendedResultCode.rawValue)). Check the disk."
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return CoreError(.unavailable, "The database is locked by another program. Close it and try again.")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
            return CoreError(
                .unavailable,
                "The database can't be opened for writing. Check that its directory exists and belongs to this user."
            )
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return CoreError(.unavailable, "The database file is damaged or not a database. Restore a backup.")
        case .SQLITE_NOMEM:
            return CoreError(.unavailable, "There was not enough memory for the database.")
        case .SQLITE_INTERRUPT where Task.isCancelled:
            return CancellationError()
        case .SQLITE_ABORT, .SQLITE_INTERRUPT:
            return CoreError(.unavailable, "The database was closed while it worked on this.")
        default:
            let statement: Wording = failure.sql.map { " in: \($0)" } ?? ""
            return CoreError(
                .internal,
                "The database refused a statement (SQLite \(failure.extendedResultCode.rawValue), "
                    + "\(failure.message ?? "no message"))\(statement). This is a defect of QuartzFlow: please report it."
            )
        }
    }
}
