// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Values as YAML texts that people like to read, and that every reader of YAML understands alike.
enum YAMLWriter {
    /// A value as YAML, names in the order given, others behind them by the alphabet.
    static func text(_ value: JSONValue, order: [String] = [], indent: Int = 0) -> String {
        let space = String(repeating: " ", count: indent)
        switch value {
        case .object(let members):
            let known = order.filter { members[$0] != nil }
            let names = known + members.keys.filter { !known.contains($0) }.sorted()
            return names.map { "\(space)\(self.scalar($0)):\(self.after(members[$0] ?? .null, indent))" }.joined()
        case .array(let elements):
            return elements.map { element in
                guard case .object(let members) = element, !members.isEmpty else {
                    return "\(space)-\(self.after(element, indent))"
                }
                let inner = self.text(element, order: order, indent: indent + 2)
                return "\(space)- " + inner.dropFirst(indent + 2)
            }.joined()
        default: return space + self.inline(value) + "\n"
        }
    }

    /// What stands behind `name:` or `-`.
    private static func after(_ value: JSONValue, _ indent: Int) -> String {
        switch value {
        case .object(let members) where !members.isEmpty: "\n" + self.text(value, indent: indent + 2)
        case .array(let elements) where !elements.isEmpty: "\n" + self.text(value, indent: indent + 2)
        case .string(let text) where self.isBlock(text):
            " |\(text.hasSuffix("\n") ? "" : "-")\n"
                + (text.hasSuffix("\n") ? String(text.dropLast()) : text).split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                )
                .map { $0.isEmpty ? "\n" : String(repeating: " ", count: indent + 2) + $0 + "\n" }.joined()
        default: " " + self.inline(value) + "\n"
        }
    }

    /// Whether a text is shown in lines; what a block would change (blanks at its beginning, several ends) is quoted.
    private static func isBlock(_ text: String) -> Bool {
        text.contains("\n") && !text.hasSuffix("\n\n")
            && ![" ", "\t", "\n"].contains { text.hasPrefix($0) }
            && text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || self.isPlain($0) }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7e, 0xa0...0x2027, 0x202a...0xd7ff, 0xe000...0xfefe, 0xff00...0xfffd, 0x1_0000...0x10_ffff: true
        default: false
        }
    }

    private static func inline(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .string(let text): self.scalar(text)
        case .array: "[]"
        case .object: "{}"
        }
    }

    /// Plain where nobody can take it for anything else, also by YAML 1.1; else in JSON's quotes, which YAML reads.
    private static func scalar(_ text: String) -> String {
        let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        let isSafe =
            text.utf8.first.map { (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2f } == true
            && text.utf8.last != 0x20 && !words.contains(text.lowercased())
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || " _-./".utf8.contains(byte)
            }
        if isSafe { return text }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let quoted = (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
        // YAML 1.2 takes JSON's strings; its own ends of lines, NEL and the marks of byte order have to be escaped.
        return quoted.unicodeScalars.map { scalar in
            scalar.value < 0x7f || self.isPlain(scalar)
                ? String(scalar)
                : "\\u" + String(repeating: "0", count: max(0, 4 - String(scalar.value, radix: 16).count))
                    + String(scalar.value, radix: 16)
        }.joined()
    }
}
