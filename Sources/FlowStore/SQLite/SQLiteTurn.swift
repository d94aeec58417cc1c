// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// The writer, for as long as nobody else has it.
struct SQLiteTurn {
    let connection: GRDB.Database
    let file: FileIdentity?

    /// Runs one write transaction.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try SQLiteFailure.mapped {
            try self.file?.require()
            var result: Value?
            try self.connection.inTransaction(.immediate) {
                result = try body(Database(connection: .sqlite(self.connection)))
                return .commit
            }
            guard let result else { throw CoreError(.internal, "A transaction was committed without its result.") }
            return result
        }
    }
}
