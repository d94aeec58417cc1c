// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A statement for one row as a statement for many: its parameters are columns of rows, which come as arrays.
///
/// `UPDATE t SET a = ? WHERE id = ?` becomes `UPDATE t SET a = batch.p1 FROM (SELECT unnest(…) AS p1, unnest(…) AS p2) AS
/// batch WHERE id = batch.p2`, and `INSERT … VALUES (?, ?)` becomes `INSERT … SELECT batch.p1, batch.p2 FROM …`. `unnest` in a
/// list of columns and not in FROM, where each array would be written to a store of its own first: a quarter of the time.
///
/// That is the same as one statement after the other as long as no two rows of a batch are about one row of the table:
/// ``distinct`` are the parameters that tell.
struct PostgresBatch: Hashable, Sendable {
    /// How many parameters there are.
    let width: Int
    /// Numbers from 0 of parameters: rows that differ in them are about different rows of the table.
    ///
    /// Nil: rows never get in each other's way.
    let distinct: [Int]?
    /// Whether a row may come twice all the same when nobody counts: what is deleted is deleted.
    let mayRepeat: Bool
    /// The statement when nobody asks what each row did.
    let text: String
    /// Its results have the row's number behind the columns, which is one parameter more; nil for inserts.
    let numbered: String?
    /// Which rows an insert inserted.
    let inserted: Inserted?

    enum Inserted: Hashable, Sendable {
        /// All, or it fails.
        case all
        /// The statement returns the values of these parameters for each row that it inserted, in the order of the batch.
        case returned(String, key: [Int])
    }

    /// - Returns: nil for a statement of another kind: it is run row by row.
    init?(_ sql: String) {
        let tokens = Self.numbered(SQLToken.tokens(of: sql))
        let clauses = Clauses(tokens)
        self.width = clauses.width
        guard self.width > 0 else { return nil }
        self.mayRepeat = clauses.first == "DELETE"
        switch clauses.first {
        case "INSERT":
            guard let insert = clauses.insert() else { return nil }
            var text = insert.head
            text.append(.other("SELECT "))
            text += Self.named(insert.values)
            text.append(Self.source(self.width))
            text += insert.rest
            self.text = PostgresDialect.translated(text)
            self.numbered = nil
            switch insert.conflict {
            case .fails:
                self.distinct = nil
                self.inserted = .all
            case .nothing(let columns):
                self.distinct = nil
                self.inserted = columns.flatMap { columns -> Inserted? in
                    guard let key = insert.parameters(of: columns) else { return nil }
                    let returning = SQLToken.other(" RETURNING " + columns.joined(separator: ", "))
                    return .returned(PostgresDialect.translated(text + [returning]), key: key)
                }
            case .update(let columns, let isConditional):
                guard let key = insert.parameters(of: columns) else { return nil }
                self.distinct = key
                self.inserted = isConditional ? nil : .all
            }
        case "UPDATE", "DELETE":
            guard let change = clauses.change() else { return nil }
            self.distinct = change.fixed
            self.inserted = nil
            let word = clauses.first == "UPDATE" ? " FROM" : " USING"
            let (head, rest) = (Self.named(change.head), Self.named(change.rest))
            let plain: [SQLToken] = [Self.source(self.width, from: word), .space]
            self.text = PostgresDialect.translated(head + plain + rest)
            let returning = SQLToken.other(change.returns ? ", batch.batch_row" : " RETURNING batch.batch_row")
            let numbered: [SQLToken] = [Self.source(self.width, isNumbered: true, from: word), .space]
            self.numbered = PostgresDialect.translated(head + numbered + rest + [returning])
        case "SELECT":
            self.distinct = nil
            self.inserted = nil
            var text = [SQLToken.other("SELECT found.*, batch.batch_row")]
            text.append(Self.source(self.width, isNumbered: true))
            text.append(.other(" CROSS JOIN LATERAL (SELECT * FROM ("))
            text += Self.named(tokens)
            text.append(.other(") AS one LIMIT 1) AS found"))
            self.text = PostgresDialect.translated(text)
            self.numbered = self.text
        default: return nil
        }
    }

    /// The rows, as a table; their numbers are one array more.
    ///
    /// The server makes its plan for ten rows (it does not look into a subquery), whatever a batch has: by way of keys and not of
    /// the whole table, which a plan for a thousand would read as long as the table is not long.
    private static func source(_ width: Int, isNumbered: Bool = false, from: String = " FROM") -> SQLToken {
        var columns = (1...width).map { "unnest((SELECT $\($0))) AS p\($0)" }
        if isNumbered { columns.append("unnest((SELECT $\(width + 1))) AS batch_row") }
        return .other("\(from) (SELECT \(columns.joined(separator: ", "))) AS batch ")
    }

    /// With the numbers that `?` stands for.
    private static func numbered(_ tokens: [SQLToken]) -> [SQLToken] {
        var count = 0
        return tokens.map { token in
            guard token == .parameter(nil) else { return token }
            count += 1
            return .parameter(count)
        }
    }

    /// With columns of the rows in place of parameters.
    private static func named(_ tokens: [SQLToken]) -> [SQLToken] {
        tokens.map { token in
            if case .parameter(let number?) = token { .other("batch.p\(number)") } else { token }
        }
    }
}
