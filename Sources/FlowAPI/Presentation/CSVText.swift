// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Lines of a CSV file (RFC 4180) that a spreadsheet takes for text, whatever stands in them.
///
/// A cell that begins with `=` or the like is a formula to spreadsheets (CVE-2021-41270, OWASP "CSV Injection"): it gets an
/// apostrophe in front. Numbers of our own making stay as they are.
enum CSVText {
    enum Cell {
        case text(String?)
        case number(Int64?)
    }

    static func line(_ cells: [Cell]) -> String { cells.map(self.cell).joined(separator: ",") + "\r\n" }

    private static func cell(_ cell: Cell) -> String {
        switch cell {
        case .number(let number): number.map { String($0) } ?? ""
        case .text(let text):
            // Scalars: a carriage return and a line feed are one Character.
            "\"" + self.defused(text ?? "").unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
        }
    }

    /// The full-width forms too: some spreadsheets read them as the same.
    private static let dangerous: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]

    private static func defused(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, self.dangerous.contains(first) else { return text }
        return "'" + text
    }
}
