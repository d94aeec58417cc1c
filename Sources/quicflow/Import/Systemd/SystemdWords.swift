// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A line taken apart at blanks outside of quotes, with quotes and C escapes taken off (systemd.syntax(7), "Quoting").
enum SystemdWords {
    struct Word: Hashable {
        let text: String
        /// A bare `;`, which ends one command and begins another.
        let isSeparator: Bool
    }

    static func texts(_ line: String) throws(ImportFault) -> [String] { try Self.split(line).map(\.text) }

    static func split(_ line: String) throws(ImportFault) -> [Word] {
        var words: [Word] = []
        var rest = Array(line.utf8)[...]
        while true {
            rest = rest.drop { self.isBlank($0) }
            guard !rest.isEmpty else { return words }
            let raw = rest.prefix { !self.isBlank($0) }
            if raw.elementsEqual(";".utf8) || raw.elementsEqual(#"\;"#.utf8) {
                words.append(Word(text: ";", isSeparator: raw.count == 1))
                rest = rest.dropFirst(raw.count)
            } else {
                words.append(Word(text: try self.word(&rest), isSeparator: false))
            }
        }
    }

    private static func word(_ rest: inout ArraySlice<UInt8>) throws(ImportFault) -> String {
        var word: [UInt8] = []
        var quote: UInt8?
        while let byte = rest.first {
            if quote == nil, self.isBlank(byte) { break }
            rest.removeFirst()
            if byte == UInt8(ascii: "\\") {
                // One at the very end joins nothing any more.
                if !rest.isEmpty { word += self.escaped(&rest) }
            } else if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else {
                word.append(byte)
            }
        }
        guard quote == nil else { throw ImportFault(line: 0, message: "a quote is not closed") }
        guard let text = String(validating: word, as: UTF8.self) else {
            throw ImportFault(line: 0, message: "its escapes make bytes that are no text in UTF-8")
        }
        return text
    }

    /// What a backslash and what follows it stand for; one that is not known stays as it is.
    private static func escaped(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        let sign = rest.removeFirst()
        switch sign {
        case UInt8(ascii: "a"): return [7]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "v"): return [11]
        case UInt8(ascii: "s"): return [32]
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return [sign]
        case UInt8(ascii: "x"):
            if let value = self.number(&rest, 2, radix: 16) { return [UInt8(value)] }
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = sign == UInt8(ascii: "u") ? 4 : 8
            if let scalar = self.number(&rest, digits, radix: 16).flatMap({ Unicode.Scalar($0) }) {
                return Array(String(scalar).utf8)
            }
        // Three digits that are no more than a byte.
        case 0x30...0x33:
            var digits = ArraySlice([sign] + rest.prefix(2))
            if let value = self.number(&digits, 3, radix: 8) {
                rest = rest.dropFirst(2)
                return [UInt8(value)]
            }
        default: break
        }
        return [UInt8(ascii: "\\"), sign]
    }

    /// So many digits, taken only when all of them are there and stand for something that a word can have.
    private static func number(_ rest: inout ArraySlice<UInt8>, _ count: Int, radix: Int) -> UInt32? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: radix), value != 0
        else { return nil }
        rest = rest.dropFirst(count)
        return value
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
}
