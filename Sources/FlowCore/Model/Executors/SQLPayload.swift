// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Statements for a database, all in one transaction.
///
/// What comes with a run is bound, never part of a statement's text.
package struct SQLPayload: Hashable, Sendable, Codable {
    package struct Statement: Hashable, Sendable, Codable {
        /// One statement, with places `$1`, `$2` (PostgreSQL) or `?1`, `?2` (SQLite).
        package var text: String
        /// What is bound in those places: texts that may name parameters of the run as `{{name}}`.
        package var parameters: [String]

        package init(_ text: String, parameters: [String] = []) {
            self.text = text
            self.parameters = parameters
        }

        /// Words that would begin or end a transaction; the job has one already.
        private static let transactionWords: Set<String> = [
            "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "prepare", "attach",
            "detach",
        ]

        /// The word for what it would do to the job's transaction or to which files are open; nil when it does not.
        package var forbiddenWord: String? {
            let word = self.firstWord
            return Self.transactionWords.contains(word) ? word : nil
        }

        /// In lower case, behind blanks and comments.
        package var firstWord: String {
            var rest = Array(self.text.utf8)[...]
            while let first = rest.first {
                if first <= 0x20 || first == UInt8(ascii: ";") {
                    rest = rest.dropFirst()
                } else if rest.starts(with: "--".utf8) {
                    rest = rest.drop { $0 != 0x0a }
                } else if rest.starts(with: "/*".utf8) {
                    rest = rest.dropFirst(2)
                    while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest = rest.dropFirst() }
                    rest = rest.dropFirst(2)
                } else {
                    break
                }
            }
            let word = rest.prefix { (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) }
            return String(decoding: word, as: UTF8.self).lowercased()
        }
    }

    /// `postgres://…` or `sqlite:/absolute/path`; usually the name of a secret that holds it.
    package var connection: String
    package var statements: [Statement]
    /// Of each statement so many rows are shown.
    package var rowLimit: Int

    package static let standardRowLimit = 100

    package init(connection: String, statements: [Statement], rowLimit: Int = Self.standardRowLimit) {
        self.connection = connection
        self.statements = statements
        self.rowLimit = rowLimit
    }

    /// What an address of a database starts with.
    package static let postgresSchemes = ["postgres://", "postgresql://"]
    package static let sqliteScheme = "sqlite:"

    /// The file of an SQLite database; nil for another address.
    package static func file(of connection: String) -> String? {
        connection.hasPrefix(self.sqliteScheme) ? String(connection.dropFirst(self.sqliteScheme.count)) : nil
    }

    package static func isPostgres(_ connection: String) -> Bool {
        self.postgresSchemes.contains { connection.hasPrefix($0) }
    }

    /// Whether there is a password in the address itself.
    package static func hasPassword(_ connection: String) -> Bool {
        guard let scheme = connection.firstRange(of: "://") else { return false }
        let authority = connection[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
        return (user.contains(":") && user.last != ":") || connection.contains("password=")
    }

    var secretPlaces: [(path: String, text: String)] {
        var places = [("executor_config.connection", self.connection)]
        for (index, statement) in self.statements.enumerated() {
            for (place, text) in statement.parameters.enumerated() {
                places.append(("executor_config.statements[\(index)].parameters[\(place)]", text))
            }
        }
        return places
    }
}
