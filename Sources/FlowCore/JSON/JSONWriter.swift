// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Writes JSON as UTF-8 without blanks.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// The text of a value.
    package static func bytes(_ value: JSON) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    /// The text of a value as a string.
    package static func text(_ value: JSON) -> String { String(decoding: self.bytes(value), as: UTF8.self) }

    package mutating func write(_ value: JSON) {
        switch value {
        case .null: self.bytes.append(contentsOf: "null".utf8)
        case .bool(let value): self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): self.bytes.append(contentsOf: String(value).utf8)
        case .number(let value):
            // JSON has no infinity; a number that is none is unknown.
            self.bytes.append(contentsOf: (value.isFinite ? Self.decimal(value) : "null").utf8)
        case .string(let value): self.write(value)
        case .array(let values):
            self.bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { self.bytes.append(UInt8(ascii: ",")) }
                self.write(value)
            }
            self.bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            self.bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { self.bytes.append(UInt8(ascii: ",")) }
                self.write(member.name.text)
                self.bytes.append(UInt8(ascii: ":"))
                self.write(member.value)
            }
            self.bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func decimal(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private mutating func write(_ text: String) {
        self.bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): self.bytes.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): self.bytes.append(contentsOf: #"\\"#.utf8)
            case 0x0a: self.bytes.append(contentsOf: #"\n"#.utf8)
            case 0x0d: self.bytes.append(contentsOf: #"\r"#.utf8)
            case 0x09: self.bytes.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20, 0x7f:
                let digits = Array("0123456789abcdef".utf8)
                self.bytes.append(contentsOf: #"\u00"#.utf8)
                self.bytes.append(digits[Int(byte >> 4)])
                self.bytes.append(digits[Int(byte & 15)])
            default: self.bytes.append(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }
}
