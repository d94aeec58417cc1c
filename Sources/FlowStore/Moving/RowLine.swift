// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// A line of a database that is written as JSON lines: a head, then each table's name and its rows, and an end.
///
/// ```
/// {"format":"quartzflow-rows","version":1,"made_at":"…","program":"…","steps":["001 jobs",…]}
/// {"table":"job","columns":["id","name",…]}
/// [1,"nightly",null,{"b64":"AAEC"}]
/// {"end":true,"tables":60,"rows":1234,"sha256":"…"}
/// ```
///
/// The sum is of all lines before the end, line breaks included.
enum RowLine: Hashable {
    case table(name: String, columns: [String])
    case row([RecordValue])
    case end(tables: Int, rows: Int64, sum: String)

    private struct Members: Decodable {
        let table: String?
        let columns: [String]?
        let end: Bool?
        let tables: Int?
        let rows: Int64?
        let sha256: String?
    }

    /// A cell as JSON has it.
    private struct Cell: Decodable {
        let value: RecordValue

        private struct Bytes: Decodable { let b64: String }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self.value = .null
            } else if let number = try? container.decode(Int64.self) {
                self.value = .integer(number)
            } else if let text = try? container.decode(String.self) {
                self.value = .text(text)
            } else {
                guard let bytes = Data(base64Encoded: try container.decode(Bytes.self).b64) else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "base64")
                }
                self.value = .bytes(Array(bytes))
            }
        }
    }

    /// Nil for what is no line.
    init?(_ line: Data) {
        let decoder = JSONDecoder()
        if line.first == UInt8(ascii: "[") {
            guard let cells = try? decoder.decode([Cell].self, from: line) else { return nil }
            self = .row(cells.map(\.value))
            return
        }
        guard let members = try? decoder.decode(Members.self, from: line) else { return nil }
        if let table = members.table, let columns = members.columns {
            self = .table(name: table, columns: columns)
        } else if members.end == true, let tables = members.tables, let rows = members.rows, let sum = members.sha256 {
            self = .end(tables: tables, rows: rows, sum: sum)
        } else {
            return nil
        }
    }

    /// Without its line break.
    var text: String {
        switch self {
        case .table(let name, let columns):
            JSONWriter.text(.object([.init("table", name), .init("columns", columns)]))
        case .row(let values): JSONWriter.text(.array(values.map(Self.json)))
        case .end(let tables, let rows, let sum):
            JSONWriter.text(
                .object([.init("end", true), .init("tables", tables), .init("rows", rows), .init("sha256", sum)])
            )
        }
    }

    private static func json(_ value: RecordValue) -> JSON {
        switch value {
        case .null: .null
        case .integer(let number): .integer(number)
        case .text(let text): .string(text)
        case .bytes(let bytes): .object([.init("b64", Data(bytes).base64EncodedString())])
        case .uuid(let uuid): self.json(.bytes(withUnsafeBytes(of: uuid.uuid) { Array($0) }))
        }
    }
}

/// The first line: who wrote it, when, and with which steps of the schema.
package struct RowLinesHead: Hashable, Codable, Sendable {
    static let format = "quartzflow-rows"
    /// Raised when an earlier program could not read the lines.
    static let version = 1

    let format: String
    let version: Int
    /// RFC 3339; what was acknowledged before is inside.
    package let madeAt: String
    package let program: String
    let steps: [String]

    init(madeAt: Timestamp, program: String) {
        self.format = Self.format
        self.version = Self.version
        self.madeAt = madeAt.rfc3339()
        self.program = program
        self.steps = Migrations.steps.map(\.name)
    }

    /// - Throws: `invalid` for what is no head, `unavailable` for rows of another schema.
    init(_ line: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let head = try? decoder.decode(RowLinesHead.self, from: line), head.format == Self.format,
            Timestamp(rfc3339: head.madeAt) != nil
        else { throw CoreError(.invalid, "This is no file of 'quicflow-server export'.") }
        guard head.version <= Self.version, head.steps == Migrations.steps.map(\.name) else {
            throw CoreError(
                .unavailable,
                "Version \(head.program) wrote this file with another schema. Import it with that version, and upgrade afterwards."
            )
        }
        self = head
    }

    package var time: Timestamp { Timestamp(rfc3339: self.madeAt) ?? .distantPast }

    /// Without its line break.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
