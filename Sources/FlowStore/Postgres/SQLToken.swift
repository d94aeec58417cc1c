// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A piece of a statement, as far as the translation must tell pieces apart.
enum SQLToken: Hashable {
    /// A keyword or a name without quotes.
    case word(String)
    /// `?` or `?3`.
    case parameter(Int?)
    /// `x'00ff'`, without the frame.
    case blob(String)
    /// A string, a quoted name, a number, an operator or a bracket, as it was written.
    case other(String)
    /// White space, or a comment, which is dropped.
    case space

    static func tokens(of sql: String) -> [SQLToken] {
        var scanner = Scanner(text: Array(sql.utf8))
        var tokens: [SQLToken] = []
        while let token = scanner.next() { tokens.append(token) }
        return tokens
    }

    private struct Scanner {
        let text: [UInt8]
        var position = 0

        private func peek(_ ahead: Int = 0) -> UInt8? {
            self.position + ahead < self.text.count ? self.text[self.position + ahead] : nil
        }

        private mutating func take(while isTaken: (UInt8) -> Bool) -> String {
            let start = self.position
            while let byte = self.peek(), isTaken(byte) { self.position += 1 }
            return String(decoding: self.text[start..<self.position], as: UTF8.self)
        }

        /// From one quote to the next; a doubled quote is two such pieces, which stay beside each other.
        private mutating func quoted(by quote: UInt8) -> String {
            let start = self.position
            self.position += 1
            while let byte = self.peek(), byte != quote { self.position += 1 }
            self.position = min(self.position + 1, self.text.count)
            return String(decoding: self.text[start..<self.position], as: UTF8.self)
        }

        mutating func next() -> SQLToken? {
            guard let byte = self.peek() else { return nil }
            if Self.isSpace(byte) {
                _ = self.take(while: Self.isSpace)
                return .space
            }
            if byte == UInt8(ascii: "-"), self.peek(1) == UInt8(ascii: "-") {
                _ = self.take { $0 != UInt8(ascii: "\n") }
                return .space
            }
            if byte == UInt8(ascii: "x"), self.peek(1) == UInt8(ascii: "'") {
                self.position += 1
                return .blob(String(self.quoted(by: UInt8(ascii: "'")).dropFirst().dropLast()))
            }
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return .other(self.quoted(by: byte)) }
            if byte == UInt8(ascii: "?") {
                self.position += 1
                return .parameter(Int(self.take(while: Self.isDigit)))
            }
            if Self.isLetter(byte) { return .word(self.take { Self.isLetter($0) || Self.isDigit($0) }) }
            if Self.isDigit(byte) { return .other(self.take(while: Self.isDigit)) }
            self.position += 1
            return .other(String(decoding: [byte], as: UTF8.self))
        }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 10 || byte == 9 || byte == 13 }
        private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        private static func isLetter(_ byte: UInt8) -> Bool {
            (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 || byte >= 128
        }
    }
}
