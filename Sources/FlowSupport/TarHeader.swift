// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The head of one regular file in a tar archive (POSIX.1-2001, ustar interchange format).
///
/// Only what our own archives have: short names, regular files, no owner. Everybody's `tar` reads them.
package struct TarHeader: Hashable, Sendable {
    /// Heads have this many bytes, and contents are filled up to a multiple of it.
    package static let blockSize = 512
    /// What eleven octal digits hold; larger sizes are written in base 256, as GNU tar does.
    private static let octalLimit: Int64 = 0o77_777_777_777

    /// At most 100 bytes of ASCII.
    package let name: String
    package let size: Int64
    package let mode: UInt32
    /// Seconds since 1970.
    package let modified: Int64

    package init(name: String, size: Int64, mode: UInt32, modified: Int64) {
        self.name = name
        self.size = size
        self.mode = mode
        self.modified = modified
    }

    /// Bytes that follow the content up to the next head.
    package var padding: Int {
        Int((Int64(Self.blockSize) - self.size % Int64(Self.blockSize)) % Int64(Self.blockSize))
    }

    /// - Returns: nil when the name does not fit.
    package func encoded() -> [UInt8]? {
        let name = Array(self.name.utf8)
        guard (1...100).contains(name.count), self.size >= 0, self.modified >= 0 else { return nil }
        var block = [UInt8](repeating: 0, count: Self.blockSize)
        block.replaceSubrange(0..<name.count, with: name)
        Self.put(Int64(self.mode & 0o7777), into: &block, at: 100, width: 8)
        Self.put(0, into: &block, at: 108, width: 8)
        Self.put(0, into: &block, at: 116, width: 8)
        Self.put(self.size, into: &block, at: 124, width: 12)
        Self.put(self.modified, into: &block, at: 136, width: 12)
        block[156] = UInt8(ascii: "0")
        block.replaceSubrange(257..<265, with: Array("ustar\u{0}00".utf8))
        let sum = Self.checksum(of: block)
        block.replaceSubrange(148..<156, with: Array(Self.octal(sum, digits: 6).utf8) + [0, UInt8(ascii: " ")])
        return block
    }

    /// - Returns: nil for what is no head of a regular file, or was changed.
    package init?(decoding block: [UInt8]) {
        guard block.count == Self.blockSize, block[257..<262].elementsEqual("ustar".utf8),
            block[156] == UInt8(ascii: "0") || block[156] == 0, block[345] == 0,
            Self.number(block[148..<156]) == Self.checksum(of: block),
            let size = Self.number(block[124..<136]), let mode = Self.number(block[100..<108]),
            let modified = Self.number(block[136..<148])
        else { return nil }
        let name = block[0..<100].prefix { $0 != 0 }
        guard !name.isEmpty, name.allSatisfy({ (0x20..<0x7f).contains($0) }) else { return nil }
        self.name = String(decoding: name, as: UTF8.self)
        self.size = size
        self.mode = UInt32(truncatingIfNeeded: mode & 0o7777)
        self.modified = modified
    }

    /// The sum of all bytes, the checksum's own counted as spaces.
    private static func checksum(of block: [UInt8]) -> Int64 {
        var sum: Int64 = 8 * 0x20
        for (index, byte) in block.enumerated() where !(148..<156).contains(index) { sum += Int64(byte) }
        return sum
    }

    private static func put(_ value: Int64, into block: inout [UInt8], at offset: Int, width: Int) {
        if value <= Self.octalLimit {
            block.replaceSubrange(offset..<offset + width - 1, with: Array(Self.octal(value, digits: width - 1).utf8))
            return
        }
        for index in 0..<8 { block[offset + width - 1 - index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
        block[offset] = 0x80
    }

    private static func octal(_ value: Int64, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if field.first == 0x80 {
            // Eight bytes hold every size there is.
            guard field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
            let value = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int64(exactly: value)
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        return digits.isEmpty
            ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
    }
}
