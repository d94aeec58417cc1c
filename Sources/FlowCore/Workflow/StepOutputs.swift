// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What an execution hands on: names and values that it wrote to the file named by `QF_OUTPUT` (W12).
///
/// A line is `key=value`; a value of several lines is `key<<END`, its lines, and `END` alone on a line. Of a key that is
/// written twice the last value counts. A file with a fault is not taken at all, so that nobody goes on with half of it.
package enum StepOutputs {
    /// Bytes of the file.
    package static let fileLimit = 64 * 1024
    /// Bytes of one value.
    package static let valueLimit = 32 * 1024
    package static let countLimit = 100
    private static let keyLimit = 64

    /// What is wrong with a file.
    package struct Fault: Error, Hashable, Sendable {
        /// From 1; nil = the file as a whole.
        package let line: Int?
        package let message: String

        package init(line: Int?, message: String) {
            self.line = line
            self.message = message
        }

        package var text: String { self.line.map { "line \($0): \(self.message)" } ?? self.message }
    }

    package static func isKey(_ key: some StringProtocol) -> Bool {
        guard (1...self.keyLimit).contains(key.utf8.count), let first = key.utf8.first, self.isWord(first),
            !(0x30...0x39).contains(first)
        else { return false }
        return key.utf8.allSatisfy(self.isWord)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
    }

    /// - Throws: the first fault.
    package static func parse(_ bytes: [UInt8]) throws(Fault) -> [String: String] {
        guard bytes.count <= self.fileLimit else {
            throw Fault(line: nil, message: "the file has more than \(self.fileLimit) bytes")
        }
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
            throw Fault(line: nil, message: "the file is not UTF-8 text")
        }
        // By bytes: to a text, CR and LF are one character.
        var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
            Substring(decoding: line.last == 0x0d ? line.dropLast() : line, as: UTF8.self)
        }[...]
        let count = lines.count
        var values: [String: String] = [:]
        while let line = lines.popFirst() {
            let number = count - lines.count
            let isBlank = line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }
            if isBlank { continue }
            let (key, value) = try self.pair(line, number, &lines)
            guard value.utf8.count <= self.valueLimit else {
                throw Fault(line: number, message: "the value of '\(key)' has more than \(self.valueLimit) bytes")
            }
            values[key] = value
            guard values.count <= self.countLimit else {
                throw Fault(line: number, message: "there are more than \(self.countLimit) outputs")
            }
        }
        return values
    }

    private static func pair(
        _ line: Substring,
        _ number: Int,
        _ rest: inout ArraySlice<Substring>
    ) throws(Fault) -> (String, String) {
        let equals = line.firstIndex(of: "=")
        if let mark = line.firstRange(of: "<<"), equals.map({ mark.lowerBound < $0 }) ?? true {
            let key = try self.key(line[..<mark.lowerBound], number)
            let end = line[mark.upperBound...]
            guard !end.isEmpty else {
                throw Fault(line: number, message: "after '<<' stands the word that ends the value")
            }
            guard let index = rest.firstIndex(of: end) else {
                throw Fault(line: number, message: "the value of '\(key)' has no end: no line is '\(end.prefix(40))'")
            }
            let value = rest[..<index].joined(separator: "\n")
            rest = rest[(index + 1)...]
            return (key, value)
        }
        guard let equals else {
            throw Fault(line: number, message: "'\(line.prefix(40))' is not 'key=value'")
        }
        let value = line[line.index(after: equals)...]
        return (try self.key(line[..<equals], number), String(value))
    }

    private static func key(_ text: Substring, _ number: Int) throws(Fault) -> String {
        guard self.isKey(text) else {
            throw Fault(
                line: number,
                message:
                    "'\(text.prefix(40))' is no key: letters, digits and '_', no digit first, at most \(self.keyLimit)"
            )
        }
        return String(text)
    }

    /// What an agent may say: its host may be in other hands.
    package static func isAcceptable(_ outputs: [String: String]) -> Bool {
        outputs.count <= self.countLimit
            && outputs.allSatisfy { self.isKey($0.key) && $0.value.utf8.count <= self.valueLimit }
            && outputs.reduce(0) { $0 + $1.value.utf8.count } <= self.fileLimit
    }
}
