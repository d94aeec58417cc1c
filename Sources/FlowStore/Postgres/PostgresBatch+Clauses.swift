// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension PostgresBatch {
    /// The parts of a statement, as far as its form over many rows needs them.
    struct Clauses {
        private let tokens: [SQLToken]

        init(_ tokens: [SQLToken]) { self.tokens = tokens }

        /// The highest number of a parameter.
        var width: Int {
            self.tokens.reduce(0) { highest, token in
                if case .parameter(let number?) = token { max(highest, number) } else { highest }
            }
        }

        /// The statement's first word.
        var first: String? {
            guard case .word(let word)? = self.tokens.first(where: { $0 != .space }) else { return nil }
            return word
        }

        // MARK: INSERT

        struct Insert {
            enum Conflict {
                case fails
                /// By the columns it names, if it does.
                case nothing([String]?)
                case update([String], isConditional: Bool)
            }

            /// Up to VALUES.
            let head: [SQLToken]
            /// What is between the brackets behind VALUES.
            let values: [SQLToken]
            let rest: [SQLToken]
            let conflict: Conflict
            /// What each column gets.
            let columns: [String: [SQLToken]]

            /// The parameters, from 0, that give these columns their values; literals, which are the same in every row, are left out.
            ///
            /// - Returns: nil when a column's value is computed.
            func parameters(of columns: [String]) -> [Int]? {
                var numbers: [Int] = []
                for column in columns {
                    guard let value = self.columns[column] else { return nil }
                    if case .parameter(let number?)? = value.first, value.count == 1 {
                        numbers.append(number - 1)
                    } else if Clauses(value).width > 0 {
                        return nil
                    }
                }
                return numbers
            }
        }

        func insert() -> Insert? {
            guard let start = self.index(of: "VALUES"), let values = self.brackets(behind: start),
                let names = self.brackets(behind: self.tokens.startIndex), names.upperBound < start
            else { return nil }
            let columns = Self.list(self.tokens[names]).map { $0.count == 1 ? $0[0] : .space }
            let given = Self.list(self.tokens[values])
            guard columns.count == given.count else { return nil }
            var byName: [String: [SQLToken]] = [:]
            for (column, value) in zip(columns, given) {
                guard case .word(let name) = column else { return nil }
                byName[name] = value
            }
            let rest = Array(self.tokens[(values.upperBound + 1)...])
            guard Clauses(rest).width == 0, let conflict = Self.conflict(rest.filter { $0 != .space }) else {
                return nil
            }
            return Insert(
                head: Array(self.tokens[..<start]),
                values: Array(self.tokens[values]),
                rest: rest,
                conflict: conflict,
                columns: byName
            )
        }

        /// What `ON CONFLICT` says.
        private static func conflict(_ rest: [SQLToken]) -> Insert.Conflict? {
            guard !rest.isEmpty else { return .fails }
            guard rest.starts(with: [.word("ON"), .word("CONFLICT")]), !rest.contains(.word("RETURNING")) else {
                return nil
            }
            var action = rest.dropFirst(2)
            var columns: [String]?
            if action.first == .other("("), let end = action.firstIndex(of: .other(")")) {
                columns = action[..<end].compactMap { if case .word(let word) = $0 { word } else { nil } }
                action = action[(end + 1)...]
            }
            if action.elementsEqual([.word("DO"), .word("NOTHING")]) { return .nothing(columns) }
            guard action.starts(with: [.word("DO"), .word("UPDATE")]), let columns else { return nil }
            return .update(columns, isConditional: action.contains(.word("WHERE")))
        }

        // MARK: UPDATE, DELETE

        struct Change {
            /// Up to WHERE.
            let head: [SQLToken]
            let rest: [SQLToken]
            /// The parameters, from 0, that columns are compared with which the statement leaves as they are.
            let fixed: [Int]
            let returns: Bool
        }

        func change() -> Change? {
            guard let condition = self.index(of: "WHERE"), self.index(of: "OR") == nil else { return nil }
            let assigned: Set<String>
            if let set = self.index(of: "SET") {
                guard self.index(of: "FROM") == nil, set < condition else { return nil }
                assigned = Set(
                    Self.list(self.tokens[(set + 1)..<condition]).compactMap {
                        if case .word(let word)? = $0.first { word } else { nil }
                    }
                )
            } else {
                assigned = []
            }
            let returning = self.index(of: "RETURNING")
            let end = returning ?? self.tokens.endIndex
            let conjuncts = Self.list(self.tokens[(condition + 1)..<end], separator: .word("AND"))
            let fixed = conjuncts.compactMap { conjunct -> Int? in
                guard conjunct.count == 3, case .word(let column) = conjunct[0], conjunct[1] == .other("="),
                    case .parameter(let number?) = conjunct[2], !assigned.contains(column)
                else { return nil }
                return number - 1
            }
            guard !fixed.isEmpty else { return nil }
            return Change(
                head: Array(self.tokens[..<condition]),
                rest: Array(self.tokens[condition...]),
                fixed: fixed,
                returns: returning != nil
            )
        }

        // MARK: Tokens

        /// Where a word is outside of all brackets.
        private func index(of word: String) -> Int? {
            var depth = 0
            for (index, token) in self.tokens.enumerated() {
                if token == .other("(") { depth += 1 }
                if token == .other(")") { depth -= 1 }
                if depth == 0, token == .word(word) { return index }
            }
            return nil
        }

        /// What is between the first brackets behind a token.
        private func brackets(behind start: Int) -> Range<Int>? {
            guard let open = self.tokens[start...].firstIndex(of: .other("(")) else { return nil }
            var depth = 0
            for index in open..<self.tokens.endIndex {
                if self.tokens[index] == .other("(") { depth += 1 }
                if self.tokens[index] == .other(")") { depth -= 1 }
                if depth == 0 { return (open + 1)..<index }
            }
            return nil
        }

        /// What stands between separators outside of brackets, without white space.
        private static func list(_ tokens: ArraySlice<SQLToken>, separator: SQLToken = .other(",")) -> [[SQLToken]] {
            var list: [[SQLToken]] = [[]]
            var depth = 0
            for token in tokens where token != .space {
                if token == .other("(") { depth += 1 }
                if token == .other(")") { depth -= 1 }
                if depth == 0, token == separator { list.append([]) } else { list[list.count - 1].append(token) }
            }
            return list
        }
    }
}
