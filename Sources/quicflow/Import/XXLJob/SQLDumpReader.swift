// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Reads `CREATE TABLE` and `INSERT` of one table in a dump, and steps over everything else.
struct SQLDumpReader {
    enum Statement {
        case definition([String])
        case rows(columns: [String]?, [(line: Int, values: [String?])])
    }

    private enum Token: Equatable {
        case word(String)
        /// In backticks or double quotes where a name stands.
        case name(String)
        case text(String)
        case sign(UInt8)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private(set) var faults: [ImportFault] = []

    init(_ text: String) { self.bytes = Array(text.utf8) }

    mutating func nextStatement(about table: String) -> Statement? {
        while let (token, _) = self.next() {
            guard case .word(let word) = token else { continue }
            switch word.uppercased() {
            case "INSERT", "REPLACE":
                if let rows = self.rows(of: table) { return rows }
            case "CREATE":
                if let definition = self.definition(of: table) { return definition }
            default: self.skipStatement()
            }
        }
        return nil
    }

    private mutating func rows(of table: String) -> Statement? {
        guard self.skip(toWord: "INTO"), self.tableName() == table else {
            self.skipStatement()
            return nil
        }
        var columns: [String]?
        guard var found = self.next() else { return nil }
        if found.0 == .sign(UInt8(ascii: "(")) {
            var names: [String] = []
            while let (token, _) = self.next(), token != .sign(UInt8(ascii: ")")) {
                if case .name(let name) = token { names.append(name) }
                if case .word(let name) = token { names.append(name) }
            }
            columns = names
            guard let next = self.next() else { return nil }
            found = next
        }
        guard case .word(let word) = found.0, word.uppercased() == "VALUES" else {
            self.faults.append(ImportFault(line: self.line, message: "only INSERT … VALUES can be read"))
            self.skipStatement()
            return nil
        }
        var rows: [(line: Int, values: [String?])] = []
        while let (token, line) = self.next(), token != .sign(UInt8(ascii: ";")) {
            if token == .sign(UInt8(ascii: "(")) { rows.append((line, self.values())) }
        }
        return .rows(columns: columns, rows)
    }

    /// Up to the closing bracket; what is no literal is nothing.
    private mutating func values() -> [String?] {
        var values: [String?] = []
        var value: String?
        var depth = 0
        while let (token, _) = self.next() {
            switch token {
            case .sign(UInt8(ascii: "(")): depth += 1
            case .sign(UInt8(ascii: ")")):
                if depth == 0 { return values + [value] }
                depth -= 1
            case .sign(UInt8(ascii: ",")) where depth == 0:
                values.append(value)
                value = nil
            case .text(let text): value = (value ?? "") + text
            // `_binary` and such are said before a text.
            case .word(let word) where word.uppercased() == "NULL" || word.hasPrefix("_"): break
            case .word(let word): value = word
            default: break
            }
        }
        return values
    }

    private mutating func definition(of table: String) -> Statement? {
        guard self.skip(toWord: "TABLE"), self.tableName(skipping: ["IF", "NOT", "EXISTS"]) == table,
            self.skip(to: UInt8(ascii: "("))
        else {
            self.skipStatement()
            return nil
        }
        var names: [String] = []
        var depth = 0
        var isFirst = true
        while let (token, _) = self.next() {
            switch token {
            case .sign(UInt8(ascii: "(")): depth += 1
            case .sign(UInt8(ascii: ")")):
                if depth == 0 {
                    self.skipStatement()
                    return .definition(names)
                }
                depth -= 1
            case .sign(UInt8(ascii: ",")) where depth == 0:
                isFirst = true
                continue
            case .name(let name) where isFirst: names.append(name)
            default: break
            }
            isFirst = false
        }
        return .definition(names)
    }

    // MARK: Words

    private mutating func tableName(skipping words: Set<String> = []) -> String? {
        var name: String?
        while let (token, _) = self.next() {
            switch token {
            case .word(let word) where words.contains(word.uppercased()): continue
            case .word(let word): name = word
            case .name(let word): name = word
            default: return name
            }
            // `database`.`table`
            guard self.peekByte() == UInt8(ascii: ".") else { return name }
            _ = self.next()
        }
        return name
    }

    /// Looks for a word in what is left of a statement; in front of other signs it gives up.
    private mutating func skip(toWord wanted: String) -> Bool {
        while let (token, _) = self.next() {
            guard case .word(let word) = token else { return false }
            if word.uppercased() == wanted { return true }
        }
        return false
    }

    private mutating func skip(to sign: UInt8) -> Bool {
        while let (token, _) = self.next() {
            if token == .sign(sign) { return true }
            if token == .sign(UInt8(ascii: ";")) { return false }
        }
        return false
    }

    private mutating func skipStatement() { _ = self.skip(to: UInt8(ascii: ";")) }

    private func peekByte() -> UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    private mutating func take() -> UInt8? {
        guard self.position < self.bytes.count else { return nil }
        let byte = self.bytes[self.position]
        self.position += 1
        if byte == 0x0a { self.line += 1 }
        return byte
    }

    private mutating func next() -> (Token, line: Int)? {
        while let byte = self.take() {
            let line = self.line
            switch byte {
            case 0x20, 0x09, 0x0d, 0x0a: continue
            case UInt8(ascii: "#"): self.skipLine()
            case UInt8(ascii: "-") where self.peekByte() == UInt8(ascii: "-"): self.skipLine()
            case UInt8(ascii: "/") where self.peekByte() == UInt8(ascii: "*"): self.skipComment()
            case UInt8(ascii: "'"): return (.text(self.quoted(byte)), line)
            case UInt8(ascii: "`"), UInt8(ascii: "\""): return (.name(self.quoted(byte)), line)
            default:
                guard Self.isWord(byte) else { return (.sign(byte), line) }
                var word = [byte]
                while let next = self.peekByte(), Self.isWord(next) {
                    word.append(next)
                    _ = self.take()
                }
                return (.word(String(decoding: word, as: UTF8.self)), line)
            }
        }
        return nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || [0x5f, 0x24, 0x2d, 0x2b].contains(byte)
            || byte >= 0x80
    }

    private mutating func skipLine() {
        while let byte = self.peekByte(), byte != 0x0a {
            _ = byte
            _ = self.take()
        }
    }

    private mutating func skipComment() {
        var last: UInt8 = 0
        _ = self.take()
        while let byte = self.take() {
            if last == UInt8(ascii: "*"), byte == UInt8(ascii: "/") { return }
            last = byte
        }
    }

    /// MySQL's strings: a quote is doubled or stands behind a backslash.
    private mutating func quoted(_ quote: UInt8) -> String {
        var text: [UInt8] = []
        while let byte = self.take() {
            if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "`"), let next = self.take() {
                let known: [UInt8: UInt8] = [0x6e: 0x0a, 0x74: 0x09, 0x72: 0x0d, 0x30: 0x00, 0x5a: 0x1a, 0x62: 0x08]
                text.append(known[next] ?? next)
            } else if byte == quote {
                guard self.peekByte() == quote else { break }
                text.append(quote)
                _ = self.take()
            } else {
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
