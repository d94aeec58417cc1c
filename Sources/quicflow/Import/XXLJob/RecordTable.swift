// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Rows of a table with the names of their columns, each with the line on which it begins.
struct RecordTable {
    struct Row {
        let line: Int
        private let values: [String: String]

        init(line: Int, columns: [String], values: [String?]) {
            self.line = line
            self.values = Dictionary(
                zip(columns, values).compactMap { name, value in value.map { (name.lowercased(), $0) } }
            ) { first, _ in first }
        }

        /// Nil where it is missing, NULL or empty.
        subscript(_ column: String) -> String? { self.values[column].flatMap { $0.isEmpty ? nil : $0 } }

        func number(_ column: String) -> Int64? { self[column].flatMap { Int64($0) } }
    }

    private(set) var rows: [Row] = []
    private(set) var faults: [ImportFault] = []

    // MARK: CSV (RFC 4180)

    /// The first line has the names; a semicolon or tab may stand for the comma.
    init(csv text: String) {
        let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        let head = text.unicodeScalars.prefix { $0 != "\n" }
        let separator =
            [",", ";", "\t"].max { left, right in
                head.filter { String($0) == left }.count < head.filter { String($0) == right }.count
            } ?? ","
        var columns: [String] = []
        var fields: [String?] = []
        var field = ""
        var isQuoted = false
        var wasQuoted = false
        var (line, start) = (1, 1)
        var rest = text.unicodeScalars[...]
        func endField() {
            // Exports write NULL or \N for nothing; as a text it would be in quotes.
            fields.append(!wasQuoted && (field == "NULL" || field == "\\N") ? nil : field)
            (field, wasQuoted) = ("", false)
        }
        func endRow() {
            endField()
            if columns.isEmpty {
                columns = fields.map { ($0 ?? "").lowercased() }
            } else if fields.count == columns.count {
                self.rows.append(Row(line: start, columns: columns, values: fields))
            } else if fields.contains(where: { $0 != "" }) {
                self.faults.append(
                    ImportFault(
                        line: start,
                        message: "it has \(fields.count) fields where the first line has \(columns.count)"
                    )
                )
            }
            fields = []
        }
        while let scalar = rest.popFirst() {
            if scalar == "\n" { line += 1 }
            if isQuoted {
                if scalar != "\"" {
                    field.unicodeScalars.append(scalar)
                } else if rest.first == "\"" {
                    field += "\""
                    rest.removeFirst()
                } else {
                    isQuoted = false
                }
            } else if scalar == "\"", field.isEmpty {
                (isQuoted, wasQuoted) = (true, true)
            } else if String(scalar) == separator {
                endField()
            } else if scalar == "\n" {
                endRow()
                start = line
            } else if scalar != "\r" {
                field.unicodeScalars.append(scalar)
            }
        }
        if isQuoted { self.faults.append(ImportFault(line: start, message: "a quote is not closed")) }
        if !field.isEmpty || !fields.isEmpty { endRow() }
    }

    // MARK: SQL

    /// The rows that a dump inserts into a table; columns are those of the statement, or of the table's definition, or `standard`.
    init(sql text: String, table: String, standard: [String]) {
        var reader = SQLDumpReader(text)
        var columns = standard
        while let statement = reader.nextStatement(about: table) {
            switch statement {
            case .definition(let names): columns = names
            case .rows(let names, let rows):
                for row in rows {
                    let names = names ?? columns
                    guard row.values.count == names.count else {
                        self.faults.append(
                            ImportFault(
                                line: row.line,
                                message: "it has \(row.values.count) values for \(names.count) columns"
                            )
                        )
                        continue
                    }
                    self.rows.append(Row(line: row.line, columns: names, values: row.values))
                }
            }
        }
        self.faults += reader.faults
    }
}
