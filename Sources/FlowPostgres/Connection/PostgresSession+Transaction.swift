// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq

/// What a transaction may do, and which rows it sees.
package enum TransactionMode: String, Sendable {
    /// Reads and writes; each statement sees what was committed before it.
    case readWrite = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    /// Reads one snapshot of the database.
    case snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
}

extension PostgresSession {
    /// Runs `body` between BEGIN and COMMIT; rolls back what throws.
    ///
    /// - Throws: ``PostgresError`` `commitUnknown` when the answer to COMMIT did not come.
    package func transaction<Value>(
        _ mode: TransactionMode,
        commitTimeout: Duration,
        _ body: (PostgresSession) throws -> Value
    ) throws -> Value {
        try self.execute(mode.rawValue)
        let value: Value
        do { value = try body(self) } catch {
            // What stopped or lost its connection is closed, and rolled back by that.
            if self.isUsable { _ = try? self.execute("ROLLBACK") }
            throw error
        }
        try self.commit(timeout: commitTimeout, mode)
        return value
    }

    private func commit(timeout: Duration, _ mode: TransactionMode) throws {
        try self.requireUsable()
        self.ignoresInterrupt = true
        self.deadline = ContinuousClock.now + timeout
        defer { self.ignoresInterrupt = false }
        let tag: String
        do { tag = try self.execute("COMMIT") } catch let error as PostgresError where error.code == .refused {
            // The server said that it rolled back.
            throw error
        } catch let error as PostgresError {
            guard mode == .readWrite else { throw error }
            throw PostgresError(
                .commitUnknown,
                state: error.state,
                operation: self.operation,
                message: "the database did not say whether it committed"
            )
        }
        guard tag == "COMMIT" else {
            throw PostgresError(.misuse, operation: self.operation, message: "a failed transaction was committed")
        }
    }
}
