// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reads JSON strictly (RFC 8259): no duplicate names, no trailing text, valid UTF-8, integers exact, depth bounded.
///
/// Every string it returns is bounded in what it can cost later (``StreamSafe``); names of members are short.
package struct JSONParser {
    /// Why a text is no JSON, and at which byte.
    package struct Failure: Error, Hashable, Sendable {
        package let text: Wording
        package let position: Int

        /// ``text`` in English.
        package var message: String { self.text.english }
    }

    /// Deeper nesting is refused: no request needs it, and each level costs stack.
    static let depthLimit = 32
    /// Bytes of a member's name.
    static let nameLimit = 1024

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads one value that fills the whole text.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> JSON {
        var parser = JSONParser(bytes)
        parser.skipBlanks()
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.failure("text after the end of the value") }
        return value
    }

    private func failure(_ message: Wording) -> Failure { Failure(text: message, position: self.position) }

    private var current: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    private mutating func skipBlanks() {
        while let byte = self.current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            self.position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.current == byte else { return false }
        self.position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Failure) -> JSON {
        guard depth <= Self.depthLimit else { throw self.failure("nested more than \(Self.depthLimit) deep") }
        guard let byte = self.current else { throw self.failure("the text ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.word("true", .bool(true))
        case UInt8(ascii: "f"): return try self.word("false", .bool(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try self.number()
        default: throw self.failure("a value is expected here")
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(Failure) -> JSON {
        let end = self.position + word.utf8.count
        guard end <= self.bytes.count, self.bytes[self.position..<end].elementsEqual(word.utf8) else {
            throw self.failure("a value is expected here")
        }
        self.position = end
        return value
    }

    private mutating func object(depth: Int) throws(Failure) -> JSON {
        self.position += 1
        var members: [JSON.Member] = []
        var names: Set<ExactText> = []
        self.skipBlanks()
        if self.take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            self.skipBlanks()
            guard self.current == UInt8(ascii: "\"") else {
                throw self.failure("a member's name in quotes is expected here")
            }
            let start = self.position
            let name = ExactText(try self.string())
            guard name.text.utf8.count <= Self.nameLimit else {
                throw Failure(text: "a member's name has more than \(Self.nameLimit) bytes", position: start)
            }
            guard names.insert(name).inserted else {
                let quoted = name.text.shortened(toBytes: 64)
                throw Failure(text: "the name '\(quoted)' stands here a second time", position: start)
            }
            self.skipBlanks()
            guard self.take(UInt8(ascii: ":")) else { throw self.failure("':' is expected here") }
            self.skipBlanks()
            members.append(JSON.Member(name: name, value: try self.value(depth: depth + 1)))
            self.skipBlanks()
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "}")) else { throw self.failure("',' or '}' is expected here") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Failure) -> JSON {
        self.position += 1
        var values: [JSON] = []
        self.skipBlanks()
        if self.take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            self.skipBlanks()
            values.append(try self.value(depth: depth + 1))
            self.skipBlanks()
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "]")) else { throw self.failure("',' or ']' is expected here") }
        return .array(values)
    }

    private mutating func digits() -> Int {
        let start = self.position
        while let byte = self.current, byte >= 0x30, byte <= 0x39 { self.position += 1 }
        return self.position - start
    }

    private mutating func number() throws(Failure) -> JSON {
        let start = self.position
        _ = self.take(UInt8(ascii: "-"))
        let first = self.current
        let count = self.digits()
        guard count > 0, count == 1 || first != UInt8(ascii: "0") else {
            throw self.failure("a number is expected here")
        }
        var isInteger = true
        if self.take(UInt8(ascii: ".")) {
            isInteger = false
            guard self.digits() > 0 else { throw self.failure("digits are expected after '.'") }
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            isInteger = false
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            guard self.digits() > 0 else { throw self.failure("digits are expected in the exponent") }
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        if isInteger {
            guard let value = Int64(text) else {
                throw Failure(text: "the integer does not fit into 64 bits", position: start)
            }
            return .integer(value)
        }
        guard let value = Double(text), value.isFinite else {
            throw Failure(text: "the number is too large", position: start)
        }
        return .number(value)
    }

    private mutating func string() throws(Failure) -> String {
        let start = self.position
        self.position += 1
        var content: [UInt8] = []
        while true {
            guard let byte = self.current else { throw self.failure("the string has no end") }
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw Failure(text: "the string is not UTF-8", position: start)
                }
                guard StreamSafe.accepts(text) else {
                    let problem: Wording = "more than \(StreamSafe.limit) combining marks in a row in a string"
                    throw Failure(text: problem, position: start)
                }
                return text
            case UInt8(ascii: "\\"): try self.escape(into: &content)
            case 0..<0x20: throw self.failure("a control character in a string; write it as an escape")
            default: content.append(byte)
            }
        }
    }

    private mutating func escape(into content: inout [UInt8]) throws(Failure) {
        guard let byte = self.current else { throw self.failure("the string has no end") }
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try self.hexadecimal()
            if (0xd800..<0xdc00).contains(scalar) {
                guard self.take(UInt8(ascii: "\\")), self.take(UInt8(ascii: "u")) else {
                    throw self.failure("half of a surrogate pair is missing")
                }
                let low = try self.hexadecimal()
                guard (0xdc00..<0xe000).contains(low) else { throw self.failure("half of a surrogate pair is missing") }
                scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let value = Unicode.Scalar(scalar) else { throw self.failure("half of a surrogate pair is missing") }
            content.append(contentsOf: String(Character(value)).utf8)
        default: throw self.failure("an unknown escape in a string")
        }
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw self.failure("four hexadecimal digits are expected here")
            }
            value = value << 4 | UInt32(digit)
            self.position += 1
        }
        return value
    }
}
