// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Rows in columns, aligned by display width.
struct TextTable {
    /// Which side of a column its text is on.
    enum Alignment {
        case left
        case right
    }

    let header: [String]
    let alignments: [Alignment]
    private(set) var rows: [[String]] = []

    /// Makes an empty table with headings in the language of whoever reads it.
    init(_ header: [Wording], alignments: [Alignment] = []) {
        self.init(header.map(\.spoken), alignments: alignments)
    }

    /// Makes an empty table; columns without an alignment are left.
    @_disfavoredOverload
    init(_ header: [String], alignments: [Alignment] = []) {
        self.header = header
        self.alignments = header.indices.map { $0 < alignments.count ? alignments[$0] : .left }
    }

    /// A line of a table that has one fact a line.
    mutating func add(fact name: Wording, _ value: String) { self.add([name.spoken, value]) }

    mutating func add(_ row: [String]) {
        self.rows.append(header.indices.map { $0 < row.count ? Self.oneLine(row[$0]) : "" })
    }

    /// Columns two spaces apart, as `ps` and `kubectl` have them; nothing trails a line.
    var plain: String {
        let widths = self.widths
        return ([self.header] + self.rows).map { row in
            var line = self.cells(row, widths).joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        .joined(separator: "\n")
    }

    /// A box with a title across all columns, as S1-FR-5.5 shows it.
    func boxed(title: String) -> String {
        var widths = self.widths
        // A long title widens the last column.
        let inner = widths.reduce(0, +) + 3 * (widths.count - 1)
        let missing = DisplayWidth.columns(of: title) - inner
        if missing > 0, let last = widths.indices.last { widths[last] += missing }
        let total = widths.reduce(0, +) + 3 * (widths.count - 1)
        func rule(_ left: String, _ joint: String, _ right: String) -> String {
            left + widths.map { String(repeating: "─", count: $0 + 2) }.joined(separator: joint) + right
        }
        func line(_ row: [String]) -> String { "│ " + self.cells(row, widths).joined(separator: " │ ") + " │" }
        var lines = [
            "┌" + String(repeating: "─", count: total + 2) + "┐",
            "│ " + Self.padded(title, to: total, .left) + " │",
            rule("├", "┬", "┤"),
            line(self.header),
            rule("├", "┼", "┤"),
        ]
        lines += self.rows.map(line)
        lines.append(rule("└", "┴", "┘"))
        return lines.joined(separator: "\n")
    }

    private var widths: [Int] {
        self.header.indices.map { column in
            ([self.header] + self.rows).map { DisplayWidth.columns(of: $0[column]) }.max() ?? 0
        }
    }

    private func cells(_ row: [String], _ widths: [Int]) -> [String] {
        zip(row.indices, row).map { Self.padded($1, to: widths[$0], self.alignments[$0]) }
    }

    private static func padded(_ text: String, to width: Int, _ alignment: Alignment) -> String {
        let padding = String(repeating: " ", count: max(0, width - DisplayWidth.columns(of: text)))
        return alignment == .left ? text + padding : padding + text
    }

    /// Control characters of a cell would break the table, or the terminal.
    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }.filter { DisplayWidth.columns(of: $0) > 0 })
    }
}
