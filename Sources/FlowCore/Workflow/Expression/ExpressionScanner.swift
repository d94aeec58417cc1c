// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A word of an expression.
enum ExpressionToken: Hashable, Sendable {
    case integer(Int64)
    case number(Double)
    case string(String)
    case name(String)
    /// One of the operators and brackets.
    case symbol(String)
    case end
}

/// Cuts an expression into words.
struct ExpressionScanner {
    private let bytes: [UInt8]
    private var position = 0

    private static let pairs = ["||", "&&", "==", "!=", "<=", ">="]
    private static let singles = Set("<>+-*/%!()[],.".utf8)

    init(_ text: String) { self.bytes = Array(text.utf8) }

    /// - Returns: the words with their columns; the last is ``ExpressionToken/end``.
    mutating func tokens() throws(ExpressionFault) -> [(token: ExpressionToken, column: Int)] {
        guard self.bytes.count <= ExpressionLimits.text else {
            throw ExpressionFault("longer than \(ExpressionLimits.text) bytes", at: ExpressionLimits.text + 1)
        }
        var tokens: [(token: ExpressionToken, column: Int)] = []
        while true {
            while let byte = self.current, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
                self.position += 1
            }
            let column = self.position + 1
            guard let byte = self.current else {
                tokens.append((.end, column))
                return tokens
            }
            tokens.append((try self.token(from: byte, column), column))
        }
    }

    private var current: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    private mutating func token(from byte: UInt8, _ column: Int) throws(ExpressionFault) -> ExpressionToken {
        if Self.isDigit(byte) { return try self.number(column) }
        if Self.isLetter(byte) {
            return .name(self.take { Self.isLetter($0) || Self.isDigit($0) })
        }
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return .string(try self.string(byte, column)) }
        let pair = String(decoding: self.bytes[self.position...].prefix(2), as: UTF8.self)
        if Self.pairs.contains(pair) {
            self.position += 2
            return .symbol(pair)
        }
        guard Self.singles.contains(byte) else {
            throw ExpressionFault(
                "'\(String(decoding: [byte], as: UTF8.self))' is no part of an expression",
                at: column
            )
        }
        self.position += 1
        return .symbol(String(decoding: [byte], as: UTF8.self))
    }

    private mutating func take(while isPart: (UInt8) -> Bool) -> String {
        let start = self.position
        while let byte = self.current, isPart(byte) { self.position += 1 }
        return String(decoding: self.bytes[start..<self.position], as: UTF8.self)
    }

    private mutating func number(_ column: Int) throws(ExpressionFault) -> ExpressionToken {
        var text = self.take(while: Self.isDigit)
        var isWhole = true
        if self.current == UInt8(ascii: "."), self.position + 1 < self.bytes.count,
            Self.isDigit(self.bytes[self.position + 1])
        {
            isWhole = false
            self.position += 1
            text += "." + self.take(while: Self.isDigit)
        }
        if self.current == UInt8(ascii: "e") || self.current == UInt8(ascii: "E") {
            isWhole = false
            self.position += 1
            text += "e"
            if let sign = self.current, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                self.position += 1
                text += String(decoding: [sign], as: UTF8.self)
            }
            text += self.take(while: Self.isDigit)
        }
        if isWhole {
            guard let value = Int64(text) else { throw ExpressionFault("the number is too large", at: column) }
            return .integer(value)
        }
        guard let value = Double(text), value.isFinite else { throw ExpressionFault("this is no number", at: column) }
        return .number(value)
    }

    private mutating func string(_ quote: UInt8, _ column: Int) throws(ExpressionFault) -> String {
        self.position += 1
        var value: [UInt8] = []
        while let byte = self.current {
            self.position += 1
            if byte == quote { return String(decoding: value, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                value.append(byte)
                continue
            }
            guard let escaped = self.current else { break }
            self.position += 1
            switch escaped {
            case UInt8(ascii: "n"): value.append(0x0a)
            case UInt8(ascii: "t"): value.append(0x09)
            case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): value.append(escaped)
            default: throw ExpressionFault("a backslash goes before n, t, a quote or itself", at: self.position - 1)
            }
        }
        throw ExpressionFault("the text in quotes does not end", at: column)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
    }
}
