// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The last lines of an output without what is another each time.
///
/// Numbers, identifiers, times, temporary paths and the host's name go.
/// Two failures with the same cause read alike then. What tells causes apart stays: the words, codes such as `ORA-00942` and
/// `E11000`, and a number that a word such as `status`, `code` or `errno` introduces.
package enum FailureText {
    /// Bytes at the end of an output that are looked at.
    package static let tailBytes = 4096
    /// Lines with a letter in them that count, from the end.
    static let lineLimit = 3
    /// Bytes of a line.
    static let lineBytes = 200

    /// - Returns: oldest first; none for an output without words.
    package static func lines(of tail: [UInt8], host: AgentID) -> [String] {
        var lines: [String] = []
        let text = Self.plain(tail.suffix(Self.tailBytes))
        for line in text.split(separator: 0x0a).reversed() {
            guard lines.count < Self.lineLimit else { break }
            guard line.contains(where: Self.isLetter) else { continue }
            lines.append(Self.normalised(Array(line), host: Array(host.rawValue.utf8)))
        }
        return lines.reversed()
    }

    /// One text, such as a record's detail.
    package static func line(_ text: String, host: AgentID) -> String {
        let bytes = Self.plain(Array(text.utf8.prefix(Self.tailBytes))[...]).map { $0 == 0x0a ? 0x20 : $0 }
        return Self.normalised(bytes, host: Array(host.rawValue.utf8))
    }

    // MARK: Bytes

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte >= 0x80
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
    private static func isHex(_ byte: UInt8) -> Bool {
        Self.isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
    private static func isWord(_ byte: UInt8) -> Bool { Self.isLetter(byte) || Self.isDigit(byte) || byte == 0x5f }
    private static func lower(_ byte: UInt8) -> UInt8 { Self.isUpper(byte) ? byte + 0x20 : byte }

    /// Without colours and other control characters; line ends stay.
    private static func plain(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == 0x1b {
                guard index < bytes.endIndex else { break }
                let kind = bytes[index]
                index += 1
                guard kind == 0x5b else { continue }
                while index < bytes.endIndex, !(0x40...0x7e).contains(bytes[index]) { index += 1 }
                index += 1
            } else if byte == 0x0a {
                result.append(byte)
            } else {
                result.append(byte < 0x20 || byte == 0x7f ? 0x20 : byte)
            }
        }
        return result
    }

    // MARK: Words

    /// What introduces a number that says which failure it is.
    private static let introducers = Set(
        ["status", "code", "errno", "error", "sqlstate", "http", "signal", "exit"].map { Array($0.utf8) }
    )
    private static let temporary = ["/tmp/", "/var/tmp/", "/run/", "/dev/shm/"].map { Array($0.utf8) }
    private static let number = Array("<n>".utf8)
    private static let identifier = Array("<id>".utf8)

    private static func normalised(_ line: [UInt8], host: [UInt8]) -> String {
        var result: [UInt8] = []
        var index = 0
        // Whether the word before introduces a number.
        var keepsNumber = false
        while index < line.count, result.count < Self.lineBytes {
            let byte = line[index]
            let isStart = index == 0 || !Self.isWord(line[index - 1])
            if isStart, let end = Self.host(host, in: line, at: index) {
                result += Array("<host>".utf8)
                index = end
            } else if isStart, let prefix = Self.temporary.first(where: { line[index...].starts(with: $0) }) {
                result += prefix + Array("<path>".utf8)
                index += prefix.count
                while index < line.count, !Self.endsPath(line[index]) { index += 1 }
            } else if isStart, Self.isUUID(line[index...]) {
                result += Self.identifier
                index += 36
            } else if Self.isWord(byte) {
                var end = index
                while end < line.count, Self.isWord(line[end]) { end += 1 }
                let word = line[index..<end]
                Self.append(word, keepsNumber: keepsNumber || Self.isCode(before: index, in: line), to: &result)
                keepsNumber = Self.introducers.contains(word.map(Self.lower))
                index = end
            } else {
                if byte == 0x20 {
                    if result.last != 0x20, !result.isEmpty { result.append(byte) }
                } else {
                    result.append(byte)
                    // `status=503`, `code: 7`, `errno (13)` and `error [1045]` still introduce it.
                    if ![0x3d, 0x3a, 0x28, 0x5b, 0x22, 0x27, 0x23].contains(byte) { keepsNumber = false }
                }
                index += 1
            }
        }
        while result.last == 0x20 { result.removeLast() }
        // Room for the mark of what was cut.
        return String(decoding: result, as: UTF8.self).shortened(toBytes: Self.lineBytes - 3)
    }

    private static func append(_ word: ArraySlice<UInt8>, keepsNumber: Bool, to result: inout [UInt8]) {
        let digits = word.count(where: Self.isDigit)
        if digits == 0 || (keepsNumber && digits == word.count) {
            result += word
            return
        }
        let isHex = word.count >= 8 && word.allSatisfy(Self.isHex)
        let isPrefixed = word.count > 2 && word.starts(with: [0x30, 0x78]) && word.dropFirst(2).allSatisfy(Self.isHex)
        if isPrefixed || (digits < word.count && (isHex || word.count >= 16)) {
            result += Self.identifier
            return
        }
        // `E11000`, `TS2304`.
        let capitals = word.prefix(while: Self.isUpper)
        if (1...4).contains(capitals.count), capitals.count + digits == word.count, digits >= 3,
            word.dropFirst(capitals.count).allSatisfy(Self.isDigit)
        {
            result += word
            return
        }
        var isInNumber = false
        for (offset, byte) in word.enumerated() {
            let isDigit = Self.isDigit(byte)
            if isDigit, !isInNumber {
                Self.appendNumber(to: &result)
            } else if !isDigit {
                // `10T12` and `12Z` of times.
                let isTime = isInNumber && (byte == 0x54 || byte == 0x5a)
                let next = word.index(word.startIndex, offsetBy: offset + 1)
                if !(isTime && (next == word.endIndex || Self.isDigit(word[next]))) { result.append(byte) }
            }
            isInNumber = isDigit
        }
    }

    /// Numbers that one character joins are one: times, addresses, versions, amounts.
    private static func appendNumber(to result: inout [UInt8]) {
        if result.suffix(Self.number.count).elementsEqual(Self.number) { return }
        if let last = result.last, [0x2e, 0x3a, 0x2c, 0x2d, 0x2f, 0x2b].contains(last),
            result.dropLast().suffix(Self.number.count).elementsEqual(Self.number)
        {
            result.removeLast()
            return
        }
        result += Self.number
    }

    /// `ORA-00942`: capitals and a dash before the number.
    private static func isCode(before index: Int, in line: [UInt8]) -> Bool {
        guard index >= 3, line[index - 1] == 0x2d, Self.isUpper(line[index - 2]), Self.isUpper(line[index - 3]) else {
            return false
        }
        return true
    }

    private static func endsPath(_ byte: UInt8) -> Bool {
        byte <= 0x20 || [0x22, 0x27, 0x3a, 0x2c, 0x3b, 0x29, 0x5d, 0x60].contains(byte)
    }

    private static func isUUID(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= 36 else { return false }
        for (offset, byte) in bytes.prefix(36).enumerated() {
            let isDash = [8, 13, 18, 23].contains(offset)
            guard isDash ? byte == 0x2d : Self.isHex(byte) else { return false }
        }
        return true
    }

    /// Where the host's name ends, if it stands here as a word.
    private static func host(_ host: [UInt8], in line: [UInt8], at index: Int) -> Int? {
        let end = index + host.count
        guard end <= line.count, end == line.count || !Self.isWord(line[end]) else { return nil }
        return zip(line[index..<end], host).allSatisfy { Self.lower($0) == Self.lower($1) } ? end : nil
    }
}
