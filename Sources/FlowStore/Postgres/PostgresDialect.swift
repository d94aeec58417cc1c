// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The store's statements as PostgreSQL spells them.
///
/// They are written once, in what SQLite and PostgreSQL share. The rest is few words, which are exchanged here:
/// parameters, hints about indexes (PostgreSQL chooses by its statistics), `LIKE` (which in SQLite does not mind ASCII's
/// case), the table `user` (a keyword there), the greater of two values, and subqueries in FROM, which must have a name.
/// `SELECT CAST(value AS TEXT) FROM json_each(?)` are the texts of an array, and without the cast its numbers.
enum PostgresDialect {
    /// Texts by what they were made of; as many as the store has statements.
    private static let cache = Mutex<[String: String]>([:])

    /// A statement that is used again.
    static func statement(_ sql: String) -> String {
        if let known = self.cache.withLock({ $0[sql] }) { return known }
        let text = self.translated(sql)
        self.cache.withLock { cache in
            if cache.count >= 2000 { cache.removeAll() }
            cache[sql] = text
        }
        return text
    }

    static func translated(_ sql: String) -> String { self.translated(SQLToken.tokens(of: sql)) }

    static func translated(_ tokens: [SQLToken]) -> String {
        var writer = Writer()
        for token in self.withoutHints(self.renamed(tokens)) { writer.write(token) }
        return writer.finished().replacing("CAST(value AS TEXT) FROM json_each(", with: "value FROM json_texts(")
    }

    /// With `max` and `min` of several values, which are no aggregates, under the names they have there.
    private static func renamed(_ tokens: [SQLToken]) -> [SQLToken] {
        var tokens = tokens
        for index in tokens.indices.dropLast() {
            guard tokens[index] == .word("max") || tokens[index] == .word("min"), tokens[index + 1] == .other("("),
                self.hasComma(tokens[(index + 2)...])
            else { continue }
            tokens[index] = .word(tokens[index] == .word("max") ? "greatest" : "least")
        }
        return tokens
    }

    /// Whether there is a comma before the bracket closes that is open.
    private static func hasComma(_ tokens: ArraySlice<SQLToken>) -> Bool {
        var depth = 0
        for token in tokens {
            if token == .other("(") { depth += 1 }
            if token == .other(")") { depth -= 1 }
            if depth < 0 { return false }
            if depth == 0, token == .other(",") { return true }
        }
        return false
    }

    /// Without `INDEXED BY name`.
    private static func withoutHints(_ tokens: [SQLToken]) -> [SQLToken] {
        var kept: [SQLToken] = []
        var skipped = 0
        for (index, token) in tokens.enumerated() {
            if token == .word("INDEXED"), index + 2 < tokens.count, tokens[index + 2] == .word("BY") { skipped = 5 }
            if skipped > 0 { skipped -= 1 } else { kept.append(token) }
        }
        return kept
    }

    static func spelled(_ token: SQLToken, counter: inout Int) -> String {
        switch token {
        case .space: return " "
        case .other(let text): return text
        case .blob(let digits): return "'\\x\(digits)'::bytea"
        case .parameter(let number?): return "$\(number)"
        case .parameter(nil):
            counter += 1
            return "$\(counter)"
        case .word("user"): return "\"user\""
        case .word("LIKE"): return "ILIKE"
        case .word("ifnull"): return "coalesce"
        case .word(let word): return word
        }
    }

    private struct Writer {
        private var text = ""
        private var counter = 0
        private var last: SQLToken = .space
        /// For each open bracket, whether it is a subquery in FROM.
        private var brackets: [Bool] = []
        /// A subquery in FROM has just ended: what follows says whether it has a name.
        private var mayNeedName = false

        /// What may follow a table without a name.
        private static let followers: Set<String> = [
            "WHERE", "ORDER", "GROUP", "LIMIT", "UNION", "HAVING", "JOIN", "LEFT", "ON",
        ]

        init() {}

        mutating func write(_ token: SQLToken) {
            if token == .space {
                if !self.mayNeedName { self.text += " " }
                return
            }
            if self.mayNeedName {
                self.mayNeedName = false
                if self.needsName(before: token) { self.text += " AS subquery" }
                if token != .other(")") { self.text += " " }
            }
            switch token {
            case .other("("): self.brackets.append([.word("FROM"), .word("JOIN")].contains(self.last))
            case .other(")"): self.mayNeedName = self.brackets.popLast() ?? false
            default: break
            }
            self.text += PostgresDialect.spelled(token, counter: &self.counter)
            self.last = token
        }

        private func needsName(before token: SQLToken) -> Bool {
            if case .word(let word) = token { return Self.followers.contains(word) }
            return true
        }

        func finished() -> String { self.mayNeedName ? self.text + " AS subquery" : self.text }
    }
}
