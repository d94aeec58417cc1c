// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

/// Turns PostgreSQL's failures into ``CoreError``s that say what to do.
enum PostgresFailure {
    static func mappingErrors<Value: Sendable>(of body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw Self.coreError(error) }
    }

    /// Cancellation and errors that are already ours pass; values never get into a message (they may be secrets).
    static func coreError(_ error: any Error) -> any Error {
        guard let failure = error as? PostgresError else { return error }
        switch failure.code {
        case .badAddress: return CoreError(.invalid, "database.url: \(failure.message).")
        case .disconnected, .closed:
            return CoreError(.unavailable, "The database can't be reached (\(failure)). Nothing was stored.")
        case .commitUnknown:
            return CoreError(
                .unavailable,
                "The connection to the database was lost while it committed, so this may have been stored or not. Look before "
                    + "you repeat it."
            )
        case .deadline:
            return CoreError(
                .unavailable,
                "The database did not answer in time (\(failure.operation)). Nothing was stored."
            )
        case .exhausted:
            return CoreError(.unavailable, "The database is busy: too many requests wait for it. Try again.")
        case .refused: return self.refusal(failure)
        case .misuse: return self.defect(failure)
        }
    }

    private static func refusal(_ failure: PostgresError) -> CoreError {
        switch failure.state?.category {
        case "53":
            return CoreError(
                .unavailable,
                "The database server is out of space, memory or connections: \(failure.message). Nothing was stored."
            )
        case "40", "55", "57":
            return CoreError(
                .unavailable,
                "The database took this back: \(failure.message). Nothing was stored. Try again."
            )
        case "25":
            return CoreError(.unavailable, "The database takes no changes: \(failure.message). Nothing was stored.")
        case "58", "XX":
            return CoreError(.unavailable, "The database is damaged, or its disk: \(failure.message). Look at its log.")
        case "28", "3D":
            return CoreError(.unavailable, "The database refused the connection: \(failure.message).")
        default: break
        }
        if failure.state == SQLState("42501") {
            return CoreError(
                .unavailable,
                "The database's user lacks a right: \(failure.message). Make it the owner of the database, or bring the schema "
                    + "up to date as its owner: 'quicflow-server database upgrade'."
            )
        }
        return self.defect(failure)
    }

    private static func defect(_ failure: PostgresError) -> CoreError {
        CoreError(
            .internal,
            "The database refused a statement of '\(failure.operation)' (\(failure)). This is a defect of QuartzFlow: please "
                + "report it."
        )
    }
}
