// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import Foundation

/// Runs a job's statements in one transaction.
struct SQLWork {
    let order: WorkOrder
    let payload: SQLPayload
    let stop: StopSignal

    /// A statement with the values that are bound to it.
    struct Bound: Sendable {
        let number: Int
        let text: String
        let values: [String]
        let firstWord: String
    }

    func run() throws -> SQLResult {
        var statements: [Bound] = []
        for (index, statement) in self.payload.statements.enumerated() {
            // The text is what the job says, and nothing else ever: values of the run are bound.
            let values = try statement.parameters.map { try RequestTemplate($0).filled(with: self.order.parameters) }
            guard statement.forbiddenWord == nil else {
                throw WorkFailure(.trouble, "statement \(index + 1) would begin or end a transaction")
            }
            statements.append(
                Bound(number: index + 1, text: statement.text, values: values, firstWord: statement.firstWord)
            )
        }
        let connection = self.payload.connection.trimmingCharacters(in: .whitespacesAndNewlines)
        if let file = SQLPayload.file(of: connection) {
            return try SQLiteWork(file: file, order: self.order, rowLimit: self.payload.rowLimit, stop: self.stop)
                .run(statements)
        } else if SQLPayload.isPostgres(connection) {
            return try PostgresWork(
                address: connection,
                order: self.order,
                rowLimit: self.payload.rowLimit,
                stop: self.stop
            )
            .run(statements)
        } else {
            // Not shown: it may be a secret that was taken for an address.
            throw WorkFailure(.trouble, "the connection starts neither with 'postgres://' nor with 'sqlite:/'")
        }
    }
}
