// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// PostgreSQL's five characters that say what kind of failure it is (PostgreSQL manual, appendix A).
package struct SQLState: Hashable, Sendable, CustomStringConvertible {
    package let code: String

    package init(_ code: String) { self.code = code }

    package var description: String { self.code }
    /// The first two characters.
    package var category: String { String(self.code.prefix(2)) }

    package static let uniqueViolation = SQLState("23505")
    package static let foreignKeyViolation = SQLState("23503")
    package static let serializationFailure = SQLState("40001")
    package static let deadlock = SQLState("40P01")
    package static let lockNotAvailable = SQLState("55P03")
    package static let queryCanceled = SQLState("57014")
    package static let adminShutdown = SQLState("57P01")
    package static let crashShutdown = SQLState("57P02")
    package static let cannotConnectNow = SQLState("57P03")
    package static let idleSessionTimeout = SQLState("57P05")
    package static let diskFull = SQLState("53100")
    package static let outOfMemory = SQLState("53200")
    package static let tooManyConnections = SQLState("53300")
    package static let readOnlyTransaction = SQLState("25006")
    package static let idleInTransactionTimeout = SQLState("25P03")
    package static let undefinedTable = SQLState("42P01")
    package static let undefinedColumn = SQLState("42703")
    package static let invalidCatalogName = SQLState("3D000")
    package static let invalidPassword = SQLState("28P01")

    /// The server rolled the transaction back and may accept it another time.
    package var isTransient: Bool {
        [.serializationFailure, .deadlock, .lockNotAvailable].contains(self)
    }

    /// The connection is gone, or there is none to be had now.
    package var endsConnection: Bool {
        self.category == "08"
            || [
                .adminShutdown, .crashShutdown, .cannotConnectNow, .idleSessionTimeout, .idleInTransactionTimeout,
            ].contains(self)
    }

    /// Messages of these kinds speak of names and of the server, never of values that a statement was given.
    var hasPlainMessage: Bool {
        ["08", "0A", "25", "28", "3D", "40", "42", "53", "54", "55", "57", "58", "XX"].contains(self.category)
    }
}
