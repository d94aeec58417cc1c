// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A result as a table in plain text, one line a row.
struct ResultTable {
    /// Characters of a cell that are shown.
    private static let cellLimit = 200

    let columns: [String]
    let rows: [[String?]]
    let rowCount: Int

    /// Nothing for a statement without a result.
    var text: String {
        guard !self.columns.isEmpty else { return "" }
        let head = self.columns.map { Self.shown($0) }
        let cells = self.rows.map { $0.map { $0.map { Self.shown($0) } ?? "NULL" } }
        let widths = head.indices.map { column in
            cells.reduce(Self.width(head[column])) { max($0, Self.width($1[column])) }
        }
        let isNumber = head.indices.map { column in
            !self.rows.isEmpty && self.rows.allSatisfy { $0[column].map { Double($0) != nil } ?? true }
        }
        func line(_ cells: [String], isHead: Bool = false) -> String {
            let padded = cells.enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: widths[column] - Self.width(cell))
                return isNumber[column] && !isHead ? blanks + cell : cell + blanks
            }
            var line = " " + padded.joined(separator: " | ")
            while line.last == " " { line.removeLast() }
            return line
        }
        var lines = [
            line(head, isHead: true), widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+"),
        ]
        lines += cells.map { line($0) }
        let count = self.rowCount == 1 ? "1 row" : "\(self.rowCount) rows"
        lines.append(self.rows.count < self.rowCount ? "(\(count), the first \(self.rows.count) shown)" : "(\(count))")
        return lines.joined(separator: "\n")
    }

    private static func shown(_ text: String) -> String {
        let plain = WorkLog.plain(String(text.prefix(self.cellLimit + 1)))
        return plain.count > self.cellLimit ? plain.prefix(self.cellLimit) + "…" : plain
    }

    /// Columns on a terminal: characters of East Asian scripts take two.
    private static func width(_ text: String) -> Int {
        text.reduce(0) { sum, character in
            let value = character.unicodeScalars.first?.value ?? 0
            let isWide =
                (0x1100...0x115f).contains(value) || (0x2e80...0xa4cf).contains(value)
                || (0xac00...0xd7a3).contains(value) || (0xf900...0xfaff).contains(value)
                || (0xfe30...0xfe6f).contains(value) || (0xff00...0xff60).contains(value)
                || (0x1f300...0x1faff).contains(value) || (0x20000...0x3fffd).contains(value)
            return sum + (isWide ? 2 : 1)
        }
    }
}
