// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A failure of PostgreSQL or on the way to it.
///
/// Names the statement and what the server says about it, never the values the statement was given: they may be secrets.
package struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// The server refused a statement; ``state`` says why. The transaction is rolled back for certain.
        case refused
        /// No connection, or the present one is gone. Nothing was committed.
        case disconnected
        /// The connection broke, or time was up, after COMMIT was sent: whether it holds can only be read.
        case commitUnknown
        /// The deadline passed; nothing was committed.
        case deadline
        /// All connections are in use, and as many wait as may.
        case exhausted
        /// The pool was closed.
        case closed
        /// The address can't be used at all.
        case badAddress
        /// The caller used the library wrongly, or the server said something unexpected.
        case misuse
    }

    package let code: Code
    package let state: SQLState?
    /// Which of the caller's operations or statements it was.
    package let operation: String
    package let message: String
    /// The constraint that refused a row.
    package let constraint: String?

    package init(
        _ code: Code,
        state: SQLState? = nil,
        operation: String,
        message: String,
        constraint: String? = nil
    ) {
        self.code = code
        self.state = state
        self.operation = operation
        self.message = message
        self.constraint = constraint
    }

    package var description: String {
        let state = self.state.map { " (SQLSTATE \($0))" } ?? ""
        let constraint = self.constraint.map { ", constraint \($0)" } ?? ""
        return "\(self.operation): \(self.message)\(state)\(constraint)"
    }
}
